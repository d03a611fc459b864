"""A line's box begins at its first sign; what may be a sign stays."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image as Picture
from PIL import ImageDraw

from models.detection.specks import without_specks_before
from models.protocols import Image
from models.synthesis.fonts import load_font

LEFT = 34.0


Speck = tuple[int, int, int, int]
"""Left, top, width, height."""


def _printed(text: str, *specks: Speck) -> tuple[Image, np.ndarray]:
    """`text` from column 60 in 36 px type, specks, and a box from column 34 on."""
    canvas = Picture.new("L", (900, 120), "white")
    pen = ImageDraw.Draw(canvas)
    font = load_font("Tinos", "regular", 36)
    pen.text((60, 40), text, font=font, fill="black")
    for left, top, wide, high in specks:
        pen.rectangle([left, top, left + wide - 1, top + high - 1], fill=60)
    right = 60 + font.getlength(text)
    return np.array(canvas), np.array([[LEFT, 36], [right + 6, 36], [right + 6, 84], [LEFT, 84]], dtype=np.float32)


@pytest.mark.parametrize(
    "specks",
    [
        [(42, 66, 4, 4)], [(50, 62, 7, 7)], [(40, 62, 6, 2)],
        [(38, 60, 3, 3), (46, 70, 4, 4)], [(42, 52, 3, 3), (42, 70, 5, 5)],
    ],
)  # fmt: skip
def test_specks_before_the_first_sign_go(specks: list[Speck]) -> None:
    image, box = _printed("dân tộc Kinh;", *specks)
    cut = without_specks_before(image, box)
    assert max(left + wide for left, _, wide, _ in specks) <= cut[0][0] < 61
    np.testing.assert_array_equal(cut[1:3], box[1:3])


def test_what_came_off_a_sign_stays() -> None:
    image, box = _printed("M", (57, 66, 3, 3))
    np.testing.assert_array_equal(without_specks_before(image, box), box)


@pytest.mark.parametrize(
    "text", ["- dân tộc Kinh;", "– 712", "• Điểm", "“Giấy", "'STRIKE", "1. Họ", "i) lắp", "...... Ông"]
)
def test_what_may_be_a_sign_stays(text: str) -> None:
    image, box = _printed(text)
    kept = without_specks_before(image, box)
    np.testing.assert_array_equal(kept, box)


def test_a_box_that_holds_nothing_or_specks_alone_stays() -> None:
    for specks in ([], [(42, 66, 4, 4)]):
        image, box = _printed("", *specks)
        box[1:3, 0] = 200
        np.testing.assert_array_equal(without_specks_before(image, box), box)
