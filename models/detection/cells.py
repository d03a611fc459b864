"""Cells of ruled tables: the white patches that the rules of one table enclose.

A torn rule makes one patch of two cells, which are parted again where the rows beside them begin. A table that is open
at a side has no patches there, and is left alone.
"""

from __future__ import annotations

import itertools
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from models.detection.boxes import Places, Spans
from models.detection.drawn import Drawn

_LEAST = 0.008
"""A cell is at least so wide and high, as a share of the page's long side: 2.4 mm on A4."""
_WHOLE = 0.85
"""Share of the rectangle around a cell that it fills."""
_OVER = 0.5
"""So far, in its heights, may a box reach over the rules of its cell."""
_ROW = 0.5
"""Cells whose tops differ by less than this share of the lowest of them stand in one row."""
_APART = 0.1
"""Lines farther apart than this, in their heights, are of two cells where a row of other cells begins between them."""


@dataclass(frozen=True, slots=True)
class Table:
    """A ruled table: the outlines of its cells and of all its rules together, float32 [n, 1, 2], x and y in pixels of
    the page."""

    cells: list[NDArray[np.float32]]
    frame: NDArray[np.float32]

    def spans(self, slope: float) -> Spans:
        """The spans of the cells on a page of this slope."""
        level = levelled(np.concatenate(self.cells)[:, 0], slope)
        first = np.cumsum([0, *map(len, self.cells[:-1])])
        return np.hstack([np.minimum.reduceat(level, first), np.maximum.reduceat(level, first)])


def levelled(points: NDArray[np.float32], slope: float) -> NDArray[np.float64]:
    """Where points of a page, x and y, [n, 2], lie after its slope is taken out."""
    exact = points.astype(np.float64)
    return np.asarray(exact + slope * exact[:, ::-1] * (1, -1))


class _Cell(NamedTuple):
    """A cell that is not empty, with the boxes in it."""

    top: float
    left: float
    bottom: float
    boxes: list[int]


def tables_on(drawn: Drawn) -> list[Table]:
    """The ruled tables of a page, the largest first: a table may stand in a cell of another."""
    cells: dict[int, list[NDArray[np.float32]]] = {}
    large = (drawn.bounds[:, 2:] > _LEAST * max(drawn.ink.shape)).all(axis=1)
    for n in np.flatnonzero(large).tolist():
        cells.setdefault(int(drawn.drawing[n]), []).append(drawn.on_page(drawn.patches[n]))
    whole = {n: [cell for cell in table if _is_whole(cell)] for n, table in cells.items() if len(table) > 1}
    tables = [Table(table, drawn.on_page(drawn.outlines[n])) for n, table in whole.items() if len(table) > 1]
    return sorted(tables, key=lambda table: -sum(map(cv2.contourArea, table.cells)))


def _is_whole(cell: NDArray[np.float32]) -> bool:
    (_, (wide, high), _) = cv2.minAreaRect(cell)
    return bool(cv2.contourArea(cell) > _WHOLE * wide * high)


def filled_cells(table: Table, places: Spans, middles: NDArray[np.float32], spans: Spans) -> list[Places]:
    """Which boxes stand in each cell that is not empty: rows of cells from top to bottom, in a row from left to right.

    `places`: spans of the cells; `middles`: float32 [n, 2], x and y of each box on the page; `spans`: of the boxes. No
    cell at all unless every box at the height of the table stands whole in one.
    """
    boxes, cells = boxes_in_cells(table, middles)
    used = np.unique(cells)
    if len(used) < 2:
        return []
    over = _OVER * (spans[boxes, 3] - spans[boxes, 1])[:, None] * (-1, -1, 1, 1)
    room = places[cells] + over
    if (spans[boxes, :2] < room[:, :2]).any() or (spans[boxes, 2:] > room[:, 2:]).any():
        return []
    levels = spans[:, 1::2].mean(axis=1)
    if np.count_nonzero((levels > places[used, 1].min()) & (levels < places[used, 3].max())) > len(boxes):
        return []
    held: dict[int, list[int]] = {}
    for box, cell in zip(boxes.tolist(), cells.tolist(), strict=True):
        held.setdefault(cell, []).append(box)
    tops = sorted(places[used, 1].tolist())
    filled = []
    for n, inside in held.items():
        left, top, _, bottom = places[n].tolist()
        filled.extend(_whole_cells(_Cell(top, left, bottom, inside), spans, tops))
    return [np.array(cell.boxes) for cell in _row_by_row(filled)]


def boxes_in_cells(table: Table, middles: NDArray[np.float32]) -> tuple[Places, Places]:
    """Boxes whose middles, float32 [n, 2] on the page, lie in a cell, each once, and the cells."""
    around = table.spans(0.0)
    near = ((middles[:, None] > around[:, :2]) & (middles[:, None] < around[:, 2:])).all(axis=2)
    held = {
        box: cell
        for box, cell in np.argwhere(near).tolist()
        if cv2.pointPolygonTest(table.cells[cell], middles[box].tolist(), False) > 0
    }
    return np.array(list(held), dtype=np.int64), np.array(list(held.values()), dtype=np.int64)


def _whole_cells(cell: _Cell, spans: Spans, tops: Sequence[float]) -> list[_Cell]:
    """The cell, or those that a torn rule has made one: parted where others begin and its lines stand apart."""
    if len(cell.boxes) < 2:
        return [cell]
    parts = [cell._replace(boxes=[])]
    lines = sorted((*spans[box, 1::2].tolist(), box) for box in cell.boxes)
    for (high, low, box), (top, bottom, _) in itertools.pairwise([*lines, lines[-1]]):
        parts[-1].boxes.append(box)
        begun = bisect_right(tops, (high + low) / 2), bisect_left(tops, (top + bottom) / 2)
        if begun[0] < begun[1] and top - low > _APART * (low - high):
            parts[-1] = parts[-1]._replace(bottom=tops[begun[0]])
            parts.append(cell._replace(top=tops[begun[1] - 1], boxes=[]))
    return parts


def _row_by_row(cells: Sequence[_Cell]) -> list[_Cell]:
    rows: list[list[_Cell]] = []
    for cell in sorted(cells):
        row = rows[-1] if rows else []
        if row and cell.top - row[0].top < _ROW * min(each.bottom - each.top for each in (*row, cell)):
            row.append(cell)
        else:
            rows.append([cell])
    return [cell for row in rows for cell in sorted(row, key=lambda cell: cell.left)]
