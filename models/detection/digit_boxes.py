"""Rows of equal little frames, one digit each, as forms have them for personal numbers.

A text detector sees such a row as twelve faint marks and loses some, and a digit alone may be a letter (0, o). Their
frames are easy to find: the white inside each is a separate patch. A row is one line; it is read without its frames.
Frames that a fax tore stand where the others' distance says, if enough of their own lines are left.
"""

from __future__ import annotations

from itertools import pairwise

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
_OFF_GRID = 0.2
"""Frames beside missing ones stand at most so far from where these leave them, in distances of two frames."""
_LINE = 0.12
"""Lines of a torn frame are looked for so far around its inside, in its heights."""
_LEFT, _DRAWN = 0.25, 0.5
"""So much of each of them is left, and of three of the four."""
Inside = tuple[int, int, int, int]
"""Left, top, width, height of what a frame encloses, in pixels of the page."""


def _insides(drawn: Drawn) -> list[Inside]:
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
            part = drawn.part
            found.append((round(x / part), round(y / part), round(w / part), round(h / part)))
    return found


def digit_boxes(drawn: Drawn) -> list[list[Corners]]:
    """The rows of frames on an upright page, each a list of the boxes inside its frames from left to right."""
    left_over = sorted(_insides(drawn))
    rows: list[list[Inside]] = []
    while left_over:
        chain = [left_over.pop(0)]
        while follows := _next(chain[-1], left_over):
            left_over.remove(follows)
            chain.append(follows)
        if len(chain) > _ROW // 2:
            rows += [row for row in _with_torn_frames(chain, drawn) if len(row) >= _ROW]
    return [[_box(*inside) for inside in row] for row in rows]


def _next(last: Inside, others: list[Inside]) -> Inside | None:
    """The first of `others`, from left to right, that may stand in one row with `last`, up to two frames missing."""
    x, y, wide, high = last
    for each in others:
        level = abs(each[1] - y) < 0.3 * high and abs(each[3] - high) < 0.3 * high
        if level and abs(each[2] - wide) < 0.35 * wide and 0 < each[0] - (x + wide) < 2 * (1.35 * wide + 4) + 4:
            return each
    return None


def _with_torn_frames(chain: list[Inside], drawn: Drawn) -> list[list[Inside]]:
    """The rows that `chain` is part of, torn frames between and beside its own among them."""
    along = [other[0] - one[0] for one, other in pairwise(chain)]
    beside = [step for step, (_, _, wide, _) in zip(along, chain, strict=False) if step < 1.35 * wide + 4]
    if not beside:
        return []
    pitch = float(np.median(beside))
    rows = [[chain[0]]]
    for (one, other), step in zip(pairwise(chain), along, strict=True):
        between = [_moved(one, k * step / round(step / pitch)) for k in range(1, round(step / pitch))]
        on_grid = abs(step - pitch * (len(between) + 1)) < _OFF_GRID * pitch
        if not between or (on_grid and all(_is_frame(each, drawn) for each in between)):
            rows[-1] += [*between, other]
        else:
            rows.append([other])
    for row in rows:
        while len(row) >= _ROW // 2 and _is_frame(after := _moved(row[-1], pitch), drawn):
            row.append(after)
        while len(row) >= _ROW // 2 and _is_frame(before := _moved(row[0], -pitch), drawn):
            row.insert(0, before)
    return rows


def _moved(inside: Inside, along: float) -> Inside:
    return round(inside[0] + along), *inside[1:]


def _is_frame(inside: Inside, drawn: Drawn) -> bool:
    """Whether enough of the lines around `inside`, in pixels of the page, is drawn."""
    x, y, wide, high = (value * drawn.part for value in inside)
    reach = max(2, round(_LINE * high))
    left, top, right, bottom = round(x), round(y), round(x + wide), round(y + high)
    if min(left, top) < reach or right + reach > drawn.ink.shape[1] or bottom + reach > drawn.ink.shape[0]:
        return False
    sides = [
        drawn.ink[top - reach : top + 1, left:right].any(axis=0),
        drawn.ink[bottom : bottom + reach, left:right].any(axis=0),
        drawn.ink[top:bottom, left - reach : left + 1].any(axis=1),
        drawn.ink[top:bottom, right : right + reach].any(axis=1),
    ]
    least, *others = sorted(float(side.mean()) for side in sides)
    return least >= _LEFT and min(others) >= _DRAWN


def _box(x: int, y: int, wide: int, high: int) -> Corners:
    return np.array([[x, y], [x + wide, y], [x + wide, y + high], [x, y + high]], dtype=np.float32)


def whole_row(row: list[Corners]) -> Corners:
    """The one box around all insides of a row. Its corners are whole pixels."""
    return np.array([row[0][0], row[-1][1], row[-1][2], row[0][3]], dtype=np.float32)


def may_be_row(polygon: Polygon) -> bool:
    """Whether `polygon` may be a `whole_row`: of whole pixels, as the boxes of a network hardly ever are."""
    return all(float(value).is_integer() for corner in polygon for value in corner)


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
