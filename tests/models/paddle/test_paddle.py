"""PaddleOCR with our weights: the folders that it wants; its engine where it is installed (`make paddleocr`)."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
import yaml

from config.settings import Settings
from models.charset import VIETNAMESE_LETTERS
from models.detection.boxes import BoxRules
from models.engines import EngineMissing, Hardware
from models.paddle.folders import recogniser_config
from models.paddle.recogniser import narrow
from models.reader import Reader
from models.recognition.recogniser import OnnxRecogniser
from models.weights import registry
from tests.models.conftest import draw_page

ROOT = Path(__file__).parents[3]
PADDLE = ROOT / ".venv-paddleocr" / "bin" / "python"


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("paddle")
    subprocess.run([sys.executable, "-m", "models.paddle.folders", "--out", str(out)], cwd=ROOT, check=True)
    return out


@pytest.mark.parametrize("role", ["detector", "recogniser"])
def test_a_folder_holds_the_registered_file_bit_for_bit(folders: Path, role: str) -> None:
    data = (folders / role / "inference.onnx").read_bytes()
    assert hashlib.sha256(data).hexdigest() == registry()[role].sha256


def test_the_dictionary_is_the_charset_in_the_order_of_the_classes(folders: Path) -> None:
    config = yaml.safe_load((folders / "recogniser" / "inference.yml").read_text(encoding="utf-8"))
    signs = config["PostProcess"]["character_dict"]
    charset = OnnxRecogniser(registry()["recogniser"], Hardware(threads=1, engine="onnxruntime")).charset
    # PaddleOCR puts the blank before and the space after.
    assert (*signs, " ")[: len(charset)] == charset
    assert set(VIETNAMESE_LETTERS) <= set(signs)
    assert all(isinstance(sign, str) for sign in signs), "digits and `~` must not become numbers or null in YAML"


def test_a_space_in_the_middle_of_a_charset_keeps_its_class() -> None:
    assert recogniser_config(["a", " ", "b"])["PostProcess"]["character_dict"] == ["a", " ", "b"]


def test_a_line_is_narrowed_before_paddleocr_scales_it_by_its_height_alone() -> None:
    crop = np.full((40, 300, 3), 7, np.uint8)
    assert narrow(crop, 0.9).shape == (40, 270, 3)
    assert narrow(crop, 1.0) is crop


def test_boxes_are_made_by_our_rules_and_the_scale_is_a_number(folders: Path) -> None:
    config = yaml.safe_load((folders / "detector" / "inference.yml").read_text(encoding="utf-8"))
    rules, post = BoxRules(), config["PostProcess"]
    assert (post["thresh"], post["box_thresh"], post["unclip_ratio"]) == (rules.core, rules.sure, rules.grow)
    operations = {name: given for each in config["PreProcess"]["transform_ops"] for name, given in each.items()}
    assert operations["NormalizeImage"]["scale"] == pytest.approx(1 / 255)


def test_choosing_an_engine_that_is_not_installed_names_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "paddleocr", None)  # as if it were not installed
    settings = Settings()
    chosen = settings.model_copy(update={"pool": settings.pool.model_copy(update={"engine": "paddleocr"})})
    with pytest.raises(EngineMissing, match="paddleocr"):
        Reader.open(chosen)


CHECK = """
import json, sys, threading
import cv2
from models.engines import Hardware
from models.evaluation.contender import shipped
from models.paddle.reader import PaddleReader
from models.reader import Reader

image = cv2.imread(sys.argv[1])
reader = PaddleReader(Hardware(threads=1))
whole = [line.text for line in reader.read(image).lines]
full = PaddleReader(Hardware(threads=1))
full._recogniser._narrowed = 1.0  # as the pipeline, which scales lines by their height alone
steps = [text for text, _ in full.recognise(full.crop(image, full.detect(image))) if text]
crops = reader.crop(image, reader.detect(image))
serial = [reader.recognise([crop]) for crop in crops]
measured = shipped().reader(Hardware(threads=1, engine="paddleocr")).recognise(crops)
found = [None] * len(crops)
def one(number):
    found[number] = reader.recognise([crops[number]])
threads = [threading.Thread(target=one, args=(number,)) for number in range(len(crops))]
[thread.start() for thread in threads]; [thread.join() for thread in threads]
ours = [line.text for line in Reader(Hardware(threads=1, engine="onnxruntime")).read(image).lines]
print("RESULT" + json.dumps({"whole": whole, "steps": steps, "equal": serial == found, "ours": ours,
    "measured": [[line] for line in measured] == serial}))
"""


@pytest.mark.skipif(not PADDLE.is_file(), reason="no .venv-paddleocr: make paddleocr")
def test_paddleocr_reads_a_page_with_our_weights_and_without_a_network(tmp_path: Path) -> None:
    page = tmp_path / "page.png"
    drawn = draw_page(11, lines=8)
    cv2.imwrite(str(page), drawn.image[:900])
    # In a network namespace of its own there is nothing to download from.
    alone = ["unshare", "--net"] if _can_unshare() else []
    done = subprocess.run(
        [*alone, str(PADDLE), "-c", CHECK, str(page)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    result = json.loads(done.stdout.split("RESULT", 1)[1])
    assert sorted(result["whole"]) == sorted(result["steps"]), "the pipeline is its steps put together"
    assert result["equal"], "calls from several threads read as one after another"
    assert result["measured"], "what `hoso evaluate` measures under this engine is PaddleOCR's recognition"
    truth = [text for text, _ in drawn.lines]
    assert sum(line in result["whole"] for line in truth) >= len(truth) - 1
    assert len(set(result["whole"]) & set(result["ours"])) >= len(truth) - 1


def _can_unshare() -> bool:
    program = shutil.which("unshare")
    return program is not None and subprocess.run([program, "--net", "true"], capture_output=True).returncode == 0
