"""Crops are flat, upright, one for each polygon."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from dossiers.page import Polygon
from models.cropping import crop_line, crop_lines
from models.protocols import Image


def _arrow() -> Image:
    """A 120 x 30 strip, dark on its left quarter, on a white page."""
    page = np.full((200, 300, 3), 255, dtype=np.uint8)
    page[80:110, 90:210] = 180
    page[80:110, 90:120] = 20
    return page


STRIP: Polygon = ((90, 80), (210, 80), (210, 110), (90, 110))


def _turned(polygon: Polygon, matrix: np.ndarray) -> Polygon:
    a, b, c, d = (tuple(float(v) for v in matrix @ (x, y, 1)) for x, y in polygon)
    return a, b, c, d  # type: ignore[return-value]


def test_a_level_strip_is_cut_out_as_it_is() -> None:
    crop = crop_line(_arrow(), STRIP)
    assert crop.shape == (30, 120, 3)
    assert crop[:, 3:27].mean() < 30 < 170 < crop[:, 33:].mean()


@pytest.mark.parametrize("angle", [-20, -5, 3, 30])
def test_a_tilted_strip_is_laid_flat(angle: float) -> None:
    matrix = cv2.getRotationMatrix2D((150, 95), angle, 1)
    page = cv2.warpAffine(_arrow(), matrix, (300, 200), borderValue=(255, 255, 255))
    crop = crop_line(page, _turned(STRIP, matrix))
    assert abs(crop.shape[1] - 120) <= 1
    assert abs(crop.shape[0] - 30) <= 1
    assert crop[4:-4, 5:25].mean() < 60 < 160 < crop[4:-4, 36:-4].mean() < 200


def test_text_that_runs_up_the_page_is_turned_to_be_read() -> None:
    upward = np.ascontiguousarray(np.rot90(_arrow(), 1))
    crop = crop_line(upward, ((80, 90), (110, 90), (110, 210), (80, 210)))
    assert crop.shape == (30, 120, 3)
    assert crop[:, 3:27].mean() < 30


def test_a_polygon_without_area_gives_an_empty_crop_and_keeps_its_place() -> None:
    crops = crop_lines(_arrow(), [STRIP, ((5, 5), (5, 5), (5, 5), (5, 5)), STRIP])
    assert [crop.size > 0 for crop in crops] == [True, False, True]


def test_a_polygon_beyond_the_edge_is_filled_not_refused() -> None:
    assert crop_line(_arrow(), ((250, 150), (350, 150), (350, 180), (250, 180))).shape == (30, 100, 3)
