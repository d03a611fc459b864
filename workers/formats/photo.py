"""What can be measured on a page picture without a model: paper brightness, the sheet's corners, slope, emptiness."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

_SMALL = 1000  # longest side of the copy on which things are measured
_TEXT_LIKE = 8  # fewer letter-sized marks than this is nothing to read
_SHEET = (0.25, 0.97)  # share of the picture that a sheet lying on something takes
_CONTRAST = 30  # grey levels between the sheet and what it lies on
_EDGE = 40  # grey levels within ten pixels across a side: 114 and more on a desk, 16 at most in a shadow
_REACH = 5
_CLEARLY = np.maximum(12, np.arange(256) // 8).astype(np.uint8)  # so much darker than its surroundings ink is, by these


def shrink(image: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], float]:
    """A grey copy on which everything here is measured (longest side 1000 px), and its scale."""
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    scale = min(1.0, _SMALL / max(grey.shape))
    small: NDArray[np.uint8] = _scaled(np.asarray(grey, np.uint8), scale)
    return small, scale


def _scaled(grey: NDArray[np.uint8], scale: float) -> NDArray[np.uint8]:
    if scale >= 1:
        return grey
    while scale <= 0.5 and min(grey.shape) > 1:  # the mean of four is quick: less than half in all
        even = grey[: grey.shape[0] & ~1, : grey.shape[1] & ~1]
        grey = np.asarray(cv2.resize(even, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8)
        scale *= 2
    # By the factor itself, so that places map back exactly; a side that would vanish keeps one pixel.
    fy, fx = (max(scale, 1 / side) for side in grey.shape)
    return np.asarray(cv2.resize(grey, None, fx=fx, fy=fy, interpolation=cv2.INTER_AREA), np.uint8)


def background(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Brightness of the paper under the ink, on a small grid (longest side 128 px), from a shrunken copy."""
    small = _scaled(grey, 256 / max(grey.shape))
    # Text and rules are narrower than the kernel, so the brightest neighbour is paper.
    paper = cv2.medianBlur(np.asarray(cv2.dilate(small, np.ones((9, 9), np.uint8)), np.uint8), 11)
    return _scaled(np.asarray(paper, np.uint8), 128 / max(paper.shape))


