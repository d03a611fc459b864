"""A sheet is found on ground nearly as bright as itself; where nothing lies on anything, nothing is cut off."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from workers.formats.photo import shrink
from workers.formats.sheet import sheet_corners
from workers.pdfa.fonts import FOLDER

Picture = NDArray[np.uint8]
PAPER = (250, 251, 252)
TEXT = "Kính gửi: Ủy ban nhân dân phường Hồng Gai, tỉnh Quảng Ninh"
LAID = np.array([[120, 90], [1080, 110], [1120, 1500], [70, 1470]], np.float32)


def paper(shade: tuple[int, int, int] = PAPER) -> Picture:
    """A printed page of 900 x 1273 pixels, BGR."""
    image = Image.new("RGB", (900, 1273), shade[::-1])
    draw, font = ImageDraw.Draw(image), ImageFont.truetype(str(FOLDER / "Tinos-Regular.ttf"), 24)
    for i in range(24):
        draw.text((90, 90 + 42 * i), TEXT[i % 7 :], font=font, fill=(30, 30, 30))
    return np.asarray(cv2.cvtColor(np.asarray(image), cv2.COLOR_RGB2BGR), np.uint8)


def ground(tone: tuple[int, int, int], wood: float = 0.0) -> Picture:
    """1200 x 1600 pixels of a table, with streaks of `wood` grey levels, BGR."""
    streaks = np.random.default_rng(3).standard_normal((160, 6)).astype(np.float32)
    grain = cv2.resize(streaks, (1200, 1600), interpolation=cv2.INTER_CUBIC)[..., None] * wood
    return np.asarray(np.clip(np.array(tone, np.float32) + grain, 0, 255), np.uint8)


def laid(page: Picture, table: Picture, shadow: float = 0.0) -> Picture:
    """A photo of the page at LAID: with a soft shadow under its right side and its foot, a lamp at the left, noise."""
    height, width = page.shape[:2]
    flat = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    matrix = cv2.getPerspectiveTransform(flat, LAID)
    mask = cv2.warpPerspective(np.full((height, width), 255, np.uint8), matrix, (1200, 1600))
    cast = cv2.GaussianBlur(np.roll(mask, (6, 6), (0, 1)), (0, 0), 7)[..., None] / 255
    seen = cv2.warpPerspective(page, matrix, (1200, 1600))
    return photographed(np.where(mask[..., None] > 127, seen, table * (1 - shadow * cast)))


def photographed(scene: NDArray[np.generic]) -> Picture:
    light = np.linspace(1.0, 0.82, scene.shape[1], dtype=np.float32)[None, :, None]
    noise = np.random.default_rng(1).normal(0, 2.5, scene.shape)
    soft = cv2.GaussianBlur(np.asarray(scene, np.float32), (0, 0), 0.8)
    return np.asarray(np.clip(soft * light + noise, 0, 255), np.uint8)


def found(image: Picture) -> NDArray[np.float32] | None:
    return sheet_corners(image, *shrink(image))


@pytest.mark.parametrize(
    ("tone", "wood", "shadow"),
    [
        ((232, 233, 235), 0.0, 0.0),  # white laminate
        ((205, 222, 236), 5.0, 0.1),  # pale wood
        ((240, 244, 228), 0.0, 0.3),  # a bluish cloth, darker in red alone
        ((238, 240, 240), 0.0, 0.3),  # hardly any difference but the shadow
    ],
)
def test_a_sheet_on_a_light_table_is_found(tone: tuple[int, int, int], wood: float, shadow: float) -> None:
    corners = found(laid(paper(), ground(tone, wood), shadow))
    assert corners is not None
    assert float(np.linalg.norm(corners - LAID, axis=1).max()) < 0.006 * 1400


def test_a_sheet_as_bright_as_the_table_is_left() -> None:
    assert found(laid(paper(), ground(PAPER))) is None


def test_print_beside_the_sheet_keeps_the_photo_whole() -> None:
    """It may be another page of the dossier."""
    photo = laid(paper(), ground((222, 223, 225)))
    assert found(photo) is not None
    cv2.putText(photo, "Trang 2", (1128, 700), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (40, 40, 40), 2)
    assert found(photo) is None


def page_alone() -> Picture:
    return np.asarray(cv2.resize(paper(), (1200, 1697), interpolation=cv2.INTER_CUBIC), np.uint8)


def framed(thickness: int) -> Picture:
    page = page_alone()
    cv2.rectangle(page, (45, 45), (1154, 1651), (60, 40, 150), thickness)
    return page


def frame() -> Picture:
    return framed(4)


def thick_frame() -> Picture:
    return framed(30)


def banded() -> Picture:
    """A pale border as certificates have it, white beyond."""
    page = page_alone()
    cv2.rectangle(page, (70, 70), (1129, 1626), (215, 228, 232), 50)
    return page


def tinted() -> Picture:
    """A shaded form with a white field that takes most of it; the heading stands above."""
    page = page_alone()
    white = page[160:1600, 60:1140].copy()
    page = np.minimum(page, np.array((222, 232, 224), np.uint8))
    page[160:1600, 60:1140] = white
    return np.asarray(page, np.uint8)


def half_dark() -> Picture:
    page = page_alone()
    page[700:1500, 60:1140] = np.maximum(255 - page[700:1500, 60:1140], 70)
    return page


def shaded() -> Picture:
    """A hand's shadow over the page."""
    shade = np.zeros((1697, 1200), np.float32)
    cv2.fillConvexPoly(shade, np.array([[150, 120], [1010, 160], [980, 1500], [190, 1540]]), 1.0)
    return np.asarray(page_alone() * (0.75 + 0.25 * cv2.GaussianBlur(shade, (0, 0), 25))[..., None], np.uint8)


@pytest.mark.parametrize("scene", [page_alone, frame, thick_frame, banded, tinted, half_dark, shaded])
def test_a_page_that_lies_on_nothing_is_left(scene: Callable[[], Picture]) -> None:
    assert found(scene()) is None
    assert found(photographed(scene())) is None
