"""Round seals go, everything else that is red stays."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from models.protocols import Image
from models.seals import find_seals, without_seals

RED = (60, 50, 215)


def _paper() -> Image:
    page = np.full((2339, 1654, 3), 250, dtype=np.uint8)
    cv2.putText(page, "Nguyen Van A", (900, 1500), cv2.FONT_HERSHEY_SIMPLEX, 2, (20, 20, 20), 5)
    return page


def _seal(page: Image, centre: tuple[int, int], radius: int = 140) -> None:
    layer = np.full_like(page, 255)
    cv2.circle(layer, centre, radius, RED, 6)
    cv2.circle(layer, centre, radius - 40, RED, 4)
    cv2.putText(layer, "*", (centre[0] - 30, centre[1] + 30), cv2.FONT_HERSHEY_SIMPLEX, 4, RED, 8)
    page[:] = np.minimum(page, layer)


def test_a_seal_over_print_is_taken_off_and_the_print_stays() -> None:
    clean, page = _paper(), _paper()
    _seal(page, (1000, 1480))
    ((left, top, right, bottom),) = find_seals(page)
    assert left <= 860
    assert right >= 1140
    assert top <= 1340
    assert bottom >= 1620
    cleared = without_seals(page)
    print_there = clean[:, :, 0] < 100
    assert cleared[print_there].mean() < 60
    assert (cleared[~print_there] > 180).mean() > 0.999


def test_a_red_rectangle_and_red_words_stay() -> None:
    page = _paper()
    cv2.rectangle(page, (300, 300), (560, 500), RED, 5)
    cv2.putText(page, "CONG VAN DEN", (310, 400), cv2.FONT_HERSHEY_SIMPLEX, 1, RED, 3)
    cv2.rectangle(page, (900, 300), (1100, 500), RED, 5)
    assert find_seals(page) == []
    assert without_seals(page) is page


def test_a_page_without_red_is_returned_untouched() -> None:
    page = _paper()
    assert without_seals(page) is page


def test_two_seals_that_overlap_are_both_taken_off() -> None:
    clean, page = _paper(), _paper()
    _seal(page, (950, 1480))
    _seal(page, (1130, 1500))
    assert len(find_seals(page)) == 2
    cleared = without_seals(page)
    print_there = clean[:, :, 0] < 100
    assert cleared[print_there].mean() < 60
    assert (cleared[~print_there] > 180).mean() > 0.998


def test_what_a_seal_leaves_is_as_bright_as_the_paper() -> None:
    page = _paper()
    _seal(page, (500, 800))
    ((left, top, right, bottom),) = find_seals(page)
    assert without_seals(page)[top:bottom, left:right].min() > 225


@pytest.mark.parametrize("stroke", [3, 4, 6])
@pytest.mark.parametrize("place", [(500, 801), (501, 800), (502, 802)])
def test_a_ring_of_thin_strokes_is_found_wherever_it_lies_between_the_pixels_looked_at(
    stroke: int, place: tuple[int, int]
) -> None:
    page = _paper()
    cv2.circle(page, place, 140, RED, stroke)
    assert len(find_seals(page)) == 1


def test_a_seal_alone_and_two_that_overlap_elsewhere_are_three() -> None:
    page = _paper()
    _seal(page, (400, 700))
    _seal(page, (950, 1480))
    _seal(page, (1130, 1500))
    assert len(find_seals(page)) == 3


@pytest.mark.parametrize("high", [60, 300])
def test_red_writing_alone_is_no_seal_however_much_of_it_there_is(high: int) -> None:
    page = _paper()
    for y in range(100, 100 + high, 60):
        cv2.putText(page, "BO CONG AN", (200, y), cv2.FONT_HERSHEY_SIMPLEX, 2, RED, 5)
    assert find_seals(page) == []


def test_a_seal_leaves_the_colour_of_its_paper() -> None:
    page = _paper()
    page[page[:, :, 0] == 250] = yellowed = (175, 210, 226)
    _seal(page, (500, 800))
    ((left, top, right, bottom),) = find_seals(page)
    bare = without_seals(page)[top:bottom, left:right].astype(int)
    assert np.abs(np.median(bare, axis=(0, 1)) - yellowed).max() <= 3
    assert np.abs(bare[:4] - yellowed).max() <= 12


def test_two_seals_that_touch_are_both_found() -> None:
    page = _paper()
    _seal(page, (500, 800))
    _seal(page, (540, 1076))
    boxes = sorted(find_seals(page), key=lambda box: box[1])
    assert len(boxes) == 2
    for (left, top, right, bottom), (x, y) in zip(boxes, [(500, 800), (540, 1076)], strict=True):
        assert abs((left + right) / 2 - x) < 8
        assert abs((top + bottom) / 2 - y) < 8
        assert 280 <= right - left <= 330
