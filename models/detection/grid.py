"""Ruled tables as data: their rows and columns, and in which of them each line of a page stands.

Edges of cells that run on one rule are one line of a grid; a cell that reaches over such a line is merged, unless a
piece of the rule is left in it, as where a bad copy has torn it. The row into which rules stand out over the first rule
or under the last one is a row too. What is drawn like a table and is none is not stated.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from dossiers.page import Cell, Table
from models.detection.boxes import Corners, Spans
from models.detection.cells import Table as Ruled
from models.detection.cells import boxes_in_cells

_SAME = 0.5
"""Edges nearer to each other than this share of the narrowest cell, and ..."""
_NEAR = 0.6
"""... than this share of the height of a line, 2 to 3 mm, run on one rule."""
_BENT = 2.0
"""The edges on one rule lie in a strip so wide, in distances of near ones: paper is bent, but steps are no rule."""
_DEEP = 0.5
"""A piece of a torn rule reaches into a cell by more than this share of the narrowest (or lowest) cell."""
_OUT = 0.8
"""Rules that stand out of a table by this share of the height of a line part a row that is open there."""
_WIDE = 3.0
"""One column of a table is at least so wide, in heights of its lines; frames for digits are not."""
_CORNERS = np.array([(1, 1), (-1, 1), (-1, -1), (1, -1)])
"""The corners of a cell, clockwise from the upper left one, have the least of these shares of x and y."""

_Place = tuple[int, int, int, int]
"""First row, first column, rows, columns."""


class _Flat(NamedTuple):
    """Takes tilt and perspective out of a table. `middle`: x and y of what stays where it is, float64 [2]; `slopes`:
    of the rules there that run down and of those that run across, and how both grow by the pixel aside, float64
    [2, 2]."""

    middle: NDArray[np.float64]
    slopes: NDArray[np.float64]

    @classmethod
    def of(cls, cells: Sequence[NDArray[np.float32]]) -> _Flat:
        """What suits the sides of cells, float32 [n, 1, 2] each, best: the long ones tell most."""
        corners = np.array([cell[(cell[:, 0] @ _CORNERS.T).argmin(axis=0), 0] for cell in cells], dtype=np.float64)
        middle, slopes = corners.mean(axis=(0, 1)), np.empty((2, 2))
        for axis, (starts, ends) in enumerate((((0, 1), (3, 2)), ((0, 3), (1, 2)))):
            first, last = corners[:, starts].reshape(-1, 2), corners[:, ends].reshape(-1, 2)
            along, aside = (last - first)[:, 1 - axis], ((first + last) / 2 - middle)[:, axis]
            terms = np.stack([along, along * aside], axis=1)
            slopes[:, axis] = np.linalg.lstsq(terms, (last - first)[:, axis], rcond=None)[0]
        return cls(middle, slopes)

    def __call__(self, points: NDArray[np.float32]) -> NDArray[np.float64]:
        """Where points of the page, x and y, [n, 2], lie once the rules run straight down and across."""
        off = points - self.middle
        return np.asarray(points - (self.slopes[0] + self.slopes[1] * off) * off[:, ::-1])


class _Grid(NamedTuple):
    """`across`, `down`: where its lines run, x float64 [columns + 1] and y [rows + 1], in pixels of the flat table;
    `near`: what is nearer, in x and in y, is the same, and `least`: width and height of no cell are less, float64 [2];
    `cells`: left, top, right, bottom line of each, int64 [n, 4], the open ones after the enclosed ones."""

    across: NDArray[np.float64]
    down: NDArray[np.float64]
    near: NDArray[np.float64]
    least: NDArray[np.float64]
    cells: NDArray[np.int64]
    flat: _Flat


def in_tables(boxes: Sequence[Corners], ruled: Sequence[Ruled]) -> tuple[list[Cell | None], tuple[Table, ...]]:
    """Where each box stands, None outside tables, and the tables in the order of their first boxes.

    `boxes` in reading order; `ruled` with a table that stands in a cell of another after it: what it holds is not in
    the other. Left out is what lines stand in one cell of only, what is open at the left or right (its columns cannot
    be counted), frames for digits.
    """
    places: list[tuple[int, _Place] | None] = [None] * len(boxes)
    grids: dict[int, _Grid] = {}
    corners = np.asarray(boxes, dtype=np.float32).reshape(-1, 4, 2)
    for number in reversed(range(len(ruled) if boxes else 0)):
        grid = _grid(ruled[number], _height(corners))
        free = [box for box, place in enumerate(places) if place is None]
        found = _held(ruled[number], grid, corners[free].mean(axis=1)) if grid else ()
        held = {free[n]: place for n, place in found}
        if grid and len(set(held.values())) > 1 and _is_wide(grid, corners[list(held)]):
            grids[number] = grid
            for box, place in held.items():
                places[box] = number, place
    order = {number: n for n, number in enumerate(dict.fromkeys(place[0] for place in places if place))}
    cells = [Cell(order[place[0]], *place[1]) if place else None for place in places]
    return cells, tuple(Table(len(grids[n].down) - 1, len(grids[n].across) - 1) for n in order)


def _height(boxes: NDArray[np.float32]) -> float:
    """The height of lines, float32 [n, 4, 2]."""
    return float(np.median(np.linalg.norm(boxes[:, 3] - boxes[:, 0], axis=1)))


def _is_wide(grid: _Grid, held: NDArray[np.float32]) -> bool:
    """Whether a column is wider than digits' frames, for the lines held, float32 [n, 4, 2]."""
    return bool(np.diff(grid.across).max() > _WIDE * _height(held))


