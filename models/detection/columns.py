"""Columns of running text: where a white gutter parts two of them.

A form has gutters too, between labels and values, between the halves of a letter-head, between signatures. A column is
running text: many of its lines end where the next word would not have fitted. Two lists side by side may look alike,
but their lines stand in rows; so where the lines on both sides of a gutter stand in rows, far more must be full.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.detection.boxes import Places, Spans


class _Prose(NamedTuple):
    """What makes lines a column. `wide`: its least width, in heights of a line; `short`: how much shorter than it a
    full line may be, in heights; `lines`: so many of them are full at least; `share`: of all."""

    wide: float
    short: float
    lines: int
    share: float


_FREE = _Prose(wide=8.0, short=3.0, lines=5, share=0.5)
"""Of lines that stand in no rows: a word is seldom longer than 3 heights, a paragraph ends in a shorter line."""
_IN_ROWS = (
    _Prose(wide=10.0, short=1.6, lines=10, share=0.6),
    _Prose(wide=8.0, short=1.6, lines=16, share=0.7),
)
"""Of lines in rows, either: 1 of 5,040 pairs of made-up lists (names, addresses, labels with values; 5 to 24 rows) was
taken for columns, and 156 of 180 pages of prose in rows were."""
_ODD = 16
"""Of so many lines one may be longer than its column."""
_ROW = 0.25
"""Lines whose middles are nearer than this, in their heights, stand in one row,"""
_ROWS = 0.6
"""and two columns do if so many lines of the one stand in a row with one of the other."""
_OWN_ROW = 0.4
"""So do as many lines on both sides, on the average nearer than this to their own ones: what is written in jumps."""
_DENSE = 0.6
"""Share of a column's height that its lines take."""
_TELLING = 0.6
"""Lines narrower than this share of the narrowest column tell nothing of gutters."""
_GUTTER = 0.7
"""A gutter is at least so wide, in heights of lines."""
_APART = 1.0
"""What stands farther above or below the columns, in heights of lines, does not belong to them."""
_INDENT = 4.0
"""Lines of a column begin within so many heights of each other."""
_NEXT = 0.1
"""Two gutters that end so near to each other, in heights of lines, are one."""


class Parted(NamedTuple):
    """Places of boxes above two columns, in the left one, in the right one, below them."""

    above: Places
    left: Places
    right: Places
    below: Places


def parted(spans: Spans, walls: Spans) -> Parted | None:
    """The two columns among the boxes `spans` that hold the most of them; None where there are none.

    `walls`: spans of the tables, [m, 4], through which no gutter runs and whose cells are no columns.
    """
    if len(spans) < 2 * _FREE.lines:
        return None
    height = spans[:, 3] - spans[:, 1]
    lines = spans[:, 2] - spans[:, 0] > _TELLING * _FREE.wide * height
    if np.count_nonzero(lines) < 2 * _FREE.lines:
        return None
    size = float(np.median(height[lines]))
    best: Parted | None = None
    for gutter in _gutters(spans, lines, size):
        for band in _bands(gutter, spans, walls):
            found = _columns(gutter, spans, lines, band, size)
            if found and (best is None or len(found.left) + len(found.right) > len(best.left) + len(best.right)):
                best = found
    return best


def _gutters(spans: Spans, lines: NDArray[np.bool_], size: float) -> list[float]:
    """Where gutters may end on their right: before the beginning of a box, with enough lines on both sides."""
    ends = np.sort(spans[:, 0]) - _GUTTER / 2 * size
    before = np.searchsorted(np.sort(spans[lines, 2]), ends)
    starts = np.sort(spans[lines, 0])
    behind = np.searchsorted(starts, ends + _INDENT * size) - np.searchsorted(starts, ends)
    ends = ends[(before >= _FREE.lines) & (behind >= _FREE.lines)]
    return [float(end) for end in ends[np.diff(ends, prepend=-np.inf) > _NEXT * size]]


def _bands(gutter: float, spans: Spans, walls: Spans) -> list[Places]:
    """The boxes between one that crosses the gutter, or a table that does, and the next, from top to bottom."""
    middles = spans[:, 1::2].mean(axis=1)
    crossing, blocking = (each[(each[:, 0] < gutter) & (each[:, 2] > gutter)] for each in (spans, walls))
    ends = np.sort(np.r_[crossing, blocking][:, 1::2].mean(axis=1))
    ruled = ((middles[:, None] > blocking[:, 1]) & (middles[:, None] < blocking[:, 3])).any(axis=1)
    free = np.flatnonzero(((spans[:, 0] >= gutter) | (spans[:, 2] <= gutter)) & ~ruled)
    number = np.searchsorted(ends, middles[free])
    return [free[number == n] for n in np.unique(number)]


