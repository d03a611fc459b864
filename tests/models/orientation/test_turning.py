"""Quarter turns and the way back."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest

from models.orientation.proof import best_turn, readability
from models.orientation.turning import turn, untouched_point
from models.reader import Reader


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_a_marked_pixel_is_found_again(degrees: int) -> None:
    given = np.zeros((40, 70, 3), dtype=np.uint8)
    given[11, 23] = 255
    turned = turn(given, degrees)
    (y,), (x,) = np.nonzero(turned[:, :, 0])
    assert untouched_point((x + 0.5, y + 0.5), degrees, 70, 40) == (23.5, 11.5)


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_the_orienter_turns_a_page_back(reader: Reader, page: Any, degrees: int) -> None:
    assert reader.orient(turn(page.image, degrees)) == (360 - degrees) % 360


@pytest.mark.parametrize("scale", [0.31, 0.62, 1.25, 1.87])
def test_the_orienter_is_as_sure_of_a_page_at_any_resolution(reader: Reader, page: Any, scale: float) -> None:
    sure = reader._orienter.chances(page.image)
    resized = cv2.resize(page.image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    assert reader._orienter.chances(resized) == pytest.approx(sure, abs=0.12)


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_reading_settles_what_the_classifier_leaves_in_doubt(reader: Reader, page: Any, degrees: int) -> None:
    scrap = turn(page.image[180:520, 200:1500], degrees)
    assert best_turn(scrap, (180, 270, 90, 0), reader._detector, reader._recogniser) == (360 - degrees) % 360


def test_a_strip_upside_down_reads_worse_as_it_stands(reader: Reader, page: Any) -> None:
    """Its lines would be turned and read well, were it more than asked which way up they are."""
    strip = page.image[180:520, 200:1500]
    upright, turned = (readability(turn(strip, degrees), reader._detector, reader._recogniser) for degrees in (0, 180))
    assert turned < 0.5 * upright


def test_nothing_to_read_is_not_readable(reader: Reader) -> None:
    blank = np.full((300, 300, 3), 230, dtype=np.uint8)
    assert readability(blank, reader._detector, reader._recogniser) == 0
    assert best_turn(blank, (0, 90, 180, 270), reader._detector, reader._recogniser) == 0
