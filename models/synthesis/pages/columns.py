"""Pages in columns, as leaflets, bulletins and papers in two languages are: a title over all of them, running text
under it, a note at the foot.

Guarantees that lines are in reading order, column after column, and that fonts and sentences are kept out of training.
"""

from __future__ import annotations

import random

from models.synthesis.pages.ink import Face
from models.synthesis.pages.layout import (
    BOTTOM,
    LEADING,
    LEFT,
    RIGHT,
    TOP,
    Align,
    Run,
    Sheet,
    break_lines,
    paragraph,
    tokens_of,
)
from models.synthesis.pages.prose import body_face, sentences

KIND = "to_roi"
_FOOT = BOTTOM - 16.0


def column_page(rng: random.Random, columns: int = 2) -> Sheet:
    """One sheet of held-out prose in so many columns; the last one may end early."""
    sheet, face = Sheet(KIND), body_face(rng, 9.5, 12.5)
    heading = face.bold().sized(face.size + 3)
    top = paragraph(sheet, [Run(_words(rng, 7).upper(), heading)], TOP, align="center") + rng.uniform(4, 16)
    gutter = rng.uniform(1.6, 3.0) * face.size
    width = (RIGHT - LEFT - gutter * (columns - 1)) / columns
    align: Align = "left" if rng.random() < 0.5 else "justify"
    for column in range(columns):
        end = _FOOT if column < columns - 1 else rng.uniform((top + _FOOT) / 2, _FOOT)
        column_of_prose(sheet, rng, face, (LEFT + column * (width + gutter), width), (top, end), align)
    note = face.italic().sized(face.size - 1)
    paragraph(sheet, [Run(_words(rng, 14), note)], BOTTOM, align="center")
    return sheet


def column_of_prose(
    sheet: Sheet,
    rng: random.Random,
    face: Face,
    across: tuple[float, float],
    down: tuple[float, float],
    align: Align = "left",
) -> float:
    """Paragraphs, some under a heading, in a column that begins and is wide as `across` says, between two heights, in
    points; returns the baseline after the last."""
    (x, width), (y, end) = across, down
    y += rng.uniform(0.0, 0.7) * face.size  # columns seldom share their baselines
    between = rng.choice((0.0, 0.3, 0.6)) * face.size
    while True:
        heads = rng.random() < 0.12
        words = _words(rng, 4) if heads else " ".join(rng.sample(sentences(), rng.randint(1, 4)))
        runs = [Run(words, face.bold() if heads else face)]
        indent = 0.0 if heads else rng.choice((0.0, 1.5)) * face.size
        if y + len(break_lines(tokens_of(runs), width, indent)) * face.size * LEADING > end:
            return y
        y = paragraph(sheet, runs, y, x=x, width=width, align="left" if heads else align, indent=indent) + between


def _words(rng: random.Random, count: int) -> str:
    return " ".join(rng.choice(sentences()).split()[:count])
