"""Tờ khai thay đổi thông tin cư trú (CT01), labels and order of the form of Thông tư 66/2023/TT-BCA."""

from __future__ import annotations

import random

from models.synthesis.forms.case import Case, Citizen
from models.synthesis.forms.parts import Hand, entries, entry, hand, national_header, recipient, title
from models.synthesis.pages.ink import Face
from models.synthesis.pages.layout import LEFT, RIGHT, Run, Sheet, digit_cells, paragraph, table
from models.synthesis.pages.stamps import signature
from models.synthesis.text import date_long, date_slash

KIND = "ct01_thay_doi_thong_tin_cu_tru"
_BASIS = "Mẫu CT01 ban hành kèm theo Thông tư số 66/2023/TT-BCA ngày 17/11/2023"
_HEADS = ("Họ, chữ đệm và tên", "Ngày, tháng, năm sinh", "Giới tính", "Số định danh cá nhân", "Mối quan hệ với chủ hộ")
_SIGNERS = (
    "Ý KIẾN CỦA CHỦ HỘ",
    "Ý KIẾN CỦA CHỦ SỞ HỮU CHỖ Ở HỢP PHÁP",
    "Ý KIẾN CỦA CHA, MẸ HOẶC NGƯỜI GIÁM HỘ",
    "NGƯỜI KÊ KHAI",
)


def residence_change(rng: random.Random, facts: Case) -> list[Sheet]:
    """The form on one sheet, filed by the father, who heads the household; mother and child move with him or not."""
    sheet, style, filer = Sheet(KIND), hand(rng, 12.5), facts.father
    basis = Run(_BASIS, Face("Tinos", "italic", 9.5))
    paragraph(sheet, [basis], 44, x=RIGHT - 178, width=178, align="right", leading=1.15)
    y = title(sheet, "TỜ KHAI THAY ĐỔI THÔNG TIN CƯ TRÚ", national_header(sheet, 84) + 32)
    y = recipient(sheet, f"Công an {facts.unit}, {facts.province}", y + 4, style)
    y = entry(sheet, style, "1. Họ, chữ đệm và tên:", "full_name", filer.name.upper(), y + 2)
    row = (
        ("2. Ngày, tháng, năm sinh:", "dob", date_slash(filer.birth), 0.56),
        ("3. Giới tính:", "gender", filer.sex, 0.43),
    )
    y = entries(sheet, style, row, y)
    sheet.values["dob"] = filer.birth.isoformat()
    y = _number(sheet, style, "4. Số định danh cá nhân:", "personal_id", filer.personal_id, y)
    row = (
        ("5. Số điện thoại liên hệ:", "phone", filer.phone, 0.51),
        ("6. Email:", "email", filer.email, 0.48),
    )
    y = entries(sheet, style, row, y)
    y = entry(sheet, style, "7. Họ, chữ đệm và tên chủ hộ:", "household_head_name", filer.name.upper(), y)
    y = entry(sheet, style, "8. Mối quan hệ với chủ hộ:", "relation_to_head", "Chủ hộ", y)
    y = _number(sheet, style, "9. Số định danh cá nhân của chủ hộ:", "household_head_id", filer.personal_id, y)
    y = entry(sheet, style, "10. Nội dung đề nghị:", "request_content", _request(rng, facts), y)
    y = paragraph(sheet, [style.says("11. Những thành viên trong hộ gia đình cùng thay đổi:")], y, align="left")
    members = ((facts.mother, "Vợ"), (facts.child, "Con"))
    y = _members(sheet, members, y - 8)
    place = facts.seat
    made = Run(f"{place}, {date_long(facts.day)}", style.label.italic())
    y = paragraph(sheet, [made], y + 20, align="right")
    _opinions(sheet, rng, facts, y + 1)
    return [sheet]


def _request(rng: random.Random, facts: Case) -> str:
    what = rng.choice(("Đăng ký thường trú", "Đăng ký thường trú cho cả gia đình"))
    return f"{what} tại địa chỉ {facts.address}; chuyển đến từ {facts.old_address}."


def _number(sheet: Sheet, style: Hand, label: str, key: str, digits: str, y: float) -> float:
    row = sheet.new_line()
    x, spot = LEFT, label.split(" ")
    for word in spot:
        x = sheet.word(row, x, y + 2, style.says(word)) + 3.2
    digit_cells(sheet, digits, key, max(x + 6, RIGHT - 12 * 17.5), y + 2, style.value)
    return y + style.label.size * 1.5 + 3


def _members(sheet: Sheet, members: tuple[tuple[Citizen, str], ...], y: float) -> float:
    head, cell = Face("Tinos", "bold", 11), Face("Tinos", "regular", 11)
    widths = (26.0, 124.0, 72.0, 44.0, 98.0, 98.0)
    rows = [[[Run(name, head)] for name in ("TT", *_HEADS)]]
    for number, (who, relation) in enumerate(members, 1):
        values = (who.name, date_slash(who.birth), who.sex, who.personal_id, relation)
        rows.append([[Run(str(number), cell)], *([Run(value, cell, "members_table")] for value in values)])
    rows.extend([[Run("", cell)]] * len(widths) for _ in range(5 - len(members)))
    return table(sheet, widths, rows, y, LEFT)


def _opinions(sheet: Sheet, rng: random.Random, facts: Case, y: float) -> None:
    """Four columns of opinions; the owner of the house and the filer have signed."""
    head, note = Face("Tinos", "bold", 9.5), Face("Tinos", "italic", 9.5)
    width = (RIGHT - LEFT + 24) / 4
    names = (facts.father.name, facts.landlord, "", facts.father.name)
    for number, (title_of, name) in enumerate(zip(_SIGNERS, names, strict=True)):
        x = LEFT - 12 + number * width
        below = paragraph(sheet, [Run(title_of, head)], y, x=x + 3, width=width - 6, align="center", leading=1.15)
        paragraph(sheet, [Run("(Ký, ghi rõ họ tên)", note)], max(below, y + 34), x=x, width=width, align="center")
        if name:
            middle = x + width / 2
            sheet.stamps.append(("signature", signature(name, middle, y + 62, width=74, height=32)))
            paragraph(sheet, [Run(name, head.sized(11))], y + 98, x=x, width=width, align="center", leading=1.15)
