"""Boxes that begin with a speck of dirt are trimmed to their first sign.

The network takes a speck before a line into its box, and a reader then writes a dash or a stop that is none. No sign
that begins a line is so small: a list's dash is longer than high, its point is thicker, and a quotation mark stands
high. A speck behind a line stays: it may be a full stop.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from models.detection.boxes import Corners, between, sides
from models.detection.ink import flat_grey, ink
from models.protocols import Image

_HEAD = 2.5
"""So far into a box is looked, in its heights."""
_SPECK = 0.17
"""A speck is at most so wide and high, in heights of its box."""
_LONG, _DASH = 1.6, 0.14
"""What is so much longer than high is a dash, unless it is shorter than so much of the height of the box."""
_HIGH = 0.38
"""What stands higher, in heights of its box, may be a quotation mark."""
_APART = 0.03
"""What stands nearer to a sign, in heights of the box, is a part of it that came off: the foot of a faint `M`."""
_MARGIN = 0.06
"""Paper kept before the first sign, in heights of the box, where there is so much."""
_SIGN = 0.3
"""The first sign is higher than this, in heights of the box: dots before more dots are a leader."""
_PAPER, _SHARE = 85, 0.2
_LEAST = 8  # pixels
_MOST = 2
"""More dots one behind the other are a leader, whose dots all stay: of three or more a reader knows what they are."""


def without_specks_before(grey: Image, box: Corners) -> Corners:
    """`box` of a grey page, uint8 [h, w], from its first sign on."""
    width, height = sides(box)
    if height < _LEAST or width < height:
        return box
    head = flat_grey(grey, between(box, 0, min(1.0, _HEAD * height / width)))
    if not head.size:
        return box
    start = _first_sign(ink(head, _PAPER, _SHARE))
    return between(box, start / width, 1) if start else box


def _first_sign(marks: NDArray[np.bool_]) -> float:
    """From which column on the ink [h, w] of a line's head holds no speck; 0 where it begins with a sign."""
    height = len(marks)
    edges = np.flatnonzero(np.diff(marks.any(axis=0), prepend=False, append=False))
    end = 0
    for number, (left, right) in enumerate(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)):
        wide, high, low = _ink_of(marks[:, left:right])
        if number and left - end < max(2.0, _APART * height):
            return 0.0
        if max(wide, high) > _SPECK * height or wide >= max(_LONG * high, _DASH * height) or low < _HIGH * height:
            whole = number and np.ptp(np.flatnonzero(marks[:, left:right].any(axis=1))) > _SIGN * height
            return max(end + (left - end) / 2, left - _MARGIN * height) if whole else 0.0
        if number == _MOST:
            return 0.0
        end = right
    return 0.0


def _ink_of(marks: NDArray[np.bool_]) -> tuple[int, int, float]:
    """Of the ink in some columns of a line: the width of all, the height of the highest piece, the level of the lowest
    one's middle."""
    _, _, stats, centres = cv2.connectedComponentsWithStats(np.ascontiguousarray(marks).view(np.uint8), connectivity=8)
    return marks.shape[1], int(stats[1:, cv2.CC_STAT_HEIGHT].max()), float(centres[1:, 1].max())
