"""Any of the 19 administrative forms, filled in type or by a handwriting-like face: rows with dotted leaders, boxes for
digits, ticks, sections, the declaration, signatures.

Labels and their order are those of `corpora/forms.yaml`, whose `source_confidence` says how faithful each is; the
layout is ours. Guarantees, as for every sheet, exact truth: what is printed is recorded with its ink box.
"""

from __future__ import annotations

import random
from datetime import date
from functools import cache
from typing import Any

import yaml

from models.synthesis import text
from models.synthesis.fonts import families
from models.synthesis.forms.parts import Hand, entry, national_header, page_number, signature_block, title
from models.synthesis.lines.text import split_prose
from models.synthesis.pages.ink import Face
from models.synthesis.pages.layout import BOTTOM, LEFT, RIGHT, TOP, Run, Sheet, digit_cells, paragraph, tick_box

_ROW = 1.5


@cache
def catalogue() -> dict[str, dict[str, Any]]:
    """The forms by id: title, fields (label, type, section, options), declaration, signature."""
    held = yaml.safe_load((text.CORPORA / "forms.yaml").read_text(encoding="utf-8"))
    return dict(held)


def _filled_by(rng: random.Random, kept_out: bool) -> Hand:
    """A form filled in type, or by hand in a face a little larger than the print."""
    size = rng.choice((12.0, 12.5, 13.0, 13.0))
    label = Face(rng.choice(families(hand=False, kept_out=True)) if kept_out else "Tinos", "regular", size)
    if rng.random() < 0.45:
        value = Face(rng.choice(families(hand=True, kept_out=kept_out)), "regular", size * rng.uniform(1.05, 1.25))
    else:
        others = () if kept_out else (Face("Arimo", "regular", size - 1), Face("Cousine", "regular", size - 2))
        value = rng.choice((label, label, label.bold(), *others))
    return Hand(label, value, label if rng.random() < 0.85 else None)


def value_for(rng: random.Random, label: str, kind: str, *, kept_out: bool = False) -> str:
    """What a citizen would write behind `label`; `kept_out`: prose that training never draws."""
    low = label.lower()
    if kind == "date" or "ngày" in low:
        day = text.day_between(rng, date(1945, 1, 1), date(2026, 10, 1))
        return rng.choice((text.date_slash(day), text.date_long(day)))
    if kind == "address" or any(word in low for word in ("nơi", "địa chỉ", "quê quán", "cư trú")):
        return text.address_two_tier(rng) if rng.random() < 0.6 else text.address_three_tier(rng)
    if kind == "phone" or "điện thoại" in low:
        return text.phone(rng)
    if kind == "number" or "diện tích" in low or "số tầng" in low:
        return rng.choice((str(rng.randint(1, 999)), f"{rng.randint(20, 900)},{rng.randint(1, 9)} m²"))
    if any(word in low for word in ("họ", "tên", "người", "đại diện")):
        name = text.full_name(rng, rng.choice(("Nam", "Nữ")))
        return name.upper() if rng.random() < 0.5 else name
    if "kính gửi" in low or "cơ quan" in low:
        return text.agency(rng)
    known = {"dân tộc": "Kinh", "quốc tịch": "Việt Nam", "giới tính": rng.choice(("Nam", "Nữ")), "tôn giáo": "Không"}
    for word, value in known.items():
        if word in low:
            return value
    if "số" in low:
        return "".join(rng.choices("0123456789", k=rng.choice((9, 10, 12))))
    return rng.choice(split_prose(kept_out))[: rng.randint(12, 70)].rsplit(" ", 1)[0]


def form(rng: random.Random, name: str, *, kept_out: bool = False, filled: float = 0.85) -> list[Sheet]:
    """The sheets of form `name` (a key of `catalogue`), a share `filled` of its fields filled in.

    `kept_out`: in faces and with prose that training never sees; heading, signatures, page numbers stay in Tinos.
    """
    facts, style = catalogue()[name], _filled_by(rng, kept_out)
    sheets = [Sheet(name)]
    y = title(sheets[0], str(facts["title"]), national_header(sheets[0]) + 34) + 4
    section = ""
    for number, field in enumerate(facts["fields"], 1):
        if y > BOTTOM - 60:
            sheets.append(Sheet(name))
            page_number(sheets[-1], len(sheets))
            y = TOP + 12
        sheet = sheets[-1]
        if field.get("section", section) != section:
            section = str(field["section"])
            y = paragraph(sheet, [Run(section, style.label.bold())], y + 3, align="left", leading=_ROW)
        label = str(field["label"]).rstrip(":") + ":"
        if rng.random() < 0.5 and not label[0].isdigit() and number > 1:
            label = f"{number}. {label}"
        kind, key = str(field["type"]), f"field_{number}"
        y = _row(sheet, rng, style, label, kind, key, y, rng.random() < filled, kept_out)
    _foot(sheets, rng, facts, style, y)
    return sheets


def _row(
    sheet: Sheet,
    rng: random.Random,
    style: Hand,
    label: str,
    kind: str,
    key: str,
    y: float,
    filled: bool,
    kept_out: bool,
) -> float:
    if kind == "cccd" and filled and rng.random() < 0.6:
        paragraph(sheet, [style.says(label)], y, align="left")
        born = date(rng.randint(1945, 2010), 1, 1)
        digits = text.personal_id(rng, rng.choice(text.places("2024")).code, rng.choice(("Nam", "Nữ")), born)
        digit_cells(sheet, digits, key, RIGHT - 12 * 17.5, y, style.label)
        return y + style.label.size * _ROW + 4
    if kind == "checkbox":
        tick_box(sheet, LEFT, y, filled)
        return paragraph(sheet, [style.says(label.rstrip(":"))], y, x=LEFT + 18, width=RIGHT - LEFT - 18, align="left")
    value = value_for(rng, label, "id" if kind == "cccd" else kind, kept_out=kept_out) if filled else ""
    return entry(sheet, style, label, key, value, y)


def _foot(sheets: list[Sheet], rng: random.Random, facts: dict[str, Any], style: Hand, y: float) -> None:
    """Declaration, place and date, signatures, on a new sheet where they do not fit."""
    needed = 40 + 36 * len(facts["declaration"]) + 130
    if y + needed > BOTTOM:
        sheets.append(Sheet(sheets[0].kind))
        page_number(sheets[-1], len(sheets))
        y = TOP + 12
    sheet = sheets[-1]
    for words in facts["declaration"]:
        y = paragraph(sheet, [style.says(str(words))], y + 2, indent=28)
    day = text.day_between(rng, date(2025, 1, 1), date(2026, 12, 31))
    place = rng.choice(text.places("2025")).province.removeprefix("Tỉnh ").removeprefix("Thành phố ")
    y = paragraph(sheet, [Run(f"{place}, {text.date_long(day)}", style.label.italic())], y + 8, align="right")
    heads = [str(head) for head in facts["signature"]][:2] or ["NGƯỜI LÀM ĐƠN"]
    width = (RIGHT - LEFT) / max(2, len(heads))
    for place_of, head in enumerate(reversed(heads)):
        words, _, note = head.partition("(")
        name = text.full_name(rng, rng.choice(("Nam", "Nữ")))
        note = f"({note}" if note else "(Ký, ghi rõ họ tên)"
        signature_block(sheet, rng, [words.strip()], note, name, y, RIGHT - width * (place_of + 0.5), width - 8)
