"""`hoso train` says what is wrong before it loads anything, and makes a model from a folder of labels."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from hoso.cli.app import run

Train = Callable[..., tuple[int, Any]]
CONFIGS = Path(__file__).parents[2] / "config" / "training"


@pytest.fixture
def train(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Train:
    """Run `hoso train` in this process: exit code and its JSON. Nothing runs at the home it sees."""
    monkeypatch.setenv("HOSO_HOME", str(tmp_path / "nowhere"))
    monkeypatch.delenv("HOSO_CONFIG", raising=False)

    def do(*words: str | Path) -> tuple[int, Any]:
        capsys.readouterr()
        code = run(["train", *map(str, words), "--json"])
        return code, json.loads(capsys.readouterr().out or "null")

    return do


def test_without_pytorch_it_says_how_to_install_it(train: Train, monkeypatch: pytest.MonkeyPatch) -> None:
    known = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *rest: None if name == "torch" else known(name, *rest)
    )
    code, said = train("recogniser")
    assert code == 3 and said["error"]["code"] == "training.not_installed"
    assert "make train" in said["error"]["en"] and said["error"]["detail"] == "torch"


def test_wrong_input_is_named_before_anything_is_loaded(train: Train, tmp_path: Path) -> None:
    pytest.importorskip("torch")
    code, said = train("detector", "--config", tmp_path / "none.yaml")
    assert code == 2 and said["error"]["code"] == "training.config_invalid"
    code, said = train("recogniser", "--device", "tpu", "--out", tmp_path / "run")
    assert code == 2 and "device" in said["error"]["detail"]
    empty = tmp_path / "empty"
    empty.mkdir()
    code, said = train("recogniser", "--set", empty, "--out", tmp_path / "run")
    assert code == 2 and said["error"]["code"] == "training.config_invalid", "nothing would be learnt from the set"
    assert "write set_share: 0.3" in said["error"]["detail"]
    tuned = ("recogniser", "--config", CONFIGS / "finetune.yaml", "--out", tmp_path / "run")
    code, said = train(*tuned, "--set", empty)
    assert code == 2 and said["error"]["code"] == "data.set_invalid"
    code, said = train("recogniser", "--from", tmp_path / "none.onnx", "--out", tmp_path / "run")
    assert code == 2 and said["error"]["code"] == "training.start_unusable"
    code, said = train(*tuned, "--set", "nobody@v1")
    assert code == 3, "a set in the store needs a running system"
    code, said = train(*tuned, "--set", tmp_path / "absent")
    assert code == 2 and "absent" in said["error"]["detail"], "a path that is no folder is no name of a set"


def test_a_folder_where_another_run_is_under_way_is_left_as_it_is(train: Train, tmp_path: Path) -> None:
    pytest.importorskip("torch")
    folder = tmp_path / "run"
    fetched = folder / "sets" / "own-v1" / "manifest.json"
    fetched.parent.mkdir(parents=True)
    fetched.write_text("{}")
    (folder / "start.onnx").write_bytes(b"the champion that the other run began with")
    script = "import sys; from pathlib import Path; from models.training.lock import hold; hold(Path(sys.argv[1])); "
    script += "print('held', flush=True); sys.stdin.read()"
    child = [sys.executable, "-c", script, str(folder)]
    with subprocess.Popen(child, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=CONFIGS.parents[1]) as other:
        assert other.stdout is not None and other.stdout.readline() == b"held\n"
        for words in (
            ("recogniser", "--config", CONFIGS / "finetune.yaml", "--set", "own@v1", "--from", "champion", "--fresh"),
            ("detector", "--fresh"),
        ):
            code, said = train(*words, "--out", folder)
            assert code == 5 and said["error"]["code"] == "training.under_way"
        other.kill()
    assert fetched.exists() and (folder / "start.onnx").exists()


def test_a_checkpoint_that_a_full_disk_cut_short_is_told(train: Train, tmp_path: Path) -> None:
    pytest.importorskip("torch")
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "checkpoint.pt").write_bytes(b"")
    code, said = train("recogniser", "--out", tmp_path / "run")
    assert code == 2 and said["error"]["code"] == "training.checkpoint_damaged"
    assert "checkpoint.pt" in said["error"]["detail"] and "--fresh" in said["error"]["en"]


def test_a_run_that_goes_on_keeps_the_champion_that_it_began_with(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    from hoso.cli.train import _start
    from models.training.checkpoint import FILE
    from models.training.config import RecogniserTraining, read_config

    changes = {"run": tmp_path / "run", "start": "champion"}
    config = read_config(CONFIGS / "finetune.yaml", RecogniserTraining, changes)
    config.run.mkdir()
    kept = config.run / "start.onnx"
    kept.write_bytes(b"the champion of that day")
    (config.run / FILE).write_bytes(b"")
    assert _start(config, tmp_path, fresh=False) == str(kept.resolve())
    assert _start(config, tmp_path, fresh=True) == "champion", "nothing runs here: what ships is the champion"
    assert not kept.exists()


def test_a_folder_of_labels_becomes_a_model_with_a_card(train: Train, tmp_path: Path) -> None:
    pytest.importorskip("torch")
    pytest.importorskip("transformers")
    import cv2

    from models.synthesis.lines import sample_line

    mine = tmp_path / "mine"
    mine.mkdir()
    rows = []
    for number in range(12):
        image, text = sample_line(6, number, strength=0.0, by_hand=0.0)
        cv2.imwrite(str(mine / f"{number}.png"), image)
        rows.append(f"{number}.png\t{text}\n")
    (mine / "labels.tsv").write_text("".join(rows), encoding="utf-8")
    small = {
        "threads": 1,
        "drawers": 0,
        "checked": 2,
        "pool": 12,
        "area": 1024,
        "most": 4,
        "widest": 512,
        "device": "cpu",
    }
    config = tmp_path / "tiny.yaml"
    held = yaml.safe_load((CONFIGS / "finetune.yaml").read_text(encoding="utf-8"))
    config.write_text(yaml.safe_dump({**held, **small}), encoding="utf-8")
    words = ("recogniser", "--config", config, "--set", mine, "--from", "champion", "--out", tmp_path / "run")
    code, said = train(*words, "--lines", "4")
    assert code == 0
    assert Path(said["file"]).is_file() and Path(said["card"]).is_file()
    assert said["parent"].startswith("hoso-rec-vi@") and json.loads(said["sets"])[0]["set"] == "mine"
    code, again = train(*words, "--lines", "4")
    assert (code, again["sha256"]) == (0, said["sha256"]), "what is finished is not trained again"
    code, other = train(*words, "--lines", "4", "--device", "auto")
    assert code == 0 and other["version"] == said["version"], "where it was made does not change the version"
