"""A box over two columns is cut at the white between them, a line with wide spaces is not."""

from __future__ import annotations

import numpy as np
import pytest

from models.detection.boxes import outside
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


def _words(gaps: list[int]) -> tuple[Image, np.ndarray]:
    """Words of strokes 24 px high, `gaps` px of white between one and the next, and the box around all."""
    grey = np.full((100, 1400), 245, dtype=np.uint8)
    x = 50
    for gap in [*gaps, 0]:
        for stroke in range(x, x + 96, 8):
            grey[38:62, stroke : stroke + 6] = 30
        x += 94 + gap
    box = np.array([[44, 32], [x + 6, 32], [x + 6, 68], [44, 68]], dtype=np.float32)
    return grey, box


def test_two_names_side_by_side_are_parted_at_a_gap_that_is_odd_for_their_line() -> None:
    grey, box = _words([10, 11, 38, 10])
    left, right = cut_at_gaps(grey, box)
    assert left[1][0] < right[0][0]
    assert 50 + 3 * 94 + 21 < left[1][0] < 50 + 3 * 94 + 21 + 38


def test_a_justified_line_and_the_number_before_a_clause_are_not() -> None:
    for gaps in ([36, 34, 38, 35], [38, 10, 11, 10], [10, 11, 38]):
        grey, box = _words(gaps)
        assert len(cut_at_gaps(grey, box)) == 1


def test_a_sliver_of_the_next_column_goes_with_that_columns_box() -> None:
    left, sliver, right = (_corners(*span) for span in ((10, 300), (330, 350), (325, 700)))
    (kept,) = outside([left, sliver], [right])
    assert kept is left
    assert len(outside([left, right], [])) == 2


def _corners(left: float, right: float) -> np.ndarray:
    return np.array([[left, 40], [right, 40], [right, 80], [left, 80]], dtype=np.float32)
