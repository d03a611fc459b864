"""From a page and its line polygons to upright crops. Pure functions; no model is needed.

Guarantees one crop for each polygon, in order; a polygon of no area gives an empty crop, never an error.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import dist, floor

import cv2
import numpy as np
from numpy.typing import NDArray

from dossiers.page import Polygon
from models.detection.digit_boxes import may_be_row, without_frames
from models.protocols import Image
from models.seals import without_seals

VERTICAL = 2.2
"""A box this many times higher than wide holds text that runs up the page, not one short upright line."""
_UPRIGHT = 0.25  # pixels that corners of an upright rectangle may be apart
_REACH = 1  # pixels that a cubic needs before its place; after it, twice as many


def crop_line(image: Image, polygon: Polygon) -> Image:
    """The quadrilateral laid flat: uint8 [h, w, 3], as high and wide as its sides are long.

    Text that runs vertically is turned a quarter clockwise, as a reader tilts the head to the left for text that
    runs from bottom to top.
    """
    flat = lay_flat(image, np.array(polygon, dtype=np.float32), fine=True)
    if flat.shape[0] > VERTICAL * flat.shape[1]:
        flat = np.rot90(flat, -1)
    return np.ascontiguousarray(flat, dtype=np.uint8)


def lay_flat(image: Image, corners: NDArray[np.float32], *, fine: bool) -> Image:
    """The quadrilateral `corners` [4, 2], as high and wide as its sides are long.

    `fine`: by cubic interpolation, as it is to be read; otherwise just well enough to tell ink from paper, and then an
    upright rectangle, as seven boxes in ten on a scan are, is a view of the image's own pixels.
    """
    a, b, c, d = corners.tolist()
    width, height = round(max(dist(a, b), dist(d, c))), round(max(dist(a, d), dist(b, c)))
    if width < 2 or height < 2:
        return np.zeros((0, 0, *image.shape[2:]), dtype=np.uint8)
    lean = max(abs(a[1] - b[1]), abs(d[1] - c[1]), abs(a[0] - d[0]), abs(b[0] - c[0]))
    if lean < _UPRIGHT and b[0] > a[0]:
        left, top = (floor(a[0]), floor(a[1])) if fine else (round(a[0]), round(a[1]))
        around = _REACH if fine else 0
        rows = slice(top - around, top + height + 2 * around)
        columns = slice(left - around, left + width + 2 * around)
        if min(rows.start, columns.start) >= 0 and rows.stop <= image.shape[0] and columns.stop <= image.shape[1]:
            part = image[rows, columns]
            return _moved(part, a[0] - left, a[1] - top) if fine else part
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    matrix = cv2.getPerspectiveTransform(corners, target)
    how = cv2.INTER_CUBIC if fine else cv2.INTER_LINEAR
    flat = cv2.warpPerspective(image, matrix, (width, height), flags=how, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(flat, dtype=np.uint8)


def _moved(part: Image, x: float, y: float) -> Image:
    """`INTER_CUBIC` of a rectangle that is not turned: a filter of four pixels each way, three times as fast.

    It lies by `x` and `y`, 0..1, behind the second pixel of `part`, which goes on for two pixels behind it.
    """
    moved = cv2.sepFilter2D(part, -1, _cubic(x), _cubic(y), anchor=(_REACH, _REACH))
    return np.asarray(moved[_REACH : -2 * _REACH, _REACH : -2 * _REACH], dtype=np.uint8)


def _cubic(part: float) -> NDArray[np.float32]:
    """Weights of four neighbours for a value that lies `part` between the middle two (Keys 1981, with a = -0.75)."""
    near, far = np.array([part, 1 - part]), np.array([1 + part, 2 - part])
    middle = 1.25 * near**3 - 2.25 * near**2 + 1
    outer = -0.75 * far**3 + 3.75 * far**2 - 6 * far + 3
    return np.array([outer[0], *middle, outer[1]], dtype=np.float32)


def crop_lines(image: Image, polygons: Sequence[Polygon]) -> list[Image]:
    """`crop_line` of each polygon, in order, from the page without its round seals and, where a polygon may be a row of
    them, without the frames around digits."""
    cleared = without_seals(image) if polygons else image
    if any(may_be_row(polygon) for polygon in polygons):
        cleared = without_frames(cleared)
    return [crop_line(cleared, polygon) for polygon in polygons]
