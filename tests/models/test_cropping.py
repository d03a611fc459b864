"""Crops are flat, upright, one for each polygon."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from dossiers.page import Polygon
from models.cropping import crop_line, crop_lines, lay_flat
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


@pytest.mark.parametrize("left", [90.0, 90.3, 90.5, 90.97])
@pytest.mark.parametrize("top", [80.0, 79.6])
def test_an_upright_strip_between_pixels_is_interpolated_like_a_tilted_one(left: float, top: float) -> None:
    page = np.random.default_rng(5).integers(0, 255, (200, 300, 3), dtype=np.uint8)
    page = np.asarray(cv2.GaussianBlur(page, (5, 5), 0), np.uint8)
    corners = np.array([(left, top), (left + 120, top), (left + 120, top + 30), (left, top + 30)], np.float32)
    target = np.array([(0, 0), (120, 0), (120, 30), (0, 30)], np.float32)
    turned = cv2.warpPerspective(page, cv2.getPerspectiveTransform(corners, target), (120, 30), flags=cv2.INTER_CUBIC)
    found = lay_flat(page, corners, fine=True)
    assert found.shape == (30, 120, 3)
    assert np.abs(found.astype(int) - turned).max() <= 3, "the general way knows 32 places between two pixels"


def test_an_upright_strip_in_which_only_ink_is_sought_is_the_pages_own_pixels() -> None:
    page = _arrow()
    assert np.shares_memory(lay_flat(page, np.array(STRIP, np.float32), fine=False), page)
    assert not np.shares_memory(crop_line(page, STRIP), page)


@pytest.mark.parametrize("fine", [True, False])
def test_an_upright_strip_at_the_very_edge_is_whole(fine: bool) -> None:
    page = _arrow()
    whole = np.array([(0, 0), (300, 0), (300, 200), (0, 200)], np.float32)
    assert np.array_equal(lay_flat(page, whole, fine=fine), page)
