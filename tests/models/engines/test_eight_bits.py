"""Eight-bit convolutions: only where a file says so, refused where it says nonsense."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from models.engines import Hardware, open_network, openvino
from models.engines.eight_bits import _with_exact_zero, ranges_from
from models.engines.hardware import cpu_has_bfloat16
from models.training.notes import write_notes
from models.training.recogniser.ranges import measure
from models.weights import WeightsRejected, registry

OPENVINO = Hardware(threads=1, engine="openvino")
PLAIN, ROUNDED = ("openvino bf16", "openvino bf16 int8") if cpu_has_bfloat16() else ("openvino f32", "openvino f32")
"""What runs without and with ranges here: a CPU without bfloat16 computes with neither."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return Path(shutil.copy(registry()["recogniser"].path(), tmp_path / "recogniser.onnx"))


def test_the_shipped_recogniser_runs_on_eight_bits_and_the_detector_does_not() -> None:
    assert open_network(registry()["recogniser"].path(), OPENVINO).engine == ROUNDED
    assert open_network(registry()["detector"].path(), OPENVINO).engine == PLAIN


def test_a_file_without_ranges_runs_in_bfloat16(file: Path) -> None:
    write_notes(file, {"ranges": "{}"})
    assert open_network(file, OPENVINO).engine == PLAIN


def test_a_cpu_without_bfloat16_computes_in_float32(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openvino, "cpu_has_bfloat16", lambda: False)
    assert open_network(registry()["recogniser"].path(), OPENVINO).engine == "openvino f32"


@pytest.mark.parametrize("bfloat16", [cpu_has_bfloat16(), False])
@pytest.mark.parametrize("ranges", ['{"/no/such/Conv": [0, 1]}', '{"/a": [2, 1]}', "[1]", "nonsense"])
def test_ranges_that_do_not_fit_the_graph_are_refused_on_every_cpu(
    file: Path, ranges: str, bfloat16: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openvino, "cpu_has_bfloat16", lambda: bfloat16)
    write_notes(file, {"ranges": ranges})
    with pytest.raises(WeightsRejected, match=r"recogniser\.onnx"):
        open_network(file, OPENVINO)


def test_ranges_are_measured_on_drawn_lines_and_written_beside_the_other_notes(file: Path) -> None:
    before = open_network(file, OPENVINO).metadata
    write_notes(file, {"ranges": "{}"})
    first = measure(file, lines=4)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    assert measure(file, lines=4) == first
    assert hashlib.sha256(file.read_bytes()).hexdigest() == digest, "equal notes give an equal file"
    after = open_network(file, OPENVINO).metadata
    assert {**after, "ranges": ""} == {**before, "ranges": ""}
    ranges = ranges_from(after)
    assert len(ranges) == 26, "the two of each of the 13 blocks"
    assert all(low < 0 < high < 100 for low, high in ranges.values())
    assert ranges.keys() == json.loads(before["ranges"]).keys()


@pytest.mark.parametrize(("low", "high"), [(-0.17, 2.76), (0.5, 3.0), (-4.0, -1.0), (-1.0, 1.0)])
def test_zero_is_one_of_the_steps(low: float, high: float) -> None:
    bottom, top = _with_exact_zero(low, high)
    step = (top - bottom) / 255
    assert bottom <= 0 <= top
    assert abs(bottom / step - round(float(bottom / step))) < 1e-3
    assert abs(bottom - min(low, 0)) <= step
    assert abs(top - max(high, 0)) <= step
