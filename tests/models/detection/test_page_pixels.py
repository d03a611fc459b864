"""What a detector's network sees of a page: one size for scans of one paper, in multiples that the network needs, as
narrow as its weights were taught."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from models.detection.detector import OnnxDetector, page_pixels
from models.engines import Hardware
from models.weights import HERE, Weights, WeightsRejected, registry
from tests.models.conftest import DrawnPage


def seen(height: int, width: int, narrowed: float = 1.0) -> tuple[int, ...]:
    pixels = page_pixels(np.full((height, width, 3), 255, dtype=np.uint8), narrowed=narrowed)
    assert pixels.dtype == np.float32 and float(pixels.min()) == float(pixels.max()) == 1.0
    return pixels.shape


@pytest.mark.parametrize(("height", "width"), [(2339, 1654), (2345, 1641), (2328, 1659), (2342, 1673), (3508, 2480)])
def test_scans_of_one_paper_have_one_size(height: int, width: int) -> None:
    assert seen(height, width) == (1, 3, 1280, 896)
    assert seen(width, height) == (1, 3, 896, 1280)
    assert seen(height, width, 0.7) == (1, 3, 1280, 640)
    assert seen(width, height, 0.7) == (1, 3, 896, 896)


@pytest.mark.parametrize(
    ("height", "width", "expected"), [(300, 100, (288, 96)), (10, 900, (32, 896)), (650, 720, (640, 704))]
)
def test_small_pictures_are_bent_by_little_and_never_enlarged_much(
    height: int, width: int, expected: tuple[int, int]
) -> None:
    assert seen(height, width) == (1, 3, *expected)


def told(tmp_path: Path, narrowed: str) -> Weights:
    """The shipped detector with a note in its file."""
    pytest.importorskip("onnx")
    from models.training.notes import write_notes

    shipped = registry()["detector"]
    file = tmp_path / shipped.file
    file.write_bytes((HERE / shipped.file).read_bytes())
    write_notes(file, {"narrowed": narrowed})
    return replace(shipped, sha256=sha256(file.read_bytes()).hexdigest())


def test_lines_are_where_they_are_however_narrow_the_page_is_seen(tmp_path: Path, page: DrawnPage) -> None:
    detector = OnnxDetector(told(tmp_path, "0.8"), Hardware(threads=1), tmp_path)
    assert detector.chances(page.image).shape == (1280, 704)
    boxes = detector.detect(page.image)
    assert len(boxes) == len(page.lines)
    for box, (_, (left, top, right, bottom)) in zip(boxes, page.lines, strict=True):
        (west, north), _, (east, south), _ = box
        height = bottom - top
        assert left - height < west <= left + 4 and right - 4 <= east < right + height
        assert top - height < north <= top + 4 and bottom - 4 <= south < bottom + height


@pytest.mark.parametrize("narrowed", ["9", "wide"])
def test_a_file_that_asks_for_no_width_is_refused(tmp_path: Path, narrowed: str) -> None:
    weights = told(tmp_path, narrowed)
    with pytest.raises(WeightsRejected, match=weights.file):
        OnnxDetector(weights, Hardware(threads=1), tmp_path)
