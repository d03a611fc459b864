"""Eight-bit convolutions: only where a file says so, refused where it says nonsense."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import onnx
import openvino as ov
import pytest
from openvino import opset13 as ops

from models.engines import Hardware, choose, hardware, open_network
from models.engines import openvino as engine
from models.engines.eight_bits import _with_exact_zero, ranged, ranges_from, round_to_eight_bits
from models.engines.hardware import cpu_has_bfloat16, cpu_has_integers
from models.training.notes import write_notes
from models.training.ranges import measure, measured
from models.weights import WeightsRejected, registry

OPENVINO = Hardware(threads=1, engine="openvino")
PLAIN = "openvino bf16" if cpu_has_bfloat16() else "openvino f32"
ROUNDED = f"{PLAIN} int8" if cpu_has_integers() else PLAIN
"""What runs without and with ranges here: floats as the CPU has them, integers where it multiplies them."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return Path(shutil.copy(registry()["recogniser"].path(), tmp_path / "recogniser.onnx"))


def test_the_shipped_recogniser_and_detector_run_on_eight_bits() -> None:
    for role in ("recogniser", "detector"):
        assert open_network(registry()[role].path(), OPENVINO).engine == ROUNDED


def test_a_file_without_ranges_runs_in_floats(file: Path) -> None:
    write_notes(file, {"ranges": "{}"})
    assert open_network(file, OPENVINO).engine == PLAIN


def test_a_cpu_that_multiplies_integers_computes_so_with_or_without_bfloat16(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "cpu_has_bfloat16", lambda: False)
    for integers, expected in ((True, "openvino f32 int8"), (False, "openvino f32")):
        monkeypatch.setattr(engine, "cpu_has_integers", lambda answer=integers: answer)
        assert open_network(registry()["recogniser"].path(), OPENVINO).engine == expected


def test_pages_go_to_openvino_everywhere_and_lines_where_the_cpu_multiplies_integers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for integers, lines in ((True, "openvino"), (False, "onnxruntime")):
        monkeypatch.setattr(hardware, "cpu_has_integers", lambda answer=integers: answer)
        assert choose(Hardware()) == lines
        assert choose(Hardware(), few_sizes=True) == "openvino"
    monkeypatch.setattr(hardware, "has_openvino", lambda: False)
    assert choose(Hardware()) == choose(Hardware(), few_sizes=True) == "onnxruntime"
    assert choose(Hardware(engine="onnxruntime"), few_sizes=True) == "onnxruntime"


@pytest.mark.parametrize("integers", [cpu_has_integers(), False])
@pytest.mark.parametrize("ranges", ['{"/no/such/Conv": [0, 1]}', '{"/a": [2, 1]}', "[1]", "nonsense"])
def test_ranges_that_do_not_fit_the_graph_are_refused_on_every_cpu(
    file: Path, ranges: str, integers: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "cpu_has_integers", lambda: integers)
    write_notes(file, {"ranges": ranges})
    with pytest.raises(WeightsRejected, match=r"recogniser\.onnx"):
        open_network(file, OPENVINO)


def test_ranges_are_measured_on_drawn_lines_and_written_beside_the_other_notes(file: Path) -> None:
    before = open_network(file, OPENVINO).metadata
    write_notes(file, {"ranges": "{}"})
    first = measure(file, 4)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    assert measure(file, 4) == first
    assert hashlib.sha256(file.read_bytes()).hexdigest() == digest, "equal notes give an equal file"
    after = open_network(file, OPENVINO).metadata
    assert {**after, "ranges": ""} == {**before, "ranges": ""}
    ranges = ranges_from(after)
    assert len(ranges) == 32, "the two of each of the 13 blocks, two of the neck, four of the stem"
    assert all(low <= 0 < high < 100 for low, high in ranges.values())
    assert not any("/stem1/" in name for name in ranges), "it sees the picture itself"
    assert ranges.keys() >= json.loads(before["ranges"]).keys()


