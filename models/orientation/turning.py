"""Turning images by quarters, and carrying coordinates back. Pure functions."""

from __future__ import annotations

import numpy as np

from dossiers.page import Point, Polygon
from models.protocols import Image


def turn(image: Image, degrees: int) -> Image:
    """`image` turned clockwise by 0, 90, 180 or 270 degrees."""
    return np.ascontiguousarray(np.rot90(image, -degrees // 90)) if degrees else image


def untouched_point(point: Point, degrees: int, width: int, height: int) -> Point:
    """Where `point` of the image turned by `degrees` lay in the image as given, which is `width` by `height`.

    Coordinates are of pixel corners: (0, 0) is the outer corner of the first pixel, (width, height) of the last.
    """
    x, y = point
    if degrees == 90:
        return y, height - x
    if degrees == 180:
        return width - x, height - y
    if degrees == 270:
        return width - y, x
    return point


def untouched_polygon(polygon: Polygon, degrees: int, width: int, height: int) -> Polygon:
    """`untouched_point` of each corner: still clockwise from the corner that is top-left once upright."""
    a, b, c, d = (untouched_point(point, degrees, width, height) for point in polygon)
    return a, b, c, d
