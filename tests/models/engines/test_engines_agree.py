"""One network, several runtimes: the same chances within the stated tolerance, the same texts on clear lines."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from models.detection.detector import OnnxDetector
from models.engines import Engine, Hardware, choose, open_network
from models.engines import hardware as hardware_module
from models.engines.network import BEYOND, EDGES, KEPT, TOLERANCE, Network
from models.narrowed import narrowed_in
from models.protocols import Image
from models.reader import Reader
from models.recognition.beam import SURE
from models.recognition.prepare import bucket_width, scale_to_height, scaled_width, to_pixels
from models.recognition.recogniser import OnnxRecogniser
from models.weights import WeightsRejected, registry
from tests.models.conftest import DrawnPage

ENGINES: tuple[Engine, ...] = ("onnxruntime", "openvino", "torch")
EXACT = 2e-3
"""Two runtimes in float32 differ by the order of their sums alone."""
MOVED = 6.0
"""Corners of lines may move by so many pixels of a page at 200 dpi: a pixel of the map is 2.6 wide (5.1 were seen with
bfloat16 and integers)."""


@pytest.fixture(scope="module")
def crops(reader: Reader, page: DrawnPage) -> list[Image]:
    """Lines of a synthetic page as the detector finds them."""
    return reader.crop(page.image, reader.detect(page.image))[:10]


def opened(engine: Engine, role: str) -> Network:
    if engine == "torch":
        pytest.importorskip("torch")
        pytest.importorskip("transformers")
    return open_network(registry()[role].path(), Hardware(threads=1, engine=engine))


def difference(found: np.ndarray, reference: np.ndarray) -> float:
    assert found.shape == reference.shape
    return float(np.abs(found - reference).max())


def chances_of(network: Network, crops: list[Image]) -> np.ndarray:
    """All steps of all crops, one below the other, each as wide as the weights were taught."""
    share = narrowed_in(network.metadata)
    pixels = [to_pixels(scale_to_height(crop, share), bucket_width(scaled_width(crop, share)))[None] for crop in crops]
    return np.concatenate([network.run(each)[0] for each in pixels])


@pytest.mark.parametrize("engine", ENGINES[1:])
def test_chances_of_signs_agree_with_the_reference(engine: Engine, crops: list[Image]) -> None:
    reference, network = opened("onnxruntime", "recogniser"), opened(engine, "recogniser")
    expected, found = chances_of(reference, crops), chances_of(network, crops)
    if "int8" in network.engine:
        sure = expected.max(axis=1) >= SURE
        assert sure.mean() > 0.8
        assert (found.argmax(axis=1) == expected.argmax(axis=1))[sure].mean() >= KEPT
        assert (np.abs(found - expected).max(axis=1) > TOLERANCE).mean() <= BEYOND
    else:
        assert difference(found, expected) <= (EXACT if network.engine.endswith("f32") else TOLERANCE)


@pytest.mark.parametrize("engine", ENGINES[1:])
def test_the_same_lines_are_found_at_the_same_places(engine: Engine, page: DrawnPage) -> None:
    if engine == "torch":
        pytest.importorskip("transformers")
    weights = registry()["detector"]
    reference, other = (OnnxDetector(weights, Hardware(threads=1, engine=each)) for each in ("onnxruntime", engine))
    found, expected = other.chances(page.image), reference.chances(page.image)
    assert expected.max() > 0.9, "the page has text on it"
    # At the edge of a line's core one rounding decides.
    assert float(np.mean(np.abs(found - expected) > TOLERANCE)) < (EDGES if engine == "openvino" else 0.001)
    boxes, expected_boxes = np.array(other.detect(page.image)), np.array(reference.detect(page.image))
    assert boxes.shape == expected_boxes.shape
    assert float(np.abs(boxes - expected_boxes).max()) <= MOVED


@pytest.mark.parametrize("engine", ENGINES[1:])
def test_clear_lines_read_the_same_on_every_runtime(engine: Engine, crops: list[Image]) -> None:
    if engine == "torch":
        pytest.importorskip("transformers")
    weights = registry()["recogniser"]
    texts = [
        [text for text, _ in OnnxRecogniser(weights, Hardware(threads=1, engine=each)).recognise(crops)]
        for each in ("onnxruntime", engine)
    ]
    assert all(texts[0]), "every crop holds a line"
    assert texts[1] == texts[0]


def test_torch_keeps_the_charset_of_the_file(crops: list[Image]) -> None:
    assert opened("torch", "recogniser").metadata["charset"] == opened("onnxruntime", "recogniser").metadata["charset"]


def test_a_line_reads_the_same_in_torch_whoever_shares_its_batch(crops: list[Image]) -> None:
    network = opened("torch", "recogniser")
    width = max(bucket_width(scaled_width(crop)) for crop in crops[:3])
    pixels = [to_pixels(scale_to_height(crop), width) for crop in crops[:3]]
    blank = np.zeros_like(pixels[0])
    first = network.run(np.stack([pixels[0], pixels[1], pixels[2]]))[0]
    second = network.run(np.stack([pixels[0], blank, blank]))[0]
    assert np.array_equal(first, second)


def test_a_network_that_is_not_ported_stays_on_onnx_runtime() -> None:
    assert opened("torch", "orienter").engine == "onnxruntime f32"


def test_a_file_that_is_no_network_is_refused_by_torch(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    path = tmp_path / "broken.onnx"
    path.write_bytes(b"\x08\x07broken")
    with pytest.raises(WeightsRejected, match=r"broken\.onnx"):
        open_network(path, Hardware(threads=1, engine="torch"))


def test_torch_is_taken_for_a_gpu_that_onnx_runtime_cannot_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hardware_module, "has_cuda", lambda: False)
    monkeypatch.setattr(hardware_module, "torch_sees_cuda", lambda: True)
    assert choose(Hardware(gpu=True)) == "torch"
    assert choose(Hardware(gpu=False)) != "torch"
    monkeypatch.setattr(hardware_module, "has_cuda", lambda: True)
    assert choose(Hardware(gpu=True)) == "onnxruntime"


def test_a_machine_without_cuda_lends_torch_no_gpu() -> None:
    torch = pytest.importorskip("torch")
    if torch.cuda.is_available():
        pytest.skip("a GPU is here")
    assert choose(Hardware(gpu=True)) != "torch"
    assert not opened("torch", "recogniser").on_gpu


@pytest.mark.filterwarnings("ignore:Specified provider")
def test_a_cuda_that_is_built_in_and_does_not_load_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: ["CUDAExecutionProvider"])
    hardware_module.has_cuda.cache_clear()
    assert not hardware_module.has_cuda(), "the session that is opened says CPU"
    hardware_module.has_cuda.cache_clear()
