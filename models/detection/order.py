"""Reading order: rows from top to bottom, in a row from left to right.

Two boxes stand in one row when the middle of each lies within the height of the other, measured along the slope of
the page, so that a tilted page keeps its rows.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from models.detection.boxes import Corners


def page_slope(boxes: Sequence[Corners]) -> float:
    """Median slope (dy / dx) of the boxes that are long enough to tell; 0 without any."""
    slopes = [
        float((box[1][1] - box[0][1]) / (box[1][0] - box[0][0]))
        for box in boxes
        if box[1][0] - box[0][0] > 4 * math.dist(box[0], box[3])
    ]
    return float(np.median(slopes)) if slopes else 0.0


def in_reading_order(boxes: Sequence[Corners]) -> list[Corners]:
    """The same boxes, in the order in which a reader takes them."""
    slope = page_slope(boxes)

    def span(box: Corners) -> tuple[float, float, float]:
        levels = box[:, 1] - slope * box[:, 0]
        top, bottom = float(levels[:2].mean()), float(levels[2:].mean())
        return (top + bottom) / 2, top, bottom

    rows: list[list[tuple[float, float, float, Corners]]] = []
    for middle, top, bottom, box in sorted(((*span(box), box) for box in boxes), key=lambda entry: entry[0]):
        row = rows[-1] if rows else []
        level = sum(entry[0] for entry in row) / len(row) if row else -math.inf
        fits = row and top < level < bottom and all(entry[1] < middle < entry[2] for entry in row[-1:])
        if fits:
            row.append((middle, top, bottom, box))
        else:
            rows.append([(middle, top, bottom, box)])
    return [entry[3] for row in rows for entry in sorted(row, key=lambda entry: float(entry[3][:, 0].min()))]
