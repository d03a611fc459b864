"""From a page and its line polygons to upright crops. Pure functions; no model is needed.

Guarantees one crop for each polygon, in order; a polygon of no area gives an empty crop, never an error.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import dist

import cv2
import numpy as np
from numpy.typing import NDArray

from dossiers.page import Polygon
from models.detection.digit_boxes import may_be_row, without_frames
from models.protocols import Image
from models.seals import without_seals

VERTICAL = 2.2
"""A box this many times higher than wide holds text that runs up the page, not one short upright line."""


def crop_line(image: Image, polygon: Polygon) -> Image:
    """The quadrilateral laid flat: uint8 [h, w, 3], as high and wide as its sides are long.

    Text that runs vertically is turned a quarter clockwise, as a reader tilts the head to the left for text that
    runs from bottom to top.
    """
    flat = lay_flat(image, np.array(polygon, dtype=np.float32), cv2.INTER_CUBIC)
    if flat.shape[0] > VERTICAL * flat.shape[1]:
        flat = np.rot90(flat, -1)
    return np.ascontiguousarray(flat, dtype=np.uint8)


def lay_flat(image: Image, corners: NDArray[np.float32], how: int) -> Image:
    """The quadrilateral `corners` [4, 2], as high and wide as its sides are long; `how`: OpenCV's interpolation."""
    a, b, c, d = corners.tolist()
    width, height = round(max(dist(a, b), dist(d, c))), round(max(dist(a, d), dist(b, c)))
    if width < 2 or height < 2:
        return np.zeros((0, 0, *image.shape[2:]), dtype=np.uint8)
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    matrix = cv2.getPerspectiveTransform(corners, target)
    flat = cv2.warpPerspective(image, matrix, (width, height), flags=how, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(flat, dtype=np.uint8)


def crop_lines(image: Image, polygons: Sequence[Polygon]) -> list[Image]:
    """`crop_line` of each polygon, in order, from the page without its round seals and, where a polygon may be a row of
    them, without the frames around digits."""
    cleared = without_seals(image) if polygons else image
    if any(may_be_row(polygon) for polygon in polygons):
        cleared = without_frames(cleared)
    return [crop_line(cleared, polygon) for polygon in polygons]
