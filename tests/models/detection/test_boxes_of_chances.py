"""Cores become boxes of the right size and tilt; noise does not."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from models.detection.boxes import BoxRules, boxes_from_chances, order_corners
from models.detection.order import in_reading_order, page_slope


def _core(angle: float = 0.0, chance: float = 0.9, size: tuple[int, int] = (200, 12)) -> np.ndarray:
    chances = np.zeros((300, 400), dtype=np.float32)
    corners = cv2.boxPoints(((200, 150), size, angle))
    cv2.fillPoly(chances, [corners.astype(np.int32)], chance)
    return chances


def test_a_core_grows_by_its_area_over_its_perimeter() -> None:
    chances = np.zeros((300, 400), dtype=np.float32)
    chances[144:156, 100:300] = 0.9
    (box,) = boxes_from_chances(chances, BoxRules(grow=1.6))
    offset = 200 * 12 * 1.6 / (2 * (200 + 12))
    expected = [
        [100 - offset, 144 - offset],
        [300 + offset, 144 - offset],
        [300 + offset, 156 + offset],
        [100 - offset, 156 + offset],
    ]
    assert np.abs(box - np.array(expected)).max() < 0.6


@pytest.mark.parametrize("angle", [-30, -8, 0, 8, 30])
def test_a_tilted_core_gives_a_tilted_box_from_its_top_left(angle: float) -> None:
    (box,) = boxes_from_chances(_core(angle), BoxRules())
    run = box[1] - box[0]
    assert np.degrees(np.arctan2(run[1], run[0])) == pytest.approx(angle, abs=1.5)
    assert np.linalg.norm(run) > 4 * np.linalg.norm(box[3] - box[0])


def test_faint_and_tiny_cores_are_no_lines() -> None:
    assert boxes_from_chances(_core(chance=0.4), BoxRules()) == []
    assert boxes_from_chances(_core(size=(1, 1)), BoxRules()) == []


def test_corners_are_ordered_clockwise_from_the_top_left_whatever_their_order() -> None:
    corners = np.array([[10, 20], [110, 25], [109, 45], [9, 40]], dtype=np.float32)
    for shift in range(4):
        assert np.array_equal(order_corners(np.roll(corners, shift, axis=0)), corners)
        assert np.array_equal(order_corners(np.roll(corners[::-1], shift, axis=0)), corners)


def _box(left: float, top: float, width: float = 100, height: float = 20, slope: float = 0.0) -> np.ndarray:
    points = [[left, top], [left + width, top], [left + width, top + height], [left, top + height]]
    return np.array([[x, y + slope * x] for x, y in points], dtype=np.float32)


@pytest.mark.parametrize("slope", [0.0, 0.05, -0.08])
def test_rows_are_read_left_to_right_even_on_a_tilted_page(slope: float) -> None:
    wanted = [_box(left, top, slope=slope) for top in (10, 40, 70) for left in (20, 300, 600)]
    mixed = [wanted[place] for place in (4, 0, 8, 2, 6, 1, 5, 3, 7)]
    assert page_slope(mixed) == pytest.approx(slope, abs=1e-3)
    assert all(a is b for a, b in zip(in_reading_order(mixed), wanted, strict=True))


def test_nothing_has_an_order_too() -> None:
    assert in_reading_order([]) == []
