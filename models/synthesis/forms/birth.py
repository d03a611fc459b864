"""Tờ khai đăng ký khai sinh, labels and order of the form of Thông tư 04/2020/TT-BTP."""

from __future__ import annotations

import random

from models.synthesis.forms.case import Case, bare, date_in_words
from models.synthesis.forms.parts import (
    Hand,
    entries,
    entry,
    hand,
    national_header,
    recipient,
    signature_block,
    title,
)
from models.synthesis.pages.layout import LEFT, RIGHT, Run, Sheet, paragraph, tick_box
from models.synthesis.text import date_long, date_slash

KIND = "to_khai_dang_ky_khai_sinh"
_TRUE = (
    "Tôi cam đoan nội dung đề nghị đăng ký khai sinh trên đây là đúng sự thật, được sự thỏa thuận nhất trí của các bên "
    "liên quan theo quy định pháp luật."
)
_LIABLE = "Tôi chịu hoàn toàn trách nhiệm trước pháp luật về nội dung cam đoan của mình."


def birth_registration(rng: random.Random, facts: Case) -> list[Sheet]:
    """The form on one sheet, filled by the father or the mother."""
    sheet, style = Sheet(KIND), hand(rng, 12.5)
    asker, relation = rng.choice(((facts.father, "Cha đẻ"), (facts.mother, "Mẹ đẻ")))
    y = title(sheet, "TỜ KHAI ĐĂNG KÝ KHAI SINH", national_header(sheet) + 34)
    y = recipient(sheet, f"Ủy ban nhân dân {facts.unit}, {facts.province}", y + 6, style)
    y = entry(sheet, style, "Họ, chữ đệm, tên người yêu cầu:", "requester_name", asker.name.upper(), y + 4)
    y = entry(sheet, style, "Nơi cư trú:", "requester_residence", facts.address, y)
    papers = f"Căn cước công dân số {asker.personal_id}, cấp ngày {date_slash(asker.id_issued)}"
    y = entry(sheet, style, "Giấy tờ tùy thân:", "requester_id_doc", papers, y)
    y = entry(sheet, style, "Quan hệ với người được khai sinh:", "requester_relation", relation, y)
    lead = Run("Đề nghị cơ quan đăng ký khai sinh cho người dưới đây:", style.label.bold())
    y = paragraph(sheet, [lead], y + 3, align="left", leading=1.6)
    y = _child(sheet, style, facts, y)
    y = _parent(sheet, style, "mẹ", "mother", facts, y)
    y = _parent(sheet, style, "cha", "father", facts, y)
    for sentence in (_TRUE, _LIABLE):
        y = paragraph(sheet, [style.says(sentence)], y + 1, indent=28)
    _close(sheet, rng, style, facts, asker.name, y)
    return [sheet]


def _child(sheet: Sheet, style: Hand, facts: Case, y: float) -> float:
    child = facts.child
    y = entry(sheet, style, "Họ, chữ đệm, tên:", "child_name", child.name.upper(), y)
    words = date_in_words(child.birth)
    runs = [
        style.says("Ngày, tháng, năm sinh: "),
        style.of("child_dob", date_slash(child.birth)),
        style.says(" ghi bằng chữ: "),
        style.of("child_dob_words", words),
    ]
    y = paragraph(sheet, runs, y, align="left", leader=style.leader, leading=1.5)
    sheet.values["child_dob"] = child.birth.isoformat()
    row = (
        ("Giới tính:", "child_gender", child.sex, 0.28),
        ("Dân tộc:", "child_ethnicity", child.ethnic, 0.32),
        ("Quốc tịch:", "child_nationality", "Việt Nam", 0.39),
    )
    y = entries(sheet, style, row, y)
    birthplace = f"{facts.hospital} {bare(facts.province)}"
    y = entry(sheet, style, "Nơi sinh:", "child_birthplace", f"{birthplace}, {facts.unit}, {facts.province}", y)
    return entry(sheet, style, "Quê quán:", "child_hometown", facts.hometown, y)


def _parent(sheet: Sheet, style: Hand, word: str, key: str, facts: Case, y: float) -> float:
    parent = facts.mother if key == "mother" else facts.father
    y = entry(sheet, style, f"Họ, chữ đệm, tên người {word}:", f"{key}_name", parent.name.upper(), y)
    row = (
        ("Năm sinh:", f"{key}_birth_year", str(parent.birth.year), 0.28),
        ("Dân tộc:", f"{key}_ethnicity", parent.ethnic, 0.32),
        ("Quốc tịch:", f"{key}_nationality", "Việt Nam", 0.39),
    )
    y = entries(sheet, style, row, y)
    return entry(sheet, style, "Nơi cư trú:", f"{key}_residence", facts.address, y)


def _close(sheet: Sheet, rng: random.Random, style: Hand, facts: Case, name: str, y: float) -> None:
    middle, width = RIGHT - 128, 256.0
    runs = [
        style.says("Làm tại: "),
        style.of("made_at", facts.unit),
        style.says(", "),
        style.of("made_date", date_long(facts.day)),
    ]
    sheet.values["made_date"] = facts.day.isoformat()
    paragraph(sheet, runs, y + 5, x=LEFT, width=RIGHT - LEFT, align="right")
    signature_block(sheet, rng, ("Người yêu cầu",), "(Ký, ghi rõ họ, chữ đệm, tên)", name, y + 26, middle, width)
    copies = rng.randint(1, 5)
    runs = [style.says("Đề nghị cấp bản sao:")]
    paragraph(sheet, runs, y + 48, align="left")
    for at, (label, ticked) in zip((0.0, 62.0), (("Có", True), ("Không", False)), strict=True):
        paragraph(sheet, [style.says(label)], y + 68, x=LEFT + at, align="left")
        tick_box(sheet, LEFT + at + (19 if ticked else 39), y + 68, ticked)
    paragraph(sheet, [style.says(f"Số lượng: {copies:02d} bản")], y + 88, align="left")