def _grid(table: Ruled, height: float) -> _Grid | None:
    """The grid of a table on a page whose lines are so high; None where its cells lie in none or it is open at the
    left or right."""
    flat = _Flat.of(table.cells)
    outlines = [flat(cell[:, 0]) for cell in table.cells]
    spans = np.array([[*outline.min(axis=0), *outline.max(axis=0)] for outline in outlines])
    least = (spans[:, 2:] - spans[:, :2]).min(axis=0)
    near = np.minimum(_SAME * least, _NEAR * height)
    across, down = (_lines(spans[:, axis::2], near[axis]) for axis in (0, 1))
    if across is None or down is None:
        return None
    cells = np.stack([_nearest(across if side % 2 == 0 else down, spans[:, side]) for side in range(4)], axis=1)
    if (cells[:, :2] >= cells[:, 2:]).any() or _taken(cells).max() > 1:
        return None
    return _with_open_rows(_Grid(across, down, near, least, cells, flat), flat(table.frame[:, 0]), _OUT * height)


def _lines(edges: Spans, near: float) -> NDArray[np.float64] | None:
    """Where the lines run, on one axis, on which the edges of cells lie; None where some are on no line for sure."""
    ordered = np.sort(edges, axis=None)
    runs = np.split(ordered, np.flatnonzero(np.diff(ordered) > near) + 1)
    if max(run[-1] - run[0] for run in runs) > _BENT * near:
        return None
    return np.array([run.mean() for run in runs])


def _nearest(lines: NDArray[np.float64], edges: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.asarray(np.abs(lines[:, None] - edges).argmin(axis=0), dtype=np.int64)


def _taken(cells: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many cells lie on each place of a grid, int64 [rows, columns]."""
    taken = np.zeros((cells[:, 3].max(), cells[:, 2].max()), dtype=np.int64)
    for left, top, right, bottom in cells.tolist():
        taken[top:bottom, left:right] += 1
    return taken


def _with_open_rows(grid: _Grid, frame: NDArray[np.float64], out: float) -> _Grid | None:
    """The grid with the rows that are open at its top or bottom: their cells lie between the rules that stand out so
    far in the outline of all rules, float64 [n, 2]. None where the table is open at the left or right."""
    for sign in (-1, 1):
        if len(_standing_out(grid, frame, 0, sign, out)[0]) > 1:
            return None
        rules, ends = _standing_out(grid, frame, 1, sign, out)
        if len(rules) > 1:
            above = int(sign < 0)
            row = 0 if above else len(grid.down) - 1
            opened = [(left, row, right, row + 1) for left, right in itertools.pairwise(rules.tolist())]
            cells = np.concatenate([grid.cells + np.array((0, above, 0, above)), np.array(opened)])
            down = np.sort([*grid.down, sign * (sign * ends).max()])
            grid = grid._replace(down=down, cells=cells)
    return grid


def _standing_out(
    grid: _Grid, frame: NDArray[np.float64], axis: int, sign: int, out: float
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The lines of the other axis that stand out at an end of an axis (-1: the first, 1: the last), and up to where
    each point of theirs does."""
    lines, others = (grid.across, grid.down) if axis == 0 else (grid.down, grid.across)
    beyond = frame[sign * (frame[:, axis] - lines[0 if sign < 0 else -1]) > out]
    on = np.abs(others[:, None] - beyond[:, 1 - axis]) < grid.near[1 - axis]
    return np.flatnonzero(on.any(axis=1)), beyond[on.any(axis=0), axis]


def _held(table: Ruled, grid: _Grid, middles: NDArray[np.float32]) -> Iterator[tuple[int, _Place]]:
    """The boxes in a table, by their middles, float32 [n, 2], and their places."""
    level = grid.flat(middles)
    boxes, cells = boxes_in_cells(table, middles)
    for box, cell in zip(boxes.tolist(), cells.tolist(), strict=True):
        left, top, right, bottom = grid.cells[cell].tolist()
        if right - left > 1 or bottom - top > 1:
            outline = grid.flat(table.cells[cell][:, 0])
            left, right = _between_torn(level[box], outline, grid, 0, (left, right))
            top, bottom = _between_torn(level[box], outline, grid, 1, (top, bottom))
        yield box, (top, left, bottom - top, right - left)
    # What is written into a rule, or over it, spoils the outline of a cell; its place in the grid is left.
    free = _taken(grid.cells) == 0
    for box in np.setdiff1d(np.arange(len(middles)), boxes).tolist():
        column, row = (int(np.searchsorted(lines, at)) - 1 for lines, at in zip(grid[:2], level[box], strict=True))
        for left, top, right, bottom in grid.cells[len(table.cells) :].tolist():
            if top == row and left <= column < right:
                yield box, (top, left, bottom - top, right - left)
        within = 0 <= row < free.shape[0] and 0 <= column < free.shape[1] and free[row, column]
        if within and cv2.pointPolygonTest(table.frame, middles[box].tolist(), False) > 0:
            yield box, (row, column, 1, 1)


def _between_torn(
    middle: NDArray[np.float64], outline: NDArray[np.float64], grid: _Grid, axis: int, ends: tuple[int, int]
) -> tuple[int, int]:
    """The lines around a middle among the `ends` of its cell on an axis and the torn ones between them."""
    first, end = ends
    lines, other, deep = grid[axis], outline[:, 1 - axis], _DEEP * grid.least[1 - axis]
    for line in range(first + 1, end):
        left = (other > other.min() + deep) & (other < other.max() - deep)
        if (np.abs(outline[left, axis] - lines[line]) < grid.near[axis]).any():
            first, end = (line, end) if middle[axis] > lines[line] else (first, min(end, line))
    return first, end
