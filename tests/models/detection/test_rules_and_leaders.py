"""Boxes keep to their cell and to their words: cut at vertical rules, trimmed where a leader begins."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image as Picture
from PIL import ImageDraw

from models.detection.leaders import without_leader_ends
from models.detection.rules import cut_at_rules
from models.protocols import Image
from models.synthesis.fonts import load_font


def _printed(text: str, rules: tuple[int, ...] = (), *, top: int = 0, bottom: int = 120) -> tuple[Image, np.ndarray]:
    """`text` at 40, 40 in 36 px type with vertical rules at the given columns, and the box of the text."""
    canvas = Picture.new("L", (900, 120), "white")
    pen = ImageDraw.Draw(canvas)
    font = load_font("Tinos", "regular", 36)
    pen.text((40, 40), text, font=font, fill="black")
    for x in rules:
        pen.line([(x, top), (x, bottom)], fill=70, width=2)
    right = 40 + font.getlength(text)
    return np.array(canvas), np.array([[34, 38], [right + 6, 38], [right + 6, 82], [34, 82]], dtype=np.float32)


def test_a_box_over_two_cells_is_cut_at_the_rule_between_them() -> None:
    image, box = _printed("27/04/1976  Không đạt", rules=(208,))
    left, right = cut_at_rules(image, box)
    assert left[1][0] == pytest.approx(207, abs=3)
    assert right[0][0] == pytest.approx(210, abs=3)


def test_a_rule_that_ends_at_the_last_row_cuts_too() -> None:
    image, box = _printed("27/04/1976  Không đạt", rules=(208,), bottom=84)
    assert len(cut_at_rules(image, box)) == 2


def test_tall_letters_are_no_rules() -> None:
    image, box = _printed("lll III đđđ ||| (1) [2] {3}")
    assert len(cut_at_rules(image, box)) == 1


@pytest.mark.parametrize("reach", [8.0, 16.0, 30.0])
def test_the_edge_of_a_shadow_is_no_rule(reach: float) -> None:
    image, box = _printed("Chữ ký điện tử chuyên dùng")
    across = np.abs(np.arange(image.shape[1]) - 150) / reach
    shaded = (image * (1 - 0.65 * np.exp(-(across**2)))[None, :]).astype(np.uint8)
    assert len(cut_at_rules(shaded, box)) == 1


@pytest.mark.parametrize("dots", [12, 40])
def test_the_first_dots_of_a_leader_do_not_belong_to_the_label(dots: int) -> None:
    image, _ = _printed("Nơi cấp:" + "." * dots)
    _, words = _printed("Nơi cấp:")
    over = words.copy()
    over[1:3, 0] += 20  # two dots into the leader
    assert without_leader_ends(image, over)[1][0] == pytest.approx(words[1][0] - 6, abs=7)


@pytest.mark.parametrize(("label", "short"), [("Chức vụ:", 10), ("6. V/v:", 17), ("user@moj.gov.vn", 12)])
def test_a_box_that_ends_too_early_before_a_leader_grows_over_the_label(label: str, short: int) -> None:
    image, _ = _printed(f"{label} {'.' * 20}")
    _, words = _printed(label)
    box = words.copy()
    box[1:3, 0] -= short
    assert words[1][0] - 10 < without_leader_ends(image, box)[1][0] < words[1][0] + 6


def test_a_leader_close_behind_a_colon_does_not_begin_with_a_stop() -> None:
    image, _ = _printed(f"Nơi cư trú:. {'.' * 20}")
    _, box = _printed("Nơi cư trú:")
    over = box.copy()
    over[1:3, 0] += 12
    assert without_leader_ends(image, over)[1][0] < box[1][0] - 2


@pytest.mark.parametrize("label", ["Quê quán", " 9. Hạng"])
def test_a_label_behind_a_leader_loses_the_dots_before_it(label: str) -> None:
    image, whole = _printed(f"..........{label}")
    _, dots = _printed("..........")
    over = whole.copy()
    over[[0, 3], 0] = dots[1][0] - 26
    assert without_leader_ends(image, over)[0][0] > dots[1][0] - 12


@pytest.mark.parametrize("text", ["Xin cảm ơn.", "v.v...", "Số: 12/QĐ-UBND.", "Ngày cấp:"])
def test_a_stop_with_nothing_behind_it_stays(text: str) -> None:
    image, box = _printed(text)
    assert np.array_equal(without_leader_ends(image, box), box)


@pytest.mark.parametrize("text", ["tỉnh Hà Nam.", "Xin cảm ơn."])
@pytest.mark.parametrize("over", [10, 30])
def test_a_stop_before_a_leader_stays_with_its_word(text: str, over: int) -> None:
    image, _ = _printed(f"{text} {'.' * 20}")
    stop, dots = (_printed(before)[1][1][0] - 6 for before in (text, f"{text} "))
    _, box = _printed(text)
    box[1:3, 0] += over
    assert stop - 2 < without_leader_ends(image, box)[1][0] < dots + 2


@pytest.mark.parametrize(("label", "over"), [("Kính gửi:", 14), ("SẦM BÁ HOẠT", 14)])
def test_a_speck_over_a_leader_does_not_hide_it(label: str, over: int) -> None:
    image, _ = _printed(f"{label} {'.' * 20}")
    _, words = _printed(label)
    _, dots = _printed(f"{label} ..")
    second = round(dots[1][0] - 6) - 6
    image[60:63, second : second + 4] = 0
    box = words.copy()
    box[1:3, 0] += over
    assert without_leader_ends(image, box)[1][0] < words[1][0] + 5


@pytest.mark.parametrize("over", [10, 26])
def test_a_speck_below_a_colon_makes_no_row_with_it(over: int) -> None:
    image, _ = _printed(f"Kính gửi: {'.' * 20}")
    alone, words = _printed("Kính gửi:")
    colon = int(np.flatnonzero(np.diff((alone < 128).any(axis=0).astype(int)) == 1)[-1]) + 1
    image[77:80, colon - 3 : colon - 1] = 0
    box = words.copy()
    box[1:3, 0] += over
    assert words[1][0] - 8 < without_leader_ends(image, box)[1][0] < words[1][0] + 5


@pytest.mark.parametrize("over", [10, 40])
def test_a_colon_that_stands_low_in_its_box_is_no_dot_of_the_leader(over: int) -> None:
    image, _ = _printed(f"Số hồ sơ: {'.' * 20}")
    _, words = _printed("Số hồ sơ:")
    box = words.copy()
    box[:2, 1] -= 18  # a speck above the line made the box so high
    box[1:3, 0] += over
    assert words[1][0] - 8 < without_leader_ends(image, box)[1][0] < words[1][0] + 8


@pytest.mark.parametrize("space", ["", " "])
def test_a_leader_that_ends_inside_its_box_leaves_the_stop_before_it(space: str) -> None:
    image, box = _printed(f"tỉnh Quảng Nam.{space} {'.' * 5}")
    _, words = _printed("tỉnh Quảng Nam.")
    cut = without_leader_ends(image, box)
    assert words[1][0] - 8 < cut[1][0] < words[1][0] + 14


@pytest.mark.parametrize("text", ["v.v...", "và những người khác...", "Số: 12.345.678.", "i.i.i.i.i."])
def test_dots_of_the_text_are_no_leader_inside_its_box(text: str) -> None:
    image, box = _printed(text)
    np.testing.assert_array_equal(without_leader_ends(image, box), box)
