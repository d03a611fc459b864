"""Rows of equal little frames, one digit each, as forms have them for personal numbers.

A text detector sees such a row as twelve faint marks and loses some, and a digit alone may be a letter (0, o). Their
frames are easy to find: the white inside each is a separate patch. A row is one line; it is read without its frames.
"""

from __future__ import annotations

import cv2
import numpy as np

from dossiers.page import Polygon
from models.detection.boxes import Corners
from models.detection.drawn import Drawn, drawn_on
from models.protocols import Image

_LEAST, _MOST = 0.0085, 0.028
"""Side of a frame's inside, as a share of the page's long side: 2.5 to 8 mm on A4."""
_ROW = 6
"""So many frames side by side make a row."""
_FILLED = 0.55
"""Share of a frame's inside that is paper."""


def _insides(drawn: Drawn) -> list[list[int]]:
    """Left, top, width, height of white patches that may be the inside of a frame, in pixels of the page."""
    longest = max(drawn.ink.shape)
    least, most = _LEAST * longest, _MOST * longest
    left, top, wide, high = (drawn.bounds + np.array([1, 1, -2, -2])).T  # an outline runs on the ink
    sized = (least <= wide) & (wide <= most) & (least <= high) & (high <= most)
    found = []
    for n in np.flatnonzero(sized & (wide < 1.45 * high) & (high < 1.8 * wide)).tolist():
        x, y, w, h = (int(side[n]) for side in (left, top, wide, high))
        white = (drawn.ink[y : y + h, x : x + w] == 0).view(np.uint8)
        areas = cv2.connectedComponentsWithStats(white, connectivity=4)[2][1:, cv2.CC_STAT_AREA]
        if areas.max() > _FILLED * w * h:
            found.append([round(value / drawn.part) for value in (x, y, w, h)])
    return found


def digit_boxes(drawn: Drawn) -> list[list[Corners]]:
    """The rows of frames on an upright page, each a list of the boxes inside its frames from left to right."""
    left_over = sorted(_insides(drawn))
    rows: list[list[list[int]]] = []
    while left_over:
        row = [left_over.pop(0)]
        while True:
            x, y, wide, high = row[-1]
            follows = next(
                (
                    each
                    for each in left_over
                    if 0 < each[0] - (x + wide) < 0.35 * wide + 4
                    and abs(each[1] - y) < 0.3 * high
                    and abs(each[3] - high) < 0.3 * high
                    and abs(each[2] - wide) < 0.35 * wide
                ),
                None,
            )
            if follows is None:
                break
            left_over.remove(follows)
            row.append(follows)
        if len(row) >= _ROW:
            rows.append(row)
    return [[_box(*inside) for inside in row] for row in rows]


def _box(x: int, y: int, wide: int, high: int) -> Corners:
    return np.array([[x, y], [x + wide, y], [x + wide, y + high], [x, y + high]], dtype=np.float32)


def whole_row(row: list[Corners]) -> Corners:
    """The one box around all insides of a row. Its corners are whole pixels."""
    return np.array([row[0][0], row[-1][1], row[-1][2], row[0][3]], dtype=np.float32)


def may_be_row(polygon: Polygon) -> bool:
    """Whether `polygon` may be a `whole_row`: of whole pixels, as the boxes of a network hardly ever are."""
    return all(float(value).is_integer() for corner in polygon for value in corner)


def outside_rows(boxes: list[Corners], rows: list[list[Corners]]) -> list[Corners]:
    """The boxes whose middle lies in none of the rows."""
    spans = [(row[0][0], row[-1][2]) for row in rows]
    return [
        box
        for box in boxes
        if not any((low < (middle := box.mean(axis=0))).all() and (middle < high).all() for low, high in spans)
    ]


def without_frames(image: Image) -> Image:
    """`image` itself when it has no such row, else a copy in which paper stands in the place of the frames."""
    rows = digit_boxes(drawn_on(np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), dtype=np.uint8)))
    if not rows:
        return image
    cleared = image.copy()
    for row in rows:
        left, top = (int(v) for v in row[0][0])
        right, bottom = (int(v) for v in row[-1][2])
        paper = np.percentile(image[top:bottom, left:right].reshape(-1, 3), 70, axis=0)
        frame = 3 + (bottom - top) // 16
        cleared[max(0, top - frame) : bottom + frame, max(0, left - frame) : right + frame] = paper.astype(np.uint8)
        for inside in row:
            x0, y0, x1, y1 = (int(v) for v in (*(inside[0] + 1), *(inside[2] - 1)))
            cleared[y0:y1, x0:x1] = image[y0:y1, x0:x1]
    return cleared
