"""Forms as they are printed for filling in: labels with dotted leaders, some empty, some with typed or pen-like values.

Guarantees that the truth holds labels and values without the dots between them, and that values sit in the dots as a
typewriter or a pen puts them there.
"""

from __future__ import annotations

import random

from models.synthesis import text
from models.synthesis.fonts import families
from models.synthesis.forms.parts import national_header
from models.synthesis.lines.text import form_label, form_value
from models.synthesis.pages.ink import Face
from models.synthesis.pages.layout import BOTTOM, LEFT, RIGHT, Cell, Run, Sheet, form_row, paragraph

KIND = "to_khai"
_FIT = 0.52  # advance width of a sign, in ems, when a value is fitted to its dots


def leader_form(rng: random.Random, *, kept_out: bool = True) -> Sheet:
    """One sheet of label and leader rows: one or two labels a row, numbered or not; about half of them filled in.

    `kept_out`: in Tinos and faces that training never sees, or in those of training."""
    faces = dict.fromkeys(("Tinos", *families(hand=False, kept_out=kept_out)))
    sheet, face = Sheet(KIND), Face(rng.choice(list(faces)), "regular", 13)
    filled = rng.choice((0.0, 0.4, 0.8))
    pen = Face(rng.choice(families(hand=True, kept_out=kept_out)), "regular", 15) if rng.random() < 0.5 else face
    y = national_header(sheet) + 36
    heading = f"TỜ KHAI {rng.choice(('ĐĂNG KÝ', 'ĐỀ NGHỊ CẤP', 'XÁC NHẬN', 'CẤP LẠI'))}"
    y = paragraph(sheet, [Run(heading, face.bold().sized(15))], y, align="center")
    y = paragraph(sheet, [Run("Kính gửi: ", face), Run(_value(rng, 24, filled), pen)], y, x=LEFT + 60, leader=face,
                  width=RIGHT - LEFT - 60, align="left") + 4  # fmt: skip
    number, step = 1, face.size * rng.choice((1.5, 1.65, 1.8))
    while y + step < BOTTOM:
        parts = rng.choice((1, 1, 2))
        cells, left = [], LEFT
        for part in range(parts):
            end = LEFT + (RIGHT - LEFT) * (part + 1) / parts
            head = f"{number}. " if rng.random() < 0.6 else ""
            number += bool(head)
            label = f"{head}{form_label(rng)}:"
            room = int((end - left) / (pen.size * _FIT)) - len(label) - 3
            value = _value(rng, room, filled)
            runs = (Run(f"{label} ", face), Run(value, pen)) if value else (Run(label, face),)
            cells.append(Cell(left, end, runs))
            left = end + 2
        form_row(sheet, cells, y, face)
        y += step
    return sheet


def _value(rng: random.Random, room: int, filled: float) -> str:
    """What was filled in, short enough for `room` signs; empty when it was left blank or nothing fits."""
    if rng.random() >= filled:
        return ""
    for _ in range(12):
        value = form_value(rng) if rng.random() < 0.7 else text.full_name(rng, "Nữ")
        if len(value) <= room and "₫" not in value:
            return value
    return ""
