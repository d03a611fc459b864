"""A box over two columns is cut at the white between them, a line with wide spaces is not."""

from __future__ import annotations

import numpy as np
import pytest

from models.detection.gaps import cut_at_gaps
from models.protocols import Image


def _line(gap: int, paper: int = 245) -> tuple[Image, np.ndarray]:
    """Two blocks of strokes 30 px high with `gap` px of white between them, and the box around both."""
    grey = np.full((100, 900), paper, dtype=np.uint8)
    right = 300 + gap
    for start, end in ((50, 300), (right, right + 250)):
        for x in range(start, end, 8):
            grey[38:62, x : x + 4] = 30
    box = np.array([[44, 32], [right + 256, 32], [right + 256, 68], [44, 68]], dtype=np.float32)
    return grey, box


@pytest.mark.parametrize("paper", [245, 150])
def test_a_wide_gap_separates(paper: int) -> None:
    grey, box = _line(gap=90, paper=paper)
    left, right = cut_at_gaps(grey, box)
    assert 290 <= left[1][0] <= 320
    assert 370 <= right[0][0] <= 390
    assert right[1][0] == pytest.approx(box[1][0])


def test_a_space_does_not() -> None:
    grey, box = _line(gap=25)
    assert len(cut_at_gaps(grey, box)) == 1


def test_blank_and_tiny_boxes_stay_whole() -> None:
    grey = np.full((100, 900), 240, dtype=np.uint8)
    for box in ([[0, 0], [900, 0], [900, 40], [0, 40]], [[5, 5], [9, 5], [9, 7], [5, 7]]):
        assert len(cut_at_gaps(grey, np.array(box, dtype=np.float32))) == 1
