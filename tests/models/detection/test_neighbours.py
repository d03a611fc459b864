"""The tops of the next line are cut off a box; what belongs to its own line stays."""

from __future__ import annotations

import numpy as np
import pytest

from models.detection.neighbours import above_neighbours
from models.protocols import Image


def _box(top: float, bottom: float, left: float = 40, right: float = 460) -> np.ndarray:
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]], dtype=np.float32)


def _page(*marks: tuple[int, int, int, int]) -> Image:
    """Two lines of strokes, 40 to 64 and 84 to 108 px down, and `marks` (left, top, right, bottom)."""
    grey = np.full((140, 500), 240, dtype=np.uint8)
    for top in (40, 84):
        for x in range(50, 450, 10):
            grey[top : top + 24, x : x + 5] = 30
    for left, top, right, bottom in marks:
        grey[top:bottom, left:right] = 30
    return grey


ACUTE = (200, 72, 206, 82)
"""Over a letter of the second line."""
DOT = (300, 67, 304, 70)
"""Below a letter of the first one."""
UPPER, LOWER = _box(33, 75), _box(70, 115)


def test_the_acute_of_the_next_line_is_cut_off_and_the_dot_stays() -> None:
    raised, lower = above_neighbours(_page(ACUTE, DOT), [UPPER, LOWER])
    assert 70 <= raised[2][1] <= 72
    assert raised[2][1] == pytest.approx(raised[3][1])
    np.testing.assert_array_equal(raised[:2], UPPER[:2])
    np.testing.assert_array_equal(lower, LOWER)


def test_a_dot_that_touches_the_edge_stays_with_the_letter_that_it_is_nearer_to() -> None:
    for marks in ([(299, 68, 304, 75)], [(299, 68, 304, 75), ACUTE]):
        (kept, _) = above_neighbours(_page(*marks), [UPPER, LOWER])
        np.testing.assert_array_equal(kept, UPPER)


def test_without_a_box_below_what_touches_the_edge_is_the_lines_own() -> None:
    for others in ([], [_box(70, 115, left=470, right=495)]):
        kept = above_neighbours(_page(ACUTE), [UPPER, *others])[0]
        np.testing.assert_array_equal(kept, UPPER)


def test_a_tail_that_hangs_from_its_letter_stays() -> None:
    (kept, _) = above_neighbours(_page((200, 60, 205, 80)), [UPPER, LOWER])
    np.testing.assert_array_equal(kept, UPPER)


def test_no_boxes_are_no_boxes() -> None:
    assert above_neighbours(_page(), []) == []
