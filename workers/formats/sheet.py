"""The sheet in a photo: its corners on a darker ground, or on one nearly as bright as itself. In doubt there is none.

A threshold tells paper from a dark table. On a light one, four straight sides are sought and then doubted: each must be
a step from paper to something else, and that else must go on to the picture's edge (beyond a printed frame there is
paper again). Whatever was found, nothing that looks like print may lie outside: it is the page's own, or another page
that belongs to the dossier as well.
"""

from __future__ import annotations

from itertools import product

import cv2
import numpy as np
from numpy.typing import NDArray

from models.sampling import sampled
from workers.formats.photo import page_corners, right_angled
from workers.formats.sides import HINTED, SEEN, Line, Side, candidates, gradient, refined

_SMALL = 400  # longest side of the copy on which sides are sought
_CLOSE = 11  # pixels: print is narrower, so closing takes it away
_BUSY = 16  # gradient of an edge three or four grey levels high
_EDGES = 0.012  # share of such pixels, upright and level; a clean scan has less
_SLACK = 0.03  # of the copy's longest side that corners may lie outside the picture
_SHARE = (0.25, 0.94)  # of the picture that a sheet takes; a printed frame may be all that is beyond a larger one
_LETTER = 15  # pixels of the shrunken page: strokes of print are narrower
_RIM = 9  # pixels of the same around a sheet that its shadow may darken
_PALE = 12  # grey levels: less is no ink
_MARKS = 2  # print-like marks outside that are too many

Float = NDArray[np.float32]


def sheet_corners(image: NDArray[np.uint8], grey: NDArray[np.uint8], scale: float) -> Float | None:
    """Corners of a sheet in a BGR `image`, 4 x 2 in its pixels, clockwise from top left; None if unclear.

    `grey` and `scale` are what `photo.shrink` gives for it.
    """
    on_dark = page_corners(grey)
    corners = _on_light(image) if on_dark is None else (on_dark + 0.5) / scale - 0.5
    if corners is None or _print_outside(grey, (corners + 0.5) * scale - 0.5):
        return None
    return np.asarray(corners, np.float32)


def _on_light(image: NDArray[np.uint8]) -> Float | None:
    scale = min(1.0, _SMALL / max(image.shape))
    width, height = (round(side * scale) for side in image.shape[1::-1])
    if min(width, height) < _SMALL // 4:
        return None
    clear = cv2.blur(_without_print(sampled(image, width, height), _CLOSE), (3, 3))
    across, down = gradient(clear, 1, 0), gradient(clear, 0, 1)
    flat = sum(cv2.countNonZero(cv2.inRange(each, -_BUSY, _BUSY)) for each in (across, down))
    if 2 * width * height - flat < _EDGES * width * height:
        return None
    left, right = candidates(clear, across)
    if not left or not right:
        return None
    down = np.ascontiguousarray(down.T)
    top, bottom = candidates(np.ascontiguousarray(clear.transpose(1, 0, 2)), down)
    found = _best((left, right, top, bottom), width, height)
    if found is None:
        return None
    a, b = (refined(side.line, across, sign, _BUSY) for side, sign in zip(found[:2], (1, -1), strict=True))
    c, d = (refined(side.line, down, sign, _BUSY) for side, sign in zip(found[2:], (1, -1), strict=True))
    return (_corners((a, b, c, d), width, height) + 0.5) / np.float32(scale) - 0.5


def _without_print(picture: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """The picture without dark marks narrower than `size` pixels."""
    # Widened first: closing would fill a strip of ground along the picture's edge.
    wide = cv2.copyMakeBorder(picture, size, size, size, size, cv2.BORDER_REPLICATE)
    closed = cv2.morphologyEx(wide, cv2.MORPH_CLOSE, np.ones((size, size), np.uint8))
    return np.asarray(closed[size:-size, size:-size], np.uint8)


def _best(lines: tuple[list[Side], ...], width: int, height: int) -> tuple[Side, ...] | None:
    """Left, right, top and bottom side of the sheet that is seen best; None when there is none."""
    by_strength = sorted(product(*lines), key=lambda sides: -sum(side.strength for side in sides))
    hinted = None
    for sides in by_strength:
        seen = _seen(sides, width, height)
        if seen == 4 * SEEN:
            return sides
        hinted = hinted or (sides if seen else None)
    return hinted


def _seen(sides: tuple[Side, ...], width: int, height: int) -> int:
    """How well the sides of a possible sheet are seen, all together; 0 when it is none."""
    left, right, top, bottom = (side.line for side in sides)
    corners = _corners((left, right, top, bottom), width, height)
    slack = _SLACK * _SMALL
    inside = bool((corners > -slack).all() and (corners < np.array([width, height]) + slack).all())
    if not inside or right[0] <= left[0] or bottom[0] <= top[0]:
        return 0
    if not _SHARE[0] <= cv2.contourArea(corners) / (width * height) <= _SHARE[1] or not right_angled(corners):
        return 0
    a, b, c, d = corners.tolist()
    spans = ((a[1], d[1]), (b[1], c[1]), (a[0], b[0]), (d[0], c[0]))
    seen = sorted(side.seen(*span) for side, span in zip(sides, spans, strict=True))
    # One side may be hidden in part, by a hand or another sheet.
    return sum(seen) if seen[0] >= HINTED and seen[1] == SEEN else 0


def _corners(lines: tuple[Line, Line, Line, Line], width: int, height: int) -> Float:
    """Where left, right, top and bottom meet, clockwise from top left."""
    left, right, top, bottom = lines
    x0, y0 = (width - 1) / 2, (height - 1) / 2

    def meet(upright: Line, level: Line) -> tuple[float, float]:
        (at, slope), (foot, rise) = upright, level
        x = x0 + (at - x0 + slope * (foot - y0)) / (1 - slope * rise)
        return x, foot + rise * (x - x0)

    return np.array([meet(left, top), meet(right, top), meet(right, bottom), meet(left, bottom)], np.float32)


def _print_outside(grey: NDArray[np.uint8], corners: Float) -> bool:
    """Whether letter-sized marks nearly as black as the sheet's print lie beyond it, on something bright."""
    sheet, outline = np.zeros(grey.shape, np.uint8), corners.round().astype(np.int32)
    cv2.fillConvexPoly(sheet, outline, 255)
    cv2.polylines(sheet, [outline], True, 255, 2 * _RIM)
    under = _without_print(grey, _LETTER)
    darker = cv2.subtract(under, grey)
    on_sheet = sheet[::2, ::2] > 0
    ink = darker[::2, ::2][on_sheet & (darker[::2, ::2] > _PALE)]
    # Half as black will do, on something half as bright: grain, threads, soft shadows and dark wood are no paper.
    least = max(_PALE, float(np.percentile(ink, 75)) / 2) if ink.size else _PALE
    _, marks = cv2.threshold(darker, least, 255, cv2.THRESH_BINARY)
    marks[(sheet > 0) | (under < np.median(under[::2, ::2][on_sheet]) / 2)] = 0
    _, _, boxes, _ = cv2.connectedComponentsWithStats(marks, connectivity=8)
    width, height, area = boxes[1:, 2], boxes[1:, 3], boxes[1:, 4]
    letters = (height >= 5) & (height <= 60) & (width >= 2) & (width <= 200) & (area >= 10)
    return int(letters.sum()) >= _MARKS
