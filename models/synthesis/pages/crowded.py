"""Crowded sheets that hold what readers miss: letter-heads whose two columns nearly touch, tables with and without
rules, tiny footnotes, the tight little lines of a digital signature's mark.

Guarantees that with `kept_out` False neither a sentence nor a font of the sheet is one that suites are held out on.
"""

from __future__ import annotations

import random

from models.synthesis import text
from models.synthesis.fonts import families
from models.synthesis.forms.parts import MOTTO, NATION
from models.synthesis.lines.cells import cell, signature_mark
from models.synthesis.lines.text import NOT_EVERYWHERE, split_prose
from models.synthesis.pages.ink import Face
from models.synthesis.pages.layout import (
    LEFT,
    RIGHT,
    TOP,
    Run,
    Sheet,
    break_lines,
    paragraph,
    put_tokens,
    row_width,
    table,
    tokens_of,
)

KIND = "crowded"
_BOTTOM = 790.0


def crowded_sheet(rng: random.Random, *, kept_out: bool) -> Sheet:
    """Letter-head, prose, tables and footnotes in one or two fonts."""
    family = rng.choice(families(hand=False, kept_out=kept_out))
    face = Face(family, "regular", rng.choice((10.5, 11.5, 12.0, 13.0, 14.0)))
    sheet = Sheet(KIND)
    y = _letter_head(sheet, rng, face) + rng.uniform(8, 30)
    if rng.random() < 0.6:
        _signature_mark(sheet, rng, face, TOP - rng.uniform(36, 46))
    while y < _BOTTOM - 160:
        if rng.random() < 0.5:
            y = paragraph(sheet, [Run(_prose(rng, kept_out), face)], y, indent=rng.choice((0.0, 28.0))) + rng.uniform(
                0, 8
            )
        else:
            y = _table(sheet, rng, face.sized(rng.choice((8.5, 9.5, 10.5, 12.0))), y) + rng.uniform(16, 30)
    notes = face.sized(rng.choice((6.5, 7.5, 8.5)))
    y += 4
    if rng.random() < 0.4:
        y = _signature_mark(sheet, rng, face, y + 6) + 8
    sheet.rule(LEFT, y, LEFT + rng.uniform(60, 160), y, 0.5)
    y += 12
    for number in range(1, rng.randint(2, 5)):
        if y < _BOTTOM:
            y = paragraph(sheet, [Run(f"{number} {_prose(rng, kept_out)[:160]}", notes)], y, leading=1.25)
    return sheet


def _letter_head(sheet: Sheet, rng: random.Random, face: Face) -> float:
    """Agency left, nation right, a gap of one to five ems between their longest lines."""
    size = rng.uniform(9.5, 12.0)
    bold = Face(face.family, "bold", size)
    gap = size * rng.uniform(1.0, 5.0)
    middle = rng.uniform(240, 275)
    room = middle - gap / 2 - LEFT + 40
    agency = break_lines(tokens_of([Run(text.agency(rng).upper(), bold)]), room)[:3]
    number = tokens_of([Run(f"Số: {text.document_number(rng)}", bold)])
    right = [tokens_of([Run(words, bold)]) for words in (NATION, MOTTO)]
    for row, tokens in enumerate([*agency, number]):
        x = LEFT - 40 + (room - row_width(tokens)) * rng.choice((0.5, 1.0))
        put_tokens(sheet, tokens, x, TOP + row * size * 1.35, line=sheet.new_line())
    for row, tokens in enumerate(right):
        put_tokens(sheet, tokens, middle + gap / 2, TOP + row * size * 1.35, line=sheet.new_line())
    return TOP + (len(agency) + 1) * size * 1.35


def _signature_mark(sheet: Sheet, rng: random.Random, face: Face, y: float) -> float:
    """Three to five small lines set as tight as their font allows, somewhere between the margins."""
    small = face.sized(rng.uniform(5.5, 8.0))
    rows = [tokens_of([Run(signature_mark(rng), small)]) for _ in range(rng.randint(3, 5))]
    left = rng.uniform(LEFT - 40, max(LEFT, RIGHT - max(map(row_width, rows))))
    for row in rows:
        put_tokens(sheet, row, left, y, line=sheet.new_line())
        y += small.size * rng.choice((1.0, 1.05, 1.15))
    return y


def _table(sheet: Sheet, rng: random.Random, face: Face, y: float) -> float:
    """Short cells in four to eight columns; with rules, or with white space alone between them."""
    count = rng.randint(4, 8)
    shares = [rng.uniform(0.5, 2.0) for _ in range(count)]
    columns = [share / sum(shares) * (RIGHT - LEFT) for share in shares]
    rows = [[[Run(_cell(rng, width, face), face)] for width in columns] for _ in range(rng.randint(3, 7))]
    marks = len(sheet.marks)
    end = table(sheet, columns, rows, y, LEFT)
    if rng.random() < 0.35:
        sheet.marks[marks:] = [mark for mark in sheet.marks[marks:] if not hasattr(mark, "points")]
    return end


def _cell(rng: random.Random, width: float, face: Face) -> str:
    """A cell's text that one or two lines of the column hold; a lone sign often, for those are what is missed."""
    if rng.random() < 0.3:
        return rng.choice(("1", "2", "3", "x", "-", "Nam", "Nữ", "Có", "TT", f"{rng.randint(4, 99)}"))
    words = "".join(sign for sign in cell(rng) if sign not in NOT_EVERYWHERE).split()
    most = max(1, int(width / face.size / 4))
    return " ".join(words[:most]) or "0"


def _prose(rng: random.Random, kept_out: bool) -> str:
    return "".join(sign for sign in rng.choice(split_prose(kept_out)) if sign not in NOT_EVERYWHERE)[:400]
