"""Rows of equal little frames, one digit each, as forms have them for personal numbers.

A text detector sees such a row as twelve faint marks and loses some, and a digit alone may be a letter (0, o). Their
frames are easy to find: the white inside each is a separate patch. A row is one line; it is read without its frames.
"""

from __future__ import annotations

import cv2
import numpy as np

from dossiers.page import Polygon
from models.detection.boxes import Corners
from models.protocols import Image

_LEAST, _MOST = 0.0085, 0.028
"""Side of a frame's inside, as a share of the page's long side: 2.5 to 8 mm on A4."""
_LOOK = 1300
"""Frames are looked for on a copy whose long side is this; finer lines than its pixels still leave a grey trace."""
_ROW = 6
"""So many frames side by side make a row."""
_FILLED = 0.55
"""Share of a frame's inside that is paper."""


def _insides(page: Image) -> list[list[int]]:
    """Left, top, width, height of white patches that may be the inside of a frame, in pixels of a grey page [h, w]."""
    part = min(1.0, _LOOK / max(page.shape))
    grey = cv2.resize(page, None, fx=part, fy=part, interpolation=cv2.INTER_AREA) if part < 1 else page
    longest = max(grey.shape)
    least, most = _LEAST * longest, _MOST * longest
    around = max(15, round(longest * 0.03)) | 1
    ink = cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, around, 10)
    outlines, levels = cv2.findContours(ink, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    found = []
    for number in np.flatnonzero(levels[0, :, 3] >= 0) if outlines else ():  # the outline of a hole in ink
        x, y, wide, high = cv2.boundingRect(outlines[number])
        left, top, wide, high = x + 1, y + 1, wide - 2, high - 2  # an outline runs on the ink
        if not (least <= wide <= most and least <= high <= most and wide < 1.45 * high and high < 1.8 * wide):
            continue
        white = (ink[top : top + high, left : left + wide] == 0).view(np.uint8)
        areas = cv2.connectedComponentsWithStats(white, connectivity=4)[2][1:, cv2.CC_STAT_AREA]
        if areas.max() > _FILLED * wide * high:
            found.append([round(value / part) for value in (left, top, wide, high)])
    return found


def digit_boxes(grey: Image) -> list[list[Corners]]:
    """The rows of frames on an upright grey page [h, w], each a list of the boxes inside its frames from left to
    right."""
    left_over = sorted(_insides(grey))
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
    rows = digit_boxes(np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), dtype=np.uint8))
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