def _columns(gutter: float, spans: Spans, lines: NDArray[np.bool_], band: Places, size: float) -> Parted | None:
    """The columns on both sides of a gutter in one of its bands, if they are running text."""
    sides = band[spans[band, 2] <= gutter], band[spans[band, 0] >= gutter]
    if min(np.count_nonzero(lines[side]) for side in sides) < _FREE.lines:
        return None
    near = [side[_next_to_gutter(spans[side], right)] for side, right in zip(sides, (False, True), strict=True)]
    full = [each[_full(spans[each], _FREE)] for each in near]
    if spans[full[1], 0].min() - spans[full[0], 2].max() < _GUTTER * size:
        return None
    top = max(float(spans[each, 1].min()) for each in full)
    bottom = min(float(spans[each, 3].max()) for each in full)
    middles = spans[:, 1::2].mean(axis=1)
    left, right = (spans[each[(middles[each] > top) & (middles[each] < bottom)]] for each in near)
    rules = _IN_ROWS if _in_rows(left, right) else (_FREE,)
    if not any(_is_prose(left, rule) and _is_prose(right, rule) for rule in rules):
        return None
    top, bottom = _grown(spans[band], top, bottom, _APART * size)
    one, other = (side[(middles[side] > top) & (middles[side] < bottom)] for side in sides)
    rest = np.setdiff1d(np.arange(len(spans)), np.r_[one, other])
    return Parted(rest[middles[rest] <= top], one, other, rest[middles[rest] > top])


def _next_to_gutter(spans: Spans, right: bool) -> NDArray[np.bool_]:
    """Which boxes on the left or `right` of a gutter have none between themselves and it."""
    start, top, end, bottom = spans.T
    middle, centre = (top + bottom) / 2, (start + end) / 2
    level = (middle[:, None] > top) & (middle[:, None] < bottom)
    nearer = centre < start[:, None] if right else centre > end[:, None]
    return np.asarray(~(level & nearer).any(axis=1))


def _width(column: Spans) -> float:
    """Of the longest line of a column; where it has many, of a long one: a word may run over the edge."""
    place = -1 - len(column) // _ODD
    return float(np.partition(column[:, 2] - column[:, 0], place)[place])


def _full(column: Spans, rule: _Prose) -> NDArray[np.bool_]:
    height = float(np.median(column[:, 3] - column[:, 1]))
    return np.asarray(column[:, 2] - column[:, 0] > _width(column) - rule.short * height)


def _in_rows(left: Spans, right: Spans) -> bool:
    """Whether lines stand in rows across a gutter: each with its own one, or most with any."""
    few, many = (side[:, 1::2].mean(axis=1) for side in sorted((left, right), key=len))
    if not few.size:
        return False
    height = float(np.median(left[:, 3] - left[:, 1]))
    if few.size == many.size and np.abs(np.sort(few) - np.sort(many)).mean() < _OWN_ROW * height:
        return True
    apart = np.abs(few[:, None] - many).min(axis=1)
    return bool((apart < _ROW * height).mean() > _ROWS)


def _is_prose(column: Spans, rule: _Prose) -> bool:
    """Whether the lines of a column, float64 [n, 4], are running text."""
    if len(column) < rule.lines:
        return False
    height = column[:, 3] - column[:, 1]
    full = np.count_nonzero(_full(column, rule))
    return bool(
        full >= max(rule.lines, rule.share * len(column))
        and _width(column) > rule.wide * np.median(height)
        and height.sum() > _DENSE * (column[:, 3].max() - column[:, 1].min())
    )


def _grown(spans: Spans, top: float, bottom: float, apart: float) -> tuple[float, float]:
    """The heights from `top` to `bottom` and on over all boxes that follow without a gap."""
    for box in spans[np.argsort(spans[:, 1])]:
        if box[1] < bottom + apart:
            bottom = max(bottom, float(box[3]))
    for box in spans[np.argsort(-spans[:, 3])]:
        if box[3] > top - apart:
            top = min(top, float(box[1]))
    return top, bottom
