"""Ruled tables as data: their rows and columns, and in which of them each line of a page stands.

Edges of cells that run on one rule are one line of a grid; a cell that reaches over such a line is merged, unless a
piece of the rule is left in it, as where a bad copy has torn it. What is drawn like a table and is none is not stated.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from dossiers.page import Cell, Table
from models.detection.boxes import Corners, Spans
from models.detection.cells import Table as Ruled
from models.detection.cells import boxes_in_cells, levelled
from models.detection.order import page_slope

_SAME = 0.5
"""Edges nearer to each other than this share of the narrowest cell run on one rule."""
_WIDE = 3.0
"""One column of a table is at least so wide, in heights of its lines; frames for digits are not."""

_Place = tuple[int, int, int, int]
"""First row, first column, rows, columns."""


class _Grid(NamedTuple):
    """`across`, `down`: where its lines run, x float64 [columns + 1] and y [rows + 1], in pixels of the levelled page;
    `near`: what is nearer, in x and in y, is the same; `cells`: left, top, right, bottom line of each, int64 [n, 4]."""

    across: NDArray[np.float64]
    down: NDArray[np.float64]
    near: tuple[float, float]
    cells: NDArray[np.int64]


def in_tables(boxes: Sequence[Corners], ruled: Sequence[Ruled]) -> tuple[list[Cell | None], tuple[Table, ...]]:
    """Where each box stands, None outside tables, and the tables in the order of their first boxes.

    `boxes` in reading order; `ruled` with a table that stands in a cell of another after it. Left out is what lines
    stand in one cell of only, what is open at the left or right (its columns cannot be counted), frames for digits.
    """
    places: list[tuple[int, _Place] | None] = [None] * len(boxes)
    grids: dict[int, _Grid] = {}
    slope = page_slope(boxes) if ruled else 0.0
    corners = np.asarray(boxes, dtype=np.float32).reshape(-1, 4, 2)
    for number, table in enumerate(ruled):
        grid = _grid(table, slope)
        held = dict(_held(table, grid, slope, corners.mean(axis=1))) if grid else {}
        if grid and len(set(held.values())) > 1 and _is_wide(grid, corners[list(held)]):
            grids[number] = grid
            for box, place in held.items():
                places[box] = number, place
    order = {number: n for n, number in enumerate(dict.fromkeys(place[0] for place in places if place))}
    cells = [Cell(order[place[0]], *place[1]) if place else None for place in places]
    return cells, tuple(Table(len(grids[n].down) - 1, len(grids[n].across) - 1) for n in order)


def _grid(table: Ruled, slope: float) -> _Grid | None:
    """The grid of a table; None where its cells lie in none or it is open at the left or right."""
    spans = table.spans(slope)
    near = _SAME * (spans[:, 2:] - spans[:, :2]).min(axis=0)
    frame = levelled(table.frame[:, 0], slope)
    if frame[:, 0].min() < spans[:, 0].min() - near[0] or frame[:, 0].max() > spans[:, 2].max() + near[0]:
        return None
    across, down = (_lines(spans[:, axis::2], near[axis]) for axis in (0, 1))
    cells = np.stack([_nearest(across if side % 2 == 0 else down, spans[:, side]) for side in range(4)], axis=1)
    if (cells[:, :2] >= cells[:, 2:]).any() or _taken(cells).max() > 1:
        return None
    return _Grid(across, down, (float(near[0]), float(near[1])), cells)


def _lines(edges: Spans, near: float) -> NDArray[np.float64]:
    """Where the lines run, on one axis, on which the edges of cells lie."""
    ordered = np.sort(edges, axis=None)
    return np.array([run.mean() for run in np.split(ordered, np.flatnonzero(np.diff(ordered) > near) + 1)])


def _nearest(lines: NDArray[np.float64], edges: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.asarray(np.abs(lines[:, None] - edges).argmin(axis=0), dtype=np.int64)


def _taken(cells: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many cells lie on each place of a grid, int64 [rows, columns]."""
    taken = np.zeros((cells[:, 3].max(), cells[:, 2].max()), dtype=np.int64)
    for left, top, right, bottom in cells.tolist():
        taken[top:bottom, left:right] += 1
    return taken


def _held(table: Ruled, grid: _Grid, slope: float, middles: NDArray[np.float32]) -> Iterator[tuple[int, _Place]]:
    """The boxes in a table, by their middles, float32 [n, 2], and their places."""
    level = levelled(middles, slope)
    boxes, cells = boxes_in_cells(table, middles)
    for box, cell in zip(boxes.tolist(), cells.tolist(), strict=True):
        left, top, right, bottom = grid.cells[cell].tolist()
        if right - left > 1 or bottom - top > 1:
            outline = levelled(table.cells[cell][:, 0], slope)
            left, right = _between_torn(level[box], outline, grid, 0, (left, right))
            top, bottom = _between_torn(level[box], outline, grid, 1, (top, bottom))
        yield box, (top, left, bottom - top, right - left)
    # What is written into a rule, or over it, spoils the outline of a cell; its place in the grid is left.
    free = _taken(grid.cells) == 0
    for box in np.setdiff1d(np.arange(len(middles)), boxes).tolist():
        column, row = (int(np.searchsorted(lines, at)) - 1 for lines, at in zip(grid[:2], level[box], strict=True))
        within = 0 <= row < free.shape[0] and 0 <= column < free.shape[1] and free[row, column]
        if within and cv2.pointPolygonTest(table.frame, middles[box].tolist(), False) > 0:
            yield box, (row, column, 1, 1)


def _between_torn(
    middle: NDArray[np.float64], outline: NDArray[np.float64], grid: _Grid, axis: int, ends: tuple[int, int]
) -> tuple[int, int]:
    """The lines around a middle among the `ends` of its cell on an axis and the torn ones between them."""
    first, end = ends
    lines, other = grid[axis], outline[:, 1 - axis]
    for line in range(first + 1, end):
        left = (other > other.min() + grid.near[1 - axis]) & (other < other.max() - grid.near[1 - axis])
        if (np.abs(outline[left, axis] - lines[line]) < grid.near[axis]).any():
            first, end = (line, end) if middle[axis] > lines[line] else (first, min(end, line))
    return first, end


def _is_wide(grid: _Grid, held: NDArray[np.float32]) -> bool:
    """Whether a column is wider than digits' frames, for the lines held, float32 [n, 4, 2]."""
    height = np.median(np.linalg.norm(held[:, 3] - held[:, 0], axis=1))
    return bool(np.diff(grid.across).max() > _WIDE * height)
