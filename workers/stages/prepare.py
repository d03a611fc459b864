"""Prepare: a page as it came becomes a page as it should be read: cropped, upright, straight, evenly lit.

Each step acts only when its evidence is clear; a straight, clean scan leaves unchanged, pixel for pixel. All geometry
is joined into one 3x3 matrix (given pixels -> prepared pixels) and applied in one resampling.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from workers.formats.photo import background, is_blank, marks_on, shrink, skew_degrees
from workers.formats.sheet import sheet_corners

Image = NDArray[np.uint8]
Matrix = tuple[tuple[float, float, float], tuple[float, float, float], tuple[float, float, float]]
IDENTITY: Matrix = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))

_LEAST_SKEW, _MOST_SKEW = 0.2, 10.0  # degrees
_SHADOW = 0.22  # darkest part of the paper is so much darker than the brightest


@dataclass(frozen=True, slots=True)
class PreparedPage:
    """The upright page, BGR uint8, and how it came from the given pixels.

    `rotation`: degrees clockwise (0, 90, 180, 270) the given page was turned. `skew_degrees`: slope taken out after
    that, positive when text ran downhill. `matrix` maps given (x, y, 1) to prepared pixels. `lighting`: shadows were
    evened out. `cropped`: the sheet was cut out of a photo, so its dots per inch follow from the sheet, not the photo.
    `blank`: there is nothing to read on it.
    """

    image: Image
    rotation: int = 0
    skew_degrees: float = 0.0
    matrix: Matrix = IDENTITY
    lighting: bool = False
    cropped: bool = False
    blank: bool = False


def prepare(image: Image, orient: Callable[[Image], int], *, keep: bool = False) -> PreparedPage:
    """Make `image` readable. `orient` says how many degrees clockwise (0, 90, 180, 270) turn a page upright.

    `keep` is for a page whose text layer is used: it is returned as it is.
    """
    if keep:
        return PreparedPage(image)
    grey, scale = shrink(image)
    marks = marks_on(grey)
    if is_blank(marks):
        return PreparedPage(image, blank=True)
    height, width = image.shape[:2]
    total, size = np.eye(3), (width, height)
    corners = sheet_corners(image, grey, scale)
    cropped = corners is not None
    seen = image
    if corners is not None:
        total, size = _flatten_sheet(corners)
        seen = np.asarray(cv2.warpPerspective(image, total, size), np.uint8)
        grey, _ = shrink(seen)
    rotation = orient(seen) % 360
    turned: Image = np.ascontiguousarray(np.rot90(seen, -rotation // 90)) if rotation else seen
    total = _turn(rotation, size) @ total
    size = (turned.shape[1], turned.shape[0])
    if cropped or rotation:
        grey = np.ascontiguousarray(np.rot90(grey, -rotation // 90))
        marks = marks_on(grey)
    skew = skew_degrees(marks, _MOST_SKEW)
    if abs(skew) >= _LEAST_SKEW:
        total = _straighten(skew, size) @ total
        # From the given pixels in one go: a second resampling would blur the strokes.
        turned = np.asarray(
            cv2.warpPerspective(image, total, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.uint8
        )
        grey, _ = shrink(turned)
    else:
        skew = 0.0
    paper = background(grey)
    shadowed = float(np.percentile(paper, 98) - np.percentile(paper, 2)) > _SHADOW * float(np.percentile(paper, 98))
    if shadowed:
        turned = _even_light(turned, paper)
    return PreparedPage(turned, rotation, skew, _as_tuple(total), shadowed, cropped)


def _flatten_sheet(corners: NDArray[np.float32]) -> tuple[NDArray[np.float64], tuple[int, int]]:
    """The perspective map that lays the quadrilateral flat, and the size of the result."""
    a, b, c, d = corners
    width = round(max(np.linalg.norm(b - a), np.linalg.norm(c - d)))
    height = round(max(np.linalg.norm(d - a), np.linalg.norm(c - b)))
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    return np.asarray(cv2.getPerspectiveTransform(corners, target), np.float64), (width, height)


def _turn(rotation: int, size: tuple[int, int]) -> NDArray[np.float64]:
    """Pixel positions under `np.rot90` by `rotation` degrees clockwise."""
    right, bottom = size[0] - 1, size[1] - 1
    rows = {
        0: [[1, 0, 0], [0, 1, 0]],
        90: [[0, -1, bottom], [1, 0, 0]],
        180: [[-1, 0, right], [0, -1, bottom]],
        270: [[0, 1, 0], [-1, 0, right]],
    }[rotation]
    return np.array([*rows, [0, 0, 1]], np.float64)


def _straighten(degrees: float, size: tuple[int, int]) -> NDArray[np.float64]:
    """Rotation about the centre that takes out a downhill slope of `degrees`."""
    affine = cv2.getRotationMatrix2D(((size[0] - 1) / 2, (size[1] - 1) / 2), degrees, 1.0)
    return np.vstack([affine, [0.0, 0.0, 1.0]])


def _even_light(image: Image, paper: NDArray[np.uint8]) -> Image:
    """Divide by the paper's brightness, so that paper is equally bright everywhere."""
    target = float(np.percentile(paper, 95))
    gain = np.clip(target / np.maximum(paper.astype(np.float32), 16), 1.0, 6.0)
    # Fixed point in 8.8: multiplying 16-bit numbers is several times faster than floats.
    full = cv2.resize((gain * 32).astype(np.uint8), (image.shape[1], image.shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.multiply(image, cv2.merge([full, full, full]), scale=1 / 32), np.uint8)


def _as_tuple(matrix: NDArray[np.float64]) -> Matrix:
    (a, b, c), (d, e, f), (g, h, i) = (matrix / matrix[2, 2]).tolist()
    return (a, b, c), (d, e, f), (g, h, i)
