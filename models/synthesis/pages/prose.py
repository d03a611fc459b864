"""Pages of running prose in the layout of an official document, in any printed font: chapters, articles, clauses.

Guarantees that with `kept_out` neither a sentence nor a font of the page is ever drawn in training, and without it
neither is one that suites are held out on.
"""

from __future__ import annotations

import random
from functools import cache

from models.charset import VIETNAMESE_LETTERS
from models.synthesis.fonts import families
from models.synthesis.forms.parts import MOTTO, NATION, page_number
from models.synthesis.lines.text import NOT_EVERYWHERE, split_prose
from models.synthesis.pages.ink import Face, width_of
from models.synthesis.pages.layout import BOTTOM, LEFT, RIGHT, TOP, Run, Sheet, break_lines, paragraph, tokens_of

KIND = "van_ban_hanh_chinh"


_MOST = 400  # sentences: more than a sheet holds
_LEAST = 40  # signs: shorter lines are names of goods and numbers


@cache
def sentences(kept_out: bool = True) -> tuple[str, ...]:
    """Vietnamese prose of some length that every font can print; `kept_out`: of what training never draws."""
    return tuple(
        line
        for line in split_prose(kept_out)
        if len(line) >= _LEAST and not NOT_EVERYWHERE & set(line) and set(VIETNAMESE_LETTERS) & set(line)
    )


def body_face(rng: random.Random, low: float = 11.5, high: float = 14.0, *, kept_out: bool = True) -> Face:
    """A printed font kept out of training, or one of training, in a size of official documents (points)."""
    return Face(rng.choice(families(hand=False, kept_out=kept_out)), "regular", round(rng.uniform(low, high) * 2) / 2)


def prose_page(rng: random.Random, *, kept_out: bool = True) -> Sheet:
    """One sheet full of prose: with a national header, or as a later page with its number."""
    sheet, face = Sheet(KIND), body_face(rng, kept_out=kept_out)
    y = _header(sheet, face) if rng.random() < 0.5 else _later_page(sheet, rng)
    article = rng.randint(1, 60)
    held = sentences(kept_out)
    for words in rng.sample(held, min(_MOST, len(held))):
        kind = rng.random()
        if kind < 0.12:
            runs = [Run(f"Điều {article}. ", face.bold()), Run(words, face.bold())]
            article += 1
        elif kind < 0.2:
            runs = [Run(f"{rng.randint(1, 9)}. ", face), Run(words, face.italic())]
        elif kind < 0.45:
            runs = [Run(rng.choice(("- ", "a) ", "b) ", "c) ", "1. ", "2. ", "3. ")), face), Run(words, face)]
        else:
            runs = [Run(words, face)]
        rows = len(break_lines(tokens_of(runs), RIGHT - LEFT, 28))
        if y + rows * face.size * 1.38 > BOTTOM:
            break
        y = paragraph(sheet, runs, y, indent=28) + rng.uniform(2, 7)
    return sheet


def _header(sheet: Sheet, face: Face) -> float:
    middle = (LEFT + RIGHT) / 2
    paragraph(sheet, [Run(NATION, face.bold())], TOP, align="center")
    motto = face.bold().sized(face.size + 1)
    paragraph(sheet, [Run(MOTTO, motto)], TOP + 18, align="center")
    half = width_of(MOTTO, motto) / 2
    sheet.rule(middle - half, TOP + 23, middle + half, TOP + 23, 0.8)
    return TOP + 52


def _later_page(sheet: Sheet, rng: random.Random) -> float:
    page_number(sheet, rng.randint(2, 40))
    return TOP + 14
