"""Boxes that run into a dotted leader are trimmed back to the words.

The network ends a label's box one or two dots inside the leader behind it, and a reader then writes a full stop that is
none. Where the ink beyond an end of a box goes on as a row of dots, the dots inside belong to the row and are cut off;
so is a whole row inside, behind which the recogniser would not tell a full stop from the dots. Where a box ends inside
the last sign of the label, or before its colon, it grows to the end of that. A stop with nothing but paper behind it
stays, and so does one that stands at its word and apart from the row.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from models.detection.boxes import Corners, between, sides
from models.detection.ink import flat_grey, ink
from models.protocols import Image

_BEYOND = 1.6
"""How far past the end of a box is looked, in line heights."""
_DOT = 0.26
"""A dot is at most so wide and high, in line heights."""
_ROW, _ROW_INSIDE = 3, 4
"""So many dots beyond an end make a leader, and so many inside with nothing but paper behind them: fewer may be an
ellipsis."""
_APART = 0.75
"""Dots of one row are at most so far apart, in line heights."""
_CLOSE = 0.16
"""A full stop stands at most so far behind its word, in line heights; a leader has a space before it."""
_PARTED = 1.35
"""How much farther a full stop stands from the first dot of a leader than its dots from each other."""
_FARTHER = 0.6
"""A box that ends inside a sign before a leader grows at most so far, in line heights."""
_PAPER, _SHARE = 85, 0.35
_LEVEL = 0.07
"""Dots of one row are so level, in line heights; what stands higher or lower is a speck."""
_LOW = (0.5, 0.98)
"""Where dots stand in the height of a box."""


def _dots(marks: NDArray[np.bool_]) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_]]:
    """Left and right edges [n, 2] of dots, from left to right; which columns hold other ink, and which of them letters
    (no colon), bool [w]."""
    height = marks.shape[0]
    _, _, stats, centres = cv2.connectedComponentsWithStats(marks.view(np.uint8), connectivity=8)
    left, wide, high = stats[1:, 0], stats[1:, 2], stats[1:, 3]
    level = centres[1:, 1] / height
    little = (wide <= _DOT * height) & (high <= _DOT * height)
    other = np.zeros(marks.shape[1], dtype=np.bool_)
    for x, w, h, small in zip(left.tolist(), wide.tolist(), high.tolist(), little.tolist(), strict=True):
        if not small and h > 0.2 * height:
            other[x : x + w] = True
    letters = other.copy()
    low = np.flatnonzero(little & (level > _LOW[0]) & (level < _LOW[1]))
    dots: list[tuple[int, int, float]] = []
    for n in low[np.argsort(left[low])].tolist():
        a, b = int(left[n]), int(left[n] + wide[n])
        above = little & (left < b) & (left + wide > a) & (level < level[n] - 0.15)
        before = next((dot for dot in reversed(dots) if dot[1] <= a), None)
        in_row = before and abs(before[2] - level[n]) < _LEVEL and _go_on(before[1], a, other, height)
        if above.any() and not in_row:  # a colon, and no speck over a row
            other[a:b] = True
            while dots and dots[-1][1] > a:  # its upper dot
                dots.pop()
        if not other[a:b].any():
            dots.append((a, b, float(level[n])))
    return np.array([dot[:2] for dot in dots], dtype=np.float64).reshape(-1, 2), other, letters


def _go_on(end: float, start: float, other: NDArray[np.bool_], height: int) -> bool:
    """Whether a dot that starts at a column belongs to the row of one that ends at another."""
    return start - end <= _APART * height and not other[int(end) : int(start)].any()


def _end_of_words(marks: NDArray[np.bool_], end: int, *, stops: bool) -> float:
    """Where the words end in the ink [h, w] of a box that ends at column `end` and of what is beyond; `end` if no
    leader. `stops`: a sentence may end there."""
    if not _may_be_leader(marks, end):
        return end
    height = marks.shape[0]
    edges, other, letters = _dots(marks)
    whole = _whole_signs(other, end, height)
    beyond = edges[edges[:, 0] >= whole]
    least, upto = (_ROW, int(beyond[_ROW - 1, 1])) if len(beyond) >= _ROW else (_ROW_INSIDE, len(other))
    row = edges[edges[:, 0] < upto]
    if len(row) < least or other[min(whole, int(row[-least, 0])) : upto].any():
        return end
    first = len(row) - 1
    while first > 0 and _go_on(row[first - 1, 1], row[first, 0], other, height):
        first -= 1
    if stops and _is_stop(row[first:], letters, height):
        first += 1
    margin = 0.06 * height
    if whole > end:
        return float(min(whole + margin, row[first, 0] - margin))
    if row[first, 0] >= end or first > len(row) - least:
        return end
    return float(max(row[first, 0] - margin, 0.0))


def _may_be_leader(marks: NDArray[np.bool_], end: int) -> bool:
    """Whether there are marks enough for a row of dots beyond column `end`, or before it low ones alone."""
    height = marks.shape[0]
    before = marks[:, max(0, end - height) : end]
    many = 2 * (_ROW - 1)
    if np.count_nonzero(np.diff(marks[:, end:].any(axis=0))) >= many:
        return True
    low = before[round(_LOW[0] * height) :].any(axis=0)
    return bool(np.count_nonzero(np.diff(low)) >= many and not before[: height // 3].any())


def _whole_signs(other: NDArray[np.bool_], end: int, height: int) -> int:
    """`end`, or where a sign ends that it cuts or one that stands close behind its word; at most `_FARTHER` away."""
    whole, reach = end, max(1, round(_CLOSE * height))
    while (close := other[whole : whole + reach]).any():
        first = whole + int(close.argmax())
        if not other[max(0, first - reach) : first].any():
            break
        run = np.flatnonzero(~other[first:])
        last = first + int(run[0]) if run.size else len(other)
        if last - end > _FARTHER * height:
            return end
        whole = last
    return whole


def _is_stop(row: NDArray[np.float64], letters: NDArray[np.bool_], height: int) -> bool:
    """Whether the first of a row of dots ends a sentence: close behind a letter, and farther from the other dots than
    they are from each other."""
    if len(row) < _ROW + 1:
        return False
    gaps = row[1:, 0] - row[:-1, 1]
    close = int(row[0, 0])
    behind = bool(letters[max(0, close - round(_CLOSE * height)) : close].any())
    return behind and bool(gaps[0] > _PARTED * np.median(gaps[1:]) + 1)


def without_leader_ends(grey: Image, box: Corners) -> Corners:
    """`box` of a grey page, uint8 [h, w], without the dots of leaders that go on beyond its ends and with the whole of
    the signs before them; `box` itself where it holds nothing but dots."""
    width, height = sides(box)
    if width < 1.5 * height or height < 8:
        return box
    reach = _BEYOND * height / width
    wide = flat_grey(grey, between(box, -reach, 1 + reach))
    if not wide.size:
        return box
    marks = ink(wide, _PAPER, _SHARE)
    pad = round(_BEYOND * height)
    end = _end_of_words(marks, wide.shape[1] - pad, stops=True)
    mirrored = np.ascontiguousarray(marks[:, ::-1])
    start = wide.shape[1] - _end_of_words(mirrored, wide.shape[1] - pad, stops=False)
    if end - start < 0.8 * height:
        return box
    return between(box, (start - pad) / width, 1 + (end - wide.shape[1] + pad) / width)
