"""What a detector's network sees of a page: one size for scans of one paper, in multiples that the network needs."""

from __future__ import annotations

import numpy as np
import pytest

from models.detection.detector import page_pixels


def seen(height: int, width: int) -> tuple[int, ...]:
    pixels = page_pixels(np.full((height, width, 3), 255, dtype=np.uint8))
    assert pixels.dtype == np.float32 and float(pixels.min()) == float(pixels.max()) == 1.0
    return pixels.shape


@pytest.mark.parametrize(("height", "width"), [(2339, 1654), (2345, 1641), (2328, 1659), (2342, 1673), (3508, 2480)])
def test_scans_of_one_paper_have_one_size(height: int, width: int) -> None:
    assert seen(height, width) == (1, 3, 1280, 896)
    assert seen(width, height) == (1, 3, 896, 1280)


@pytest.mark.parametrize(
    ("height", "width", "expected"), [(300, 100, (288, 96)), (10, 900, (32, 896)), (650, 720, (640, 704))]
)
def test_small_pictures_are_bent_by_little_and_never_enlarged_much(
    height: int, width: int, expected: tuple[int, int]
) -> None:
    assert seen(height, width) == (1, 3, *expected)
