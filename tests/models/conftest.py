"""The real engines on the real weights, and a page drawn for the occasion."""

from __future__ import annotations

import random
from dataclasses import dataclass

import numpy as np
import pytest
from PIL import Image as Picture
from PIL import ImageDraw

from models.engines import Hardware
from models.protocols import Image
from models.reader import Reader
from models.synthesis import text
from models.synthesis.fonts import load_font


@dataclass(frozen=True)
class DrawnPage:
    """An A4 page at 200 dpi and what stands on it: (text, (left, top, right, bottom) of its ink) from top to bottom."""

    image: Image
    lines: list[tuple[str, tuple[float, float, float, float]]]


def draw_page(seed: int, lines: int = 24) -> DrawnPage:
    rng = random.Random(seed)
    page = Picture.new("RGB", (1654, 2339), (252, 252, 250))
    pen = ImageDraw.Draw(page)
    font = load_font("Tinos", "regular", 36)
    drawn = []
    for number in range(lines):
        words = rng.choice([line for line in text.prose() if len(line) > 60]).split()
        printed = " ".join(words[: rng.randint(5, 11)])
        at = (236, 200 + number * 80)
        pen.text(at, printed, font=font, fill=(25, 25, 25))
        drawn.append((printed, pen.textbbox(at, printed, font=font)))
    return DrawnPage(np.asarray(page)[:, :, ::-1].copy(), drawn)


@pytest.fixture(scope="session")
def reader() -> Reader:
    return Reader(Hardware(threads=1))


@pytest.fixture(scope="session")
def page() -> DrawnPage:
    return draw_page(7)
