"""Parts that Vietnamese forms share: the national header, the recipient, rows of label and value, signatures."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from models.synthesis.pages.ink import Face, width_of
from models.synthesis.pages.layout import (
    LEFT,
    RIGHT,
    TOP,
    Cell,
    Run,
    Sheet,
    form_row,
    paragraph,
)
from models.synthesis.pages.stamps import signature

NATION = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"
BODY = Face("Tinos", "regular", 13)


@dataclass(frozen=True, slots=True)
class Hand:
    """How a form was filled: the face of labels, the face of values, and whether dotted leaders were left in."""

    label: Face
    value: Face
    leader: Face | None

    def of(self, key: str, raw: str) -> Run:
        return Run(raw, self.value, key)

    def says(self, label: str) -> Run:
        return Run(label, self.label)


def hand(rng: random.Random, size: float = 13) -> Hand:
    """Choose how a form was filled: typed in the form's own face, in another, in bold; with or without leaders."""
    label = Face("Tinos", "regular", size)
    value = rng.choice((label, label, label.bold(), Face("Arimo", "regular", size - 1.2), label.italic()))
    return Hand(label, value, label if rng.random() < 0.8 else None)


def national_header(sheet: Sheet, y: float = TOP + 6) -> float:
    """Quốc hiệu and tiêu ngữ, centred, underlined; returns the next baseline."""
    top, below = Face("Tinos", "bold", 13), Face("Tinos", "bold", 14)
    paragraph(sheet, [Run(NATION, top)], y, align="center")
    paragraph(sheet, [Run(MOTTO, below)], y + 18, align="center")
    half = width_of(MOTTO, below) / 2
    middle = (LEFT + RIGHT) / 2
    sheet.rule(middle - half, y + 23.5, middle + half, y + 23.5, 0.8)
    return y + 18


def title(sheet: Sheet, words: str, y: float, size: float = 15) -> float:
    return paragraph(sheet, [Run(words, Face("Tinos", "bold", size))], y, align="center")


def recipient(sheet: Sheet, raw: str, y: float, style: Hand) -> float:
    """`Kính gửi: <agency>`, indented as a form does it."""
    runs = [style.says("Kính gửi: "), style.of("recipient", raw)]
    return paragraph(sheet, runs, y, x=LEFT + 62, width=RIGHT - LEFT - 62, align="left", leader=style.leader)


def entry(
    sheet: Sheet, style: Hand, label: str, key: str, raw: str, y: float, tail: str = "", indent: float = 0.0
) -> float:
    """One label and its value over as many lines as it takes; leaders fill the last. Returns the next baseline."""
    runs = [style.says(f"{label} "), style.of(key, raw)] if raw else [style.says(label)]
    if tail:
        runs.append(style.says(tail))
    leader = None if tail else style.leader
    return paragraph(sheet, runs, y, align="left", indent=indent, leader=leader, leading=1.5)


def entries(sheet: Sheet, style: Hand, cells: Sequence[tuple[str, str, str, float]], y: float) -> float:
    """Several labels on one row: (label, key, raw, share of the row's width). Returns the next baseline."""
    left, laid = LEFT, []
    for label, key, raw, share in cells:
        end = left + share * (RIGHT - LEFT)
        laid.append(Cell(left, end, (style.says(f"{label} "), style.of(key, raw))))
        left = end + 2
    form_row(sheet, laid, y, style.leader)
    return y + style.label.size * 1.5


def signature_block(
    sheet: Sheet, rng: random.Random, heads: Sequence[str], note: str, name: str, y: float, middle: float, width: float
) -> float:
    """A column centred on `middle`: headings, a note, a signature, the name. Returns its last baseline."""
    face = BODY
    for head in heads:
        y = _centred(sheet, Run(head, face.bold()), y, middle, width)
    if note:
        y = _centred(sheet, Run(note, face.italic().sized(12)), y - 1, middle, width)
    if name:
        sheet.stamps.append(("signature", signature(name, middle + rng.uniform(-10, 10), y + 24)))
        y = _centred(sheet, Run(name, face.bold()), y + 62, middle, width)
    return y


def _centred(sheet: Sheet, run: Run, y: float, middle: float, width: float) -> float:
    return paragraph(sheet, [run], y, x=middle - width / 2, width=width, align="center", leading=1.25)


def page_number(sheet: Sheet, number: int) -> None:
    """Arabic number at the top middle, from the second page on (Nghị định 30/2020/NĐ-CP, annex I)."""
    paragraph(sheet, [Run(str(number), BODY)], 42, align="center")
