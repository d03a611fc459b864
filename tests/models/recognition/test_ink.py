"""Ink at an end of a crop is seen, whatever the paper, and a mark that was not read; a margin is not."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image as Picture
from PIL import ImageDraw

from models.protocols import Image
from models.recognition.ink import ink_of
from models.recognition.prepare import scale_to_height
from models.synthesis.fonts import load_font


def _line(left: int, right: int, paper: int = 250, ink: int = 20, text: str = "Họ và tên mẹ") -> Image:
    """`text`, its crop ending so many pixels outside its ink; negative: inside."""
    canvas = Picture.new("RGB", (600, 60), (paper,) * 3)
    font = load_font("Tinos", "regular", 40)
    ImageDraw.Draw(canvas).text((100, 6), text, font=font, fill=(ink,) * 3)
    dark = np.flatnonzero((np.asarray(canvas)[:, :, 0] < (paper + ink) / 2).any(axis=0))
    return np.asarray(canvas)[:, int(dark[0]) - left : int(dark[-1]) + 1 + right]


@pytest.mark.parametrize(("paper", "ink"), [(250, 20), (180, 120), (230, 160)])
def test_a_margin_of_paper_is_no_cut(paper: int, ink: int) -> None:
    assert ink_of(scale_to_height(_line(8, 8, paper, ink)), ()).cut < 0.15


@pytest.mark.parametrize(("paper", "ink"), [(250, 20), (180, 120), (230, 160)])
@pytest.mark.parametrize(("left", "right"), [(-6, 8), (8, -6)])
def test_a_sign_cut_at_either_end_is_seen(left: int, right: int, paper: int, ink: int) -> None:
    assert ink_of(scale_to_height(_line(left, right, paper, ink)), ()).cut > 0.7


def test_empty_paper_and_the_narrowest_crop_are_looked_at_too() -> None:
    assert ink_of(np.full((48, 8, 3), 240, np.uint8), ()).cut == 0.0


@pytest.mark.parametrize(("paper", "ink"), [(250, 20), (180, 120), (230, 160)])
def test_a_sign_that_was_not_read_is_seen(paper: int, ink: int) -> None:
    line = scale_to_height(_line(8, 8, paper, ink, "H  1  ổ  7  /  m"))
    dark = (line[:, :, 0] < (paper + ink) / 2).any(axis=0)
    edges = np.flatnonzero(np.diff(dark, prepend=False, append=False))
    signs = ((edges[::2] + edges[1::2]) / 2).tolist()
    assert ink_of(line, signs).unread == 0.0
    for lost in range(len(signs)):
        found = ink_of(line, signs[:lost] + signs[lost + 1 :]).unread
        assert 0.1 < found < 1.0
    assert ink_of(line, ()).unread > 0.25