def _ink(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Marks clearly darker than what is around them: 255, else 0."""
    smooth = cv2.GaussianBlur(grey, (3, 3), 0)
    around = cv2.blur(smooth, (41, 41))
    marks = cv2.compare(cv2.subtract(around, smooth), cv2.LUT(around, _CLEARLY), cv2.CMP_GT)
    return np.asarray(marks, np.uint8)


@dataclass(frozen=True, slots=True)
class Marks:
    """Connected pieces of ink on a shrunken copy: left, top, width, height and area of each, int32 [n, 5], and its
    centre, float64 [n, 2]; `size`: height and width of the copy."""

    boxes: NDArray[np.int32]
    centres: NDArray[np.float64]
    size: tuple[int, int]


def marks_on(grey: NDArray[np.uint8]) -> Marks:
    """What is drawn on a shrunken copy."""
    _, _, boxes, centres = cv2.connectedComponentsWithStats(_ink(grey), connectivity=8)
    return Marks(np.asarray(boxes[1:], np.int32), np.asarray(centres[1:], np.float64), (grey.shape[0], grey.shape[1]))


def is_blank(marks: Marks) -> bool:
    """Whether there is nothing to read: an empty page, a dark or blurred picture, a photo of a table top."""
    if min(marks.size) < 32:
        return True
    left, top, width, height, area = marks.boxes.T
    below, beside = (max(4, side // 50) for side in marks.size)
    inside = (left >= beside) & (left + width <= marks.size[1] - beside)
    inside &= (top >= below) & (top + height <= marks.size[0] - below)
    letters = (
        inside
        & (height >= 5)
        & (height <= 120)
        & (width >= 2)
        & (width <= 400)
        & (area >= 8)
        & (area < 0.8 * width * height + 8)
    )
    return int(letters.sum()) < _TEXT_LIKE


def page_corners(shrunk: NDArray[np.uint8]) -> NDArray[np.float32] | None:
    """Corners of a bright sheet on a darker ground, clockwise from top left, in pixels of `shrunk`; None if unclear."""
    scale = min(1.0, 500 / max(shrunk.shape))
    grey = _scaled(shrunk, scale)
    smooth = cv2.GaussianBlur(grey, (7, 7), 0)
    _, bright = cv2.threshold(smooth, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    # Ink and shadows leave holes in the sheet; closing fills them.
    bright = cv2.morphologyEx(bright, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8))
    contours, _ = cv2.findContours(bright, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not contours:
        return None
    outline = cv2.convexHull(max(contours, key=cv2.contourArea))
    share = cv2.contourArea(outline) / grey.size
    quad = cv2.approxPolyDP(outline, 0.03 * cv2.arcLength(outline, True), True).reshape(-1, 2).astype(np.float32)
    if not _SHEET[0] <= share <= _SHEET[1] or len(quad) != 4:
        return None
    if cv2.contourArea(quad) < 0.93 * cv2.contourArea(outline) or not right_angled(quad):
        return None
    inside = np.zeros(grey.shape, np.uint8)
    cv2.fillConvexPoly(inside, quad.astype(np.int32), 255)
    ground = cv2.dilate(inside, np.ones((9, 9), np.uint8)) == 0
    if not ground.any() or float(np.median(grey[inside > 0])) - float(np.percentile(grey[ground], 75)) < _CONTRAST:
        return None
    if not _sharp_sides(smooth, quad):
        return None
    ordered = _clockwise(quad)
    # Pixel centres, so that scaling does not shift the corners.
    return np.asarray((ordered + 0.5) / scale - 0.5, np.float32)


def right_angled(quad: NDArray[np.float32]) -> bool:
    """All corners within 30 degrees of a right angle, opposite sides not too unlike."""
    sides = np.roll(quad, -1, axis=0) - quad
    lengths = np.linalg.norm(sides, axis=1)
    if lengths.min() < 40 or not all(0.6 < lengths[i] / lengths[i + 2] < 1.67 for i in (0, 1)):
        return False
    unit = sides / lengths[:, None]
    return bool(np.all(np.abs((unit * np.roll(unit, -1, axis=0)).sum(axis=1)) < 0.5))


def _sharp_sides(grey: NDArray[np.uint8], quad: NDArray[np.float32]) -> bool:
    """Whether the sheet ends abruptly on every side inside the picture; the bright part of a shadowed scan fades."""
    height, width = grey.shape
    centre, steps = quad.mean(axis=0), []
    for a, b in zip(quad, np.roll(quad, -1, axis=0), strict=True):
        along = a + (b - a) * np.linspace(0.1, 0.9, 60)[:, None]
        inward = np.array([a[1] - b[1], b[0] - a[0]]) / np.linalg.norm(b - a)
        inward = inward if np.dot(centre - a, inward) > 0 else -inward
        inner, outer = ((along + way * _REACH * inward).round().astype(int) for way in (1, -1))
        both = np.concatenate([inner, outer], axis=1)
        seen = ((both >= 0) & (both < (width, height, width, height))).all(axis=1)
        if seen.mean() < 0.5:  # this side is the picture's own edge
            continue
        left, top, right, bottom = both[seen].T
        steps.append(float(np.median(grey[top, left].astype(int) - grey[bottom, right].astype(int))))
    return bool(steps) and min(steps) >= _EDGE


def _clockwise(quad: NDArray[np.float32]) -> NDArray[np.float32]:
    centre = quad.mean(axis=0)
    around = quad[np.argsort(np.arctan2(quad[:, 1] - centre[1], quad[:, 0] - centre[0]))]
    return np.roll(around, -int(np.argmin(around.sum(axis=1))), axis=0)


def skew_degrees(marks: Marks, most: float) -> float:
    """Slope of the text lines in degrees, positive when they run downhill to the right; 0 when it is not clear.

    The slope at which the ink, summed along lines, has the sharpest profile (Postl 1986), searched from half a degree
    down to a twentieth. The sharpest must stand out from the rest and lie inside the range searched.
    """
    _, top, width, height, area = marks.boxes.T
    # Letters only: rules, photos and the sheet's edges have slopes of their own.
    letter = (height >= 3) & (height <= 40) & (width <= 120) & (area >= 6)
    if int(letter.sum()) < 40:
        return 0.0
    # The foot of each letter lies on the baseline; its width says how much it counts.
    x = marks.centres[letter, 0] - marks.size[1] / 2
    y = (top + height)[letter]
    weight = np.minimum(width[letter], 40).astype(np.float64)

    def sharpness(angle: float) -> float:
        rows = y - x * np.tan(np.radians(angle)) + marks.size[1]
        low = np.floor(rows).astype(np.int64)
        part = rows - low
        profile = np.bincount(low, weight * (1 - part), 3 * sum(marks.size) + 2)
        profile[1:] += np.bincount(low, weight * part, 3 * sum(marks.size) + 2)[:-1]
        return float((profile**2).sum())

    coarse = np.arange(-most - 1, most + 1.01, 0.5)
    scores = np.array([sharpness(a) for a in coarse])
    best = float(coarse[int(scores.argmax())])
    if scores.max() < 1.25 * np.median(scores) or abs(best) > most:
        return 0.0
    for step in (0.1, 0.05):
        around = best + np.arange(-5, 6) * step
        best = float(around[int(np.argmax([sharpness(a) for a in around]))])
    return round(best, 2)
