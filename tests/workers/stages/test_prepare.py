"""Prepared pages: upright, straight, cut out, evenly lit; and a good scan left alone, pixel for pixel."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from workers.stages.prepare import IDENTITY, prepare

Picture = NDArray[np.uint8]


@pytest.fixture(scope="session")
def page(page_picture: Image.Image) -> Picture:
    return np.asarray(cv2.cvtColor(np.asarray(page_picture), cv2.COLOR_RGB2BGR), np.uint8)


def upright(image: Picture) -> int:
    return 0


def says(degrees: int) -> Callable[[Picture], int]:
    return lambda image: degrees


def sloped(image: Picture, degrees: float) -> Picture:
    """The page turned clockwise about its middle, as on a flatbed."""
    height, width = image.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 1)
    return np.asarray(cv2.warpAffine(image, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE), np.uint8)


DARK, LIGHT = (40, 55, 70), (214, 226, 233)


def photographed(image: Picture, tone: tuple[int, int, int]) -> tuple[Picture, Picture]:
    """The page on a table of one tone (BGR), seen a little from the side; and the corners where it lies."""
    corners = np.array([[310, 260], [1390, 330], [1450, 1900], [250, 1840]], np.float32)
    height, width = image.shape[:2]
    flat = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    table = np.full((2200, 1700, 3), tone, np.uint8)
    matrix = cv2.getPerspectiveTransform(flat, corners)
    mask = cv2.warpPerspective(np.full((height, width), 255, np.uint8), matrix, (1700, 2200))
    seen = cv2.warpPerspective(image, matrix, (1700, 2200))
    table[mask > 127] = seen[mask > 127]
    return table, corners


def mapped(matrix: object, points: NDArray[np.float64]) -> NDArray[np.float64]:
    out = np.hstack([points, np.ones((len(points), 1))]) @ np.array(matrix, float).T
    return np.asarray(out[:, :2] / out[:, 2:], np.float64)


def test_a_straight_page_is_not_touched(page: Picture) -> None:
    done = prepare(page, upright)
    assert np.array_equal(done.image, page)
    assert (done.rotation, done.skew_degrees, done.matrix) == (0, 0.0, IDENTITY)
    assert not (done.lighting or done.cropped or done.blank)


def test_a_page_with_a_text_layer_is_not_altered(page: Picture) -> None:
    turned = sloped(page, 5)
    assert prepare(turned, says(180), keep=True).image is turned


@pytest.mark.parametrize("degrees", [-8.0, -3.0, -0.7, 0.4, 1.5, 6.0])
def test_a_slope_is_measured_and_taken_out(page: Picture, degrees: float) -> None:
    done = prepare(sloped(page, degrees), upright)
    assert done.skew_degrees == pytest.approx(degrees, abs=0.15)
    assert prepare(done.image, upright).skew_degrees == 0.0


@pytest.mark.parametrize("clockwise", [90, 180, 270])
def test_a_turned_page_is_turned_back_without_loss(page: Picture, clockwise: int) -> None:
    lying = np.ascontiguousarray(np.rot90(page, clockwise // 90))
    done = prepare(lying, says(clockwise))
    assert done.rotation == clockwise
    assert np.array_equal(done.image, page)
    # The matrix says the same as the pixels: the page's corners come home.
    height, width = lying.shape[:2]
    corners = mapped(done.matrix, np.array([[0, 0], [width - 1, 0], [width - 1, height - 1], [0, height - 1]], float))
    assert {tuple(c) for c in corners.round(6)} == {
        (0, 0), (page.shape[1] - 1, 0), (page.shape[1] - 1, page.shape[0] - 1), (0, page.shape[0] - 1),
    }  # fmt: skip


def test_the_matrix_maps_given_pixels_to_prepared_ones_when_turned_and_sloped(page: Picture) -> None:
    marked = page.copy()
    cv2.circle(marked, (1000, 1650), 9, (0, 0, 255), -1)
    given = np.ascontiguousarray(np.rot90(sloped(marked, 2.5), 1))
    done = prepare(given, says(90))
    ys, xs = np.nonzero((given[:, :, 2] > 200) & (given[:, :, 1] < 60))
    there = mapped(done.matrix, np.array([[xs.mean(), ys.mean()]]))[0]
    ys, xs = np.nonzero((done.image[:, :, 2] > 200) & (done.image[:, :, 1] < 60))
    assert there == pytest.approx([xs.mean(), ys.mean()], abs=1.0)


@pytest.mark.parametrize("table", [DARK, LIGHT])
def test_a_photo_of_a_sheet_is_cut_out_and_laid_flat(page: Picture, table: tuple[int, int, int]) -> None:
    photo, corners = photographed(page, table)
    done = prepare(photo, upright)
    assert done.cropped
    height, width = done.image.shape[:2]
    expected = np.array([[0, 0], [width, 0], [width, height], [0, height]], float)
    assert np.abs(mapped(done.matrix, corners.astype(float)) - expected).max() < 12
    assert abs(done.skew_degrees) < 0.5


def test_a_framed_form_is_not_mistaken_for_a_sheet(page: Picture) -> None:
    framed = page.copy()
    cv2.rectangle(framed, (60, 60), (1180, 1690), (0, 0, 0), 5)
    assert not prepare(framed, upright).cropped


def test_shadow_is_evened_out_and_ink_stays_dark(page: Picture) -> None:
    shade = np.linspace(1.0, 0.4, page.shape[1])[None, :, None] * np.linspace(1.0, 0.8, page.shape[0])[:, None, None]
    shadowed = (page * shade).astype(np.uint8)
    done = prepare(shadowed, upright)
    assert done.lighting
    paper = done.image[:130].max(axis=2)
    assert paper.min() > 0.8 * paper.max()
    assert done.image[150:400, 120:700].min() < 90


def test_nothing_to_read_is_said_to_be_blank(page: Picture) -> None:
    grain = np.random.default_rng(5)
    paper = np.clip(grain.normal(235, 4, (1754, 1240, 3)), 0, 255).astype(np.uint8)
    dark = np.clip(grain.normal(12, 3, (1754, 1240, 3)), 0, 255).astype(np.uint8)
    table = np.asarray(cv2.GaussianBlur(grain.integers(60, 200, (1754, 1240, 3), dtype=np.uint8), (0, 0), 25), np.uint8)
    calls: list[int] = []

    def never(image: Picture) -> int:
        calls.append(1)
        return 0

    for picture in (paper, dark, table, np.full((20, 20, 3), 255, np.uint8)):
        assert prepare(picture, never).blank
    assert calls == []
    one_line = np.full_like(page, 255)
    one_line[140:200] = page[140:200]
    assert not prepare(one_line, upright).blank
