"""Ink at an end of a crop is seen, whatever the paper; a margin is not."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image as Picture
from PIL import ImageDraw

from models.protocols import Image
from models.recognition.ends import cut_ink
from models.recognition.prepare import scale_to_height
from models.synthesis.fonts import load_font


def _line(left: int, right: int, paper: int = 250, ink: int = 20) -> Image:
    """`Họ và tên mẹ`, its crop ending so many pixels outside its ink; negative: inside."""
    canvas = Picture.new("RGB", (600, 60), (paper,) * 3)
    font = load_font("Tinos", "regular", 40)
    ImageDraw.Draw(canvas).text((100, 6), "Họ và tên mẹ", font=font, fill=(ink,) * 3)
    dark = np.flatnonzero((np.asarray(canvas)[:, :, 0] < (paper + ink) / 2).any(axis=0))
    return np.asarray(canvas)[:, int(dark[0]) - left : int(dark[-1]) + 1 + right]


@pytest.mark.parametrize(("paper", "ink"), [(250, 20), (180, 120), (230, 160)])
def test_a_margin_of_paper_is_no_cut(paper: int, ink: int) -> None:
    assert cut_ink(scale_to_height(_line(8, 8, paper, ink))) < 0.15


@pytest.mark.parametrize(("paper", "ink"), [(250, 20), (180, 120), (230, 160)])
@pytest.mark.parametrize(("left", "right"), [(-6, 8), (8, -6)])
def test_a_sign_cut_at_either_end_is_seen(left: int, right: int, paper: int, ink: int) -> None:
    assert cut_ink(scale_to_height(_line(left, right, paper, ink))) > 0.7


def test_empty_paper_and_the_narrowest_crop_are_looked_at_too() -> None:
    assert cut_ink(np.full((48, 8, 3), 240, np.uint8)) == 0.0