def test_a_detector_is_measured_on_drawn_pages_and_its_narrow_convolutions_and_squeezes_are_left_alone() -> None:
    path = registry()["detector"].path()
    shipped = ranges_from(open_network(path, OPENVINO).metadata)
    blank = np.zeros((1, 3, 64, 96), np.float32)
    assert measured(path, [blank]).keys() == shipped.keys()
    weights = {node.name: node.input[1] for node in onnx.load(str(path)).graph.node if node.op_type == "Conv"}
    assert 30 < len(shipped) < len(weights) and all(low < high for low, high in shipped.values())


@pytest.mark.parametrize(("low", "high"), [(-0.17, 2.76), (0.5, 3.0), (-4.0, -1.0), (-1.0, 1.0)])
def test_zero_is_one_of_the_steps(low: float, high: float) -> None:
    bottom, top = _with_exact_zero(low, high)
    step = (top - bottom) / 255
    assert bottom <= 0 <= top
    assert abs(bottom / step - round(float(bottom / step))) < 1e-3
    assert abs(bottom - min(low, 0)) <= step
    assert abs(top - max(high, 0)) <= step


def _doubled() -> tuple[ov.Model, dict[str, tuple[float, float]]]:
    """What two read, a convolution with a range and a sum, as in the blocks of the recogniser."""
    rng = np.random.default_rng(6)
    pixels = ops.parameter([-1, 32, -1, -1], dtype=np.float32)
    weights = [rng.normal(size=(32, 32, 1, 1)).astype(np.float32) / 6 for _ in range(2)]
    start = ops.convolution(pixels, ops.constant(weights[0]), [1, 1], [0, 0], [0, 0], [1, 1])
    mixed = ops.convolution(start, ops.constant(weights[1]), [1, 1], [0, 0], [0, 0], [1, 1])
    mixed.set_friendly_name("mixing")
    return ov.Model([ops.add(mixed, start)], [pixels]), {"mixing": (-2.0, 3.0)}


@pytest.mark.parametrize("precision", ["bf16", "f32"])
def test_rounding_in_passing_changes_no_value_and_needs_no_kernel_of_its_own(precision: str) -> None:
    pixels = np.random.default_rng(7).normal(size=(1, 32, 6, 40)).astype(np.float32)
    found, kernels = [], []
    for any_size in (False, True):
        model, ranges = _doubled()
        round_to_eight_bits(ranged(model, ranges), ranges, any_size=any_size)
        compiled = ov.Core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": precision})
        found.append(np.array(compiled([pixels])[0]))
        kinds = [str(node.get_rt_info()["layerType"].astype(str)) for node in compiled.get_runtime_model().get_ops()]
        kernels.append(kinds.count("FakeQuantize"))
    assert np.array_equal(*found)
    assert kernels == [1, 0]


def test_a_pooling_reads_what_was_rounded_for_a_convolution_beside_it() -> None:
    rng = np.random.default_rng(9)
    pixels = ops.parameter([-1, 16, -1, -1], dtype=np.float32)
    weights = [rng.normal(size=(16, 16, 1, 1)).astype(np.float32) / 4 for _ in range(2)]
    start = ops.relu(ops.convolution(pixels, ops.constant(weights[0]), [1, 1], [0, 0], [0, 0], [1, 1]))
    mixed = ops.convolution(start, ops.constant(weights[1]), [1, 1], [0, 0], [0, 0], [1, 1])
    mixed.set_friendly_name("mixing")
    greatest = ops.max_pool(start, [1, 1], [1, 1], [0, 0], [0, 0], [2, 2], "floor", "explicit")
    model = ov.Model([ops.result(mixed), ops.result(greatest.output(0))], [pixels])
    ranges = {"mixing": (0.0, 4.0)}
    round_to_eight_bits(ranged(model, ranges), ranges, any_size=True)
    seen = rng.normal(size=(1, 16, 6, 40)).astype(np.float32)
    found = np.array(ov.Core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})([seen])[1])
    steps = found * 255 / 4
    assert np.abs(steps - steps.round()).max() < 1e-3 and 0 < found.max() <= 4
