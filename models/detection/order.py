"""Reading order: tables cell by cell, columns of running text one after the other, all else in rows from top to bottom
and in a row from left to right.

Two boxes stand in one row when the middle of each lies within the height of the other, measured along the slope of
the page, so that a tilted page keeps its rows. Forms and letter-heads are rows and stay so.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.detection.boxes import Corners, Places, Spans
from models.detection.cells import Table, filled_cells
from models.detection.columns import parted


def page_slope(boxes: Sequence[Corners]) -> float:
    """Median slope (dy / dx) of the boxes that are long enough to tell; 0 without any."""
    slopes = [
        float((box[1][1] - box[0][1]) / (box[1][0] - box[0][0]))
        for box in boxes
        if box[1][0] - box[0][0] > 4 * math.dist(box[0], box[3])
    ]
    return float(np.median(slopes)) if slopes else 0.0


def in_reading_order(boxes: Sequence[Corners], tables: Sequence[Table] = ()) -> list[Corners]:
    """The same boxes, in the order in which a reader takes them; `tables`: the ruled tables, one that stands in a cell
    of another after it."""
    if not boxes:
        return []
    corners = np.asarray(boxes, dtype=np.float64)
    slope = page_slope(boxes)
    spans = _levelled(corners, slope)
    places = [table.spans(slope) for table in tables]
    walls = np.array([[*cells[:, :2].min(axis=0), *cells[:, 2:].max(axis=0)] for cells in places]).reshape(-1, 4)
    page = _Page(spans, corners[:, :, 0].min(axis=1), walls)
    order = page.read(np.arange(len(boxes)))
    middles = corners.mean(axis=1).astype(np.float32)
    for table, cells in zip(tables, places, strict=True):
        if filled := filled_cells(table, cells, middles, spans):
            held = np.concatenate(filled)  # they keep the places that they have together
            order[np.isin(order, held)] = np.concatenate([page.read(cell) for cell in filled])
    return [boxes[n] for n in order]


def _levelled(corners: NDArray[np.float64], slope: float) -> Spans:
    """The spans of boxes, [n, 4, 2]: corners."""
    across, down = corners[:, :, 0] + slope * corners[:, :, 1], corners[:, :, 1] - slope * corners[:, :, 0]
    sides = across.min(axis=1), down[:, :2].mean(axis=1), across.max(axis=1), down[:, 2:].mean(axis=1)
    return np.stack(sides, axis=1)


@dataclass(frozen=True, slots=True)
class _Page:
    """The boxes of a page: their spans; where they begin on the left, float64 [n]; the spans of its tables."""

    spans: Spans
    starts: NDArray[np.float64]
    walls: Spans

    def read(self, places: Places) -> Places:
        """`places` in reading order: column after column where there are columns, else row by row."""
        if len(places) < 2:
            return places
        found = parted(self.spans[places], self.walls)
        if found is None:
            return self._rows(places)
        return np.concatenate([self.read(places[part]) for part in found])

    def _rows(self, places: Places) -> Places:
        rows: list[list[tuple[float, float, float, int]]] = []
        spans = ((*span, n) for span, n in zip(self.spans[places, 1::2].tolist(), places.tolist(), strict=True))
        for middle, top, bottom, n in sorted(((top + bottom) / 2, top, bottom, n) for top, bottom, n in spans):
            row = rows[-1] if rows else []
            level = sum(entry[0] for entry in row) / len(row) if row else -math.inf
            if row and top < level < bottom and row[-1][1] < middle < row[-1][2]:
                row.append((middle, top, bottom, n))
            else:
                rows.append([(middle, top, bottom, n)])
        ordered = (sorted(row, key=lambda entry: float(self.starts[entry[3]])) for row in rows)
        return np.array([entry[3] for row in ordered for entry in row], dtype=np.int64)
