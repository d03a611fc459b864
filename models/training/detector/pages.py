"""Pages that a detector learns from: dossiers, forms, and crowded sheets that hold what detectors miss.

Crowded sheets have letter-heads whose two columns nearly touch, tables with and without rules, tiny footnotes; seals
lie over lines of any sheet. A page and its boxes are functions of seed and number alone.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np

from dossiers.page import Line
from models.detection.gaps import cut_at_gaps
from models.protocols import Image
from models.synthesis import text
from models.synthesis.degrade.page import Capture, clean, fax, flatbed, photocopy
from models.synthesis.degrade.photo import photo
from models.synthesis.degrade.scan import faint_toner, skew
from models.synthesis.degrade.seal import seal_over_text
from models.synthesis.dossiers import KINDS, compose
from models.synthesis.fonts import families
from models.synthesis.forms.case import case
from models.synthesis.forms.catalogue import catalogue, form
from models.synthesis.forms.parts import MOTTO, NATION
from models.synthesis.lines.cells import cell
from models.synthesis.pages import TRUTH, Page, finish
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
from models.training.detector.boxes import box_to_find

_DEVICES: tuple[tuple[Callable[[random.Random, Page], Capture], int], ...] = (
    (clean, 10), (flatbed, 35), (photocopy, 13), (fax, 10), (photo, 17), (skew, 10), (faint_toner, 5),
)  # fmt: skip
_BOTTOM = 790.0
_DRAWN = frozenset("☐☑☒✓→₫≤≥")
Boxes = list[np.ndarray]
"""Corners, float32 [4, 2]: x, y; clockwise from the text's top-left."""


def drawn_page(seed: int, number: int, *, held_out: bool = False) -> tuple[Image, Boxes]:
    """Page `number` of `seed`: (uint8 BGR as a device saw it, the box that a detector should find for each line).

    Words of one line that a wide gap parts are boxes of their own, as `models.detection.gaps` cuts them.
    `held_out`: with fonts that training never sees.
    """
    rng = random.Random(f"page/{seed}/{number}/{held_out}")  # noqa: S311 - print, not secrets
    sheet = _sheet(rng, held_out)
    if rng.random() < 0.3 and any(line.box and line.box.width > 60 for line in sheet.lines):
        sheet = seal_over_text(rng, sheet, rng.randint(1, 3))
    device = rng.choices([each for each, _ in _DEVICES], [weight for _, weight in _DEVICES])[0]
    capture = device(rng, _parted(finish(sheet)))
    seen = capture.image
    image = cv2.cvtColor(seen, cv2.COLOR_GRAY2BGR if seen.ndim == 2 else cv2.COLOR_RGB2BGR)
    return np.asarray(image, np.uint8), [np.array(line.polygon, np.float32) for line in capture.truth.lines]


def _parted(page: Page) -> Page:
    """The page with a box to be found for each line, cut where the printed ink has wide gaps; seen before any device
    adds its dirt."""
    grey = np.asarray(cv2.cvtColor(page.image, cv2.COLOR_RGB2GRAY), np.uint8)
    typical = float(np.median([line.polygon[3][1] - line.polygon[0][1] for line in page.truth.lines] or [0]))
    lines = []
    for line in page.truth.lines:
        for part in cut_at_gaps(grey, np.array(line.polygon, np.float32)):
            (left, top), (right, bottom) = (tuple(map(float, part[corner])) for corner in (0, 2))
            a, b, c, d = box_to_find(line.text, (left, top, right, bottom), typical)
            lines.append(Line("", (a, b, c, d), 1.0, TRUTH))
    return Page(page.image, replace(page.truth, lines=tuple(lines), fields=()))


def _sheet(rng: random.Random, held_out: bool) -> Sheet:
    kind = rng.random()
    if kind < 0.35:
        papers = compose(rng.choice(KINDS), rng, case(rng, rng.choice(("2024", "2025"))))
        return rng.choice([sheet for sheets in papers for sheet in sheets])
    if kind < 0.6:
        return rng.choice(form(rng, rng.choice(sorted(catalogue())), kept_out=held_out))
    return _crowded(rng, held_out)


def _crowded(rng: random.Random, held_out: bool) -> Sheet:
    """Letter-head, prose, tables and footnotes in one or two fonts."""
    family = rng.choice(families(hand=False, kept_out=held_out))
    face = Face(family, "regular", rng.choice((10.5, 11.5, 12.0, 13.0, 14.0)))
    sheet = Sheet("crowded")
    y = _letter_head(sheet, rng, face) + rng.uniform(8, 30)
    while y < _BOTTOM - 160:
        if rng.random() < 0.5:
            y = paragraph(sheet, [Run(_prose(rng), face)], y, indent=rng.choice((0.0, 28.0))) + rng.uniform(0, 8)
        else:
            y = _table(sheet, rng, face.sized(rng.choice((8.5, 9.5, 10.5, 12.0))), y) + rng.uniform(16, 30)
    notes = face.sized(rng.choice((6.5, 7.5, 8.5)))
    y += 4
    sheet.rule(LEFT, y, LEFT + rng.uniform(60, 160), y, 0.5)
    y += 12
    for number in range(1, rng.randint(2, 5)):
        if y < _BOTTOM:
            y = paragraph(sheet, [Run(f"{number} {_prose(rng)[:160]}", notes)], y, leading=1.25)
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
    words = "".join(sign for sign in cell(rng) if sign not in _DRAWN).split()
    most = max(1, int(width / face.size / 4))
    return " ".join(words[:most]) or "0"


def _prose(rng: random.Random) -> str:
    return "".join(sign for sign in rng.choice(text.prose()) if sign not in _DRAWN)[:400]
