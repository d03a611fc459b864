"""The lower edge of a box that holds tops of the next line's signs is raised above them.

Where lines stand close, an acute over a capital of the next line, cut by the edge of a box, reads as a dot below the
letter above it. What goes touches the edge, is low, and is parted from the line by a row of paper; and only where the
next line's box begins. Upper edges stay: the marks above a line's own letters are parted from them as well, and often
touch the edge (of 26 real lines that read otherwise when they were cut, 21 had lost a mark).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.detection.boxes import Corners
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
    flat = flat_grey(grey, box)
    height = len(flat)
    if height < _LEAST:
        return box
    cut = _foreign_rows(np.count_nonzero(ink(flat, _PAPER, _SHARE), axis=1) > _FLECK)
    if not cut:
        return box
    up = (box[1] - box[2]) * (cut / height), (box[0] - box[3]) * (cut / height)
    return np.array([box[0], box[1], box[2] + up[0], box[3] + up[1]], dtype=np.float32)


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
