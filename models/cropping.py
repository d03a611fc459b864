"""From a page and its line polygons to upright crops. Pure functions; no model is needed.

Guarantees one crop for each polygon, in order; a polygon of no area gives an empty crop, never an error.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from dossiers.page import Polygon
from models.detection.digit_boxes import without_frames
from models.protocols import Image
from models.seals import without_seals

VERTICAL = 2.2
"""A box this many times higher than wide holds text that runs up the page, not one short upright line."""
_EMPTY = np.zeros((0, 0, 3), dtype=np.uint8)


def crop_line(image: Image, polygon: Polygon) -> Image:
    """The quadrilateral laid flat: uint8 [h, w, 3], as high and wide as its sides are long.

    Text that runs vertically is turned a quarter clockwise, as a reader tilts the head to the left for text that
    runs from bottom to top.
    """
    corners = np.array(polygon, dtype=np.float32)
    width = round(float(max(np.linalg.norm(corners[0] - corners[1]), np.linalg.norm(corners[3] - corners[2]))))
    height = round(float(max(np.linalg.norm(corners[0] - corners[3]), np.linalg.norm(corners[1] - corners[2]))))
    if width < 2 or height < 2:
        return _EMPTY
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    matrix = cv2.getPerspectiveTransform(corners, target)
    flat = cv2.warpPerspective(image, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    if height > VERTICAL * width:
        flat = np.rot90(flat, -1)
    return np.ascontiguousarray(flat, dtype=np.uint8)


def crop_lines(image: Image, polygons: Sequence[Polygon]) -> list[Image]:
    """`crop_line` of each polygon, in order, from the page without its round seals and without frames around digits."""
    cleared = without_frames(without_seals(image)) if polygons else image
    return [crop_line(cleared, polygon) for polygon in polygons]
