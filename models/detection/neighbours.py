"""The lower edge of a box that holds tops of the next line's signs is raised above them.

Where lines stand close, an acute over a capital of the next line, cut by the edge of a box, reads as a dot below the
letter above it. What goes touches the edge, is low, and is parted from the line by a row of paper; and only where the
next line's box begins. A mark belongs to the letter that it is nearer to: the dot of `TỊCH`, which touches the edge of
a tight box, stays, and the edge with it. Upper edges stay: the marks above a line's own letters are parted from them as
well, and often touch the edge (of 26 real lines that read otherwise when they were cut, 21 had lost a mark).
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from models.detection.boxes import Corners, taller
from models.detection.ink import flat_grey, ink
from models.protocols import Image

_MOST = 0.2
"""So much of a box's height is cut off at most."""
_LENGTH = 3.0
"""Shorter boxes, in their heights, are left alone."""
_PAPER, _SHARE = 85, 0.3
_FLECK = 2
"""So few pixels of ink make no row."""
_LEAST = 8  # pixels
_BELOW = 0.4
"""So far below a box, in its heights, letters of the next line are looked for."""
_DOT = 0.2
"""A dot below a letter is at most so wide and high, in heights of its box."""
_AROUND = 0.12
"""So far to the side its letter may stand."""
_FEET = 0.25
"""The lowest row with this share of the ink of the fullest one is where letters end."""


def above_neighbours(grey: Image, boxes: Sequence[Corners]) -> list[Corners]:
    """`boxes` of a grey page, uint8 [h, w], in order, each without what belongs to the line below it."""
    if not boxes:
        return []
    left, top, right, bottom = np.array([[*box.min(axis=0), *box.max(axis=0)] for box in boxes]).T
    found = []
    for n, box in enumerate(boxes):
        lower = (top > (top[n] + bottom[n]) / 2) & (top < bottom[n]) & (bottom > bottom[n])
        meets = lower & (left < right[n]) & (right > left[n])
        line = right[n] - left[n] > _LENGTH * (bottom[n] - top[n])
        found.append(_raised(grey, box) if line and meets.any() else box)
    return found


def _raised(grey: Image, box: Corners) -> Corners:
    flat = flat_grey(grey, taller(box, 0, _BELOW))
    height = round(len(flat) / (1 + _BELOW))
    if height < _LEAST:
        return box
    marks = ink(flat, _PAPER, _SHARE)
    cut = _foreign_rows(np.count_nonzero(marks[:height], axis=1) > _FLECK)
    if not cut or _own_marks(marks, height, cut):
        return box
    return taller(box, 0, -cut / height)


def _own_marks(marks: NDArray[np.bool_], height: int, cut: int) -> bool:
    """Whether a mark in the lowest `cut` rows of a line, of its ink and that below it [h, w], is nearer to the feet of
    its letters than to a letter below."""
    inked = np.count_nonzero(marks[: height - cut], axis=1)
    feet = int(np.flatnonzero(inked >= _FEET * inked.max())[-1]) + 1
    _, _, stats, _ = cv2.connectedComponentsWithStats(
        np.ascontiguousarray(marks[height - cut :]).view(np.uint8), connectivity=8
    )
    around = round(_AROUND * height)
    for left, top, wide, high, _ in stats[1:].tolist():
        if top >= cut or max(wide, high) > _DOT * height:
            continue
        below = marks[height - cut + top + high :, max(0, left - around) : left + wide + around].any(axis=1)
        away = int(below.argmax()) if below.any() else height
        if height - cut + top - feet < away:
            return True
    return False


def _foreign_rows(inked: NDArray[np.bool_]) -> int:
    """How many of the lowest rows of a line, bool [h], hold what touches its lower edge and is parted from it."""
    upwards = inked[::-1]
    if not upwards[:2].any():
        return 0
    first = int(upwards.argmax())
    paper = np.flatnonzero(~upwards[first:])
    if not paper.size or first + paper[0] > _MOST * len(inked):
        return 0
    return first + int(paper[0])
