"""What is on a sheet of paper, as a list of marks in points, and how it becomes pixels.

Guarantees that marks are placed by the very metrics that draw them, so that a box computed here encloses the ink.
Coordinates are points (1/72 inch) from the top-left corner of the sheet, y down; text sits on its baseline.
Pixels are drawn at 400 dpi and reduced to 200 dpi, which gives the soft edges of a scanner.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from dossiers.page import Box
from models.synthesis.fonts import load_font

Pixels = NDArray[np.uint8]
DPI = 200
OVERSAMPLING = 2
SCALE = DPI * OVERSAMPLING / 72  # pixels per point while drawing
WIDTH_PT, HEIGHT_PT = 595.28, 841.89  # A4
BLACK = (22, 22, 26)


@dataclass(frozen=True, slots=True)
class Face:
    """A typeface in one style and size (points)."""

    family: str
    style: str
    size: float

    def bold(self) -> Face:
        return Face(self.family, "bold-italic" if "italic" in self.style else "bold", self.size)

    def italic(self) -> Face:
        return Face(self.family, "bold-italic" if "bold" in self.style else "italic", self.size)

    def sized(self, size: float) -> Face:
        return Face(self.family, self.style, size)


@dataclass(frozen=True, slots=True)
class Glyphs:
    """One word (or a row of leader dots) with its left end at `x` on the baseline `y`."""

    x: float
    y: float
    text: str
    face: Face


@dataclass(frozen=True, slots=True)
class Stroke:
    """A polyline of one width in points: rules, frames, ticks."""

    points: tuple[tuple[float, float], ...]
    width: float


@dataclass(frozen=True, slots=True)
class Stamp:
    """Coloured ink laid over the text: a seal or a signature. `cover` is 0..255 at drawing scale, corner at x, y."""

    x: float
    y: float
    cover: Pixels
    colour: tuple[int, int, int]

    @property
    def box(self) -> Box:
        height, width = self.cover.shape
        return Box(self.x, self.y, self.x + width / SCALE, self.y + height / SCALE)


Mark = Glyphs | Stroke


@lru_cache(maxsize=256)
def font_of(face: Face) -> ImageFont.FreeTypeFont:
    """The face at drawing scale."""
    return load_font(face.family, face.style, round(face.size * SCALE))


@lru_cache(maxsize=65536)
def width_of(text: str, face: Face) -> float:
    """Advance width in points."""
    return font_of(face).getlength(text) / SCALE


@lru_cache(maxsize=4096)
def _letter_ink(letter: str, face: Face) -> tuple[float, float]:
    """Where the ink of one letter starts and ends after its pen position, in pixels of the drawing scale."""
    mask, offset = font_of(face).getmask2(letter, "L", anchor="ls")
    left, _, right, _ = mask.getbbox() or (0, 0, 0, 0)
    return left + offset[0], right + offset[0]


@lru_cache(maxsize=65536)
def _ink(text: str, face: Face) -> tuple[float, float, float, float]:
    """The box of the ink of a word. Pillow's own box starts at the pen and ends at the advance, so the side bearings
    of the first and the last letter are taken off."""
    _, top, _, bottom = font_of(face).getbbox(text, anchor="ls")
    left = _letter_ink(text[0], face)[0]
    return left, top, width_of(text[:-1], face) * SCALE + _letter_ink(text[-1], face)[1], bottom


def ink_box(glyphs: Glyphs) -> Box:
    """The box of the ink of one word, in points."""
    left, top, right, bottom = _ink(glyphs.text, glyphs.face)
    return Box(glyphs.x + left / SCALE, glyphs.y + top / SCALE, glyphs.x + right / SCALE, glyphs.y + bottom / SCALE)


def rasterise(marks: list[Mark], stamps: list[Stamp]) -> Pixels:
    """The sheet as an RGB image of 1654 x 2339 pixels on white paper."""
    width, height = (round(side * SCALE / OVERSAMPLING) * OVERSAMPLING for side in (WIDTH_PT, HEIGHT_PT))
    plate = Image.new("L", (width, height), 0)
    draw = ImageDraw.Draw(plate)
    for mark in marks:
        if isinstance(mark, Glyphs):
            draw.text((mark.x * SCALE, mark.y * SCALE), mark.text, fill=255, font=font_of(mark.face), anchor="ls")
        else:
            points = [(x * SCALE, y * SCALE) for x, y in mark.points]
            draw.line(points, fill=255, width=max(1, round(mark.width * SCALE)), joint="curve")
    page = np.full((height // OVERSAMPLING, width // OVERSAMPLING, 3), 255, np.uint8)
    _lay(page, np.asarray(plate.reduce(OVERSAMPLING)), 0, 0, BLACK)
    for stamp in stamps:
        cover = Image.fromarray(stamp.cover).reduce(OVERSAMPLING)
        x, y = (round(at * SCALE / OVERSAMPLING) for at in (stamp.x, stamp.y))
        _lay(page, np.asarray(cover), x, y, stamp.colour)
    return page


def _lay(page: Pixels, cover: Pixels, x: int, y: int, colour: tuple[int, int, int]) -> None:
    """Multiply ink of `colour` onto `page` where `cover` says; what falls off the sheet is cut."""
    top, left = max(y, 0), max(x, 0)
    bottom, right = min(y + cover.shape[0], page.shape[0]), min(x + cover.shape[1], page.shape[1])
    if bottom <= top or right <= left:
        return
    part = cover[top - y : bottom - y, left - x : right - x, None].astype(np.uint16)
    loss = part * (255 - np.array(colour, np.uint16)) // 255
    area = page[top:bottom, left:right]
    area[:] = (area * (255 - loss) // 255).astype(np.uint8)
