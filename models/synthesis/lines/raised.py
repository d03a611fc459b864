"""Where the parts of a printed line stand, some of them small and raised: marks of footnotes."""

from __future__ import annotations

from typing import NamedTuple

from PIL import ImageFont

from models.synthesis.lines.text import RAISED

_SMALLER = 0.62
_HIGHER = 0.36
"""Of an em: about what word processors do."""


class Piece(NamedTuple):
    """A part of a line: where its origin is beside that of the line, in pixels, as `ImageDraw.text` takes it."""

    text: str
    font: ImageFont.FreeTypeFont
    x: float
    y: float


def laid_out(printed: str, font: ImageFont.FreeTypeFont) -> tuple[list[Piece], float, float, float]:
    """The pieces of `printed`, top and bottom of their ink below the line's origin, and their length, all in pixels."""
    small = font.font_variant(size=max(6, round(font.size * _SMALLER)))
    raised_by = font.getmetrics()[0] - small.getmetrics()[0] - _HIGHER * font.size
    pieces: list[Piece] = []
    length = 0.0
    for number, part in enumerate(RAISED.split(printed)):
        if part:
            used, y = (small, raised_by) if number % 2 else (font, 0.0)
            pieces.append(Piece(part, used, length, y))
            length += used.getlength(part)
    inked = [(piece.y, piece.font.getbbox(piece.text)) for piece in pieces]
    return pieces, min(y + box[1] for y, box in inked), max(y + box[3] for y, box in inked), length
