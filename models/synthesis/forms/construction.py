"""Đơn đề nghị cấp giấy phép xây dựng, labels and order of form 01 of Nghị định 15/2021/NĐ-CP, annex II."""

from __future__ import annotations

import random
from datetime import timedelta

from models.synthesis import text
from models.synthesis.forms.case import Case, bare, vi_number
from models.synthesis.forms.parts import (
    Hand,
    entries,
    entry,
    hand,
    national_header,
    page_number,
    recipient,
    signature_block,
    title,
)
from models.synthesis.pages.layout import LEFT, RIGHT, TOP, Run, Sheet, paragraph

KIND = "don_de_nghi_cap_gpxd"
_COMMITMENT = (
    "tôi xin cam đoan làm theo đúng giấy phép được cấp, nếu sai tôi xin hoàn toàn chịu trách nhiệm và bị "
    "xử lý theo quy định của pháp luật."
)
_ATTACHED = (
    "1. Bản sao giấy tờ chứng minh quyền sử dụng đất theo quy định của pháp luật về đất đai.",
    "2. 02 bộ bản vẽ thiết kế xây dựng kèm theo bản kê khai năng lực của tổ chức thiết kế.",
    "3. Bản cam kết bảo đảm an toàn đối với công trình liền kề.",
)


def construction_permit(rng: random.Random, facts: Case) -> list[Sheet]:
    """The application on two sheets: who, where and by whom designed; then what is to be built, and the signature."""
    style = hand(rng, 13)
    return [_first(rng, style, facts), _second(rng, style, facts)]


def _heading(sheet: Sheet, style: Hand, words: str, y: float) -> float:
    return paragraph(sheet, [Run(words, style.label.bold())], y + 2, align="left", leading=1.5)


def _first(rng: random.Random, style: Hand, facts: Case) -> Sheet:
    sheet, owner, place = Sheet(KIND), facts.father, facts.place
    y = title(sheet, "ĐƠN ĐỀ NGHỊ CẤP GIẤY PHÉP XÂY DỰNG", national_header(sheet) + 36)
    y = paragraph(sheet, [Run("(Sử dụng cho công trình: Nhà ở riêng lẻ)", style.label.italic())], y - 2, align="center")
    y = recipient(sheet, f"Ủy ban nhân dân {facts.unit}, {facts.province}", y + 6, style)
    y = _heading(sheet, style, "1. Thông tin về chủ đầu tư:", y)
    y = entry(sheet, style, "Tên chủ đầu tư (tên chủ hộ):", "owner_name", owner.name, y)
    row = (("Người đại diện:", "representative", owner.name, 0.58), ("Chức vụ:", "position", "Chủ hộ", 0.41))
    y = entries(sheet, style, row, y)
    number, street = str(facts.house.number), facts.house.street
    address = (
        f"số nhà: {number} đường/phố {street} phường/xã {bare(place.commune)} quận/huyện {bare(place.district)} "
        f"tỉnh/thành phố {bare(place.province)}"
    )
    y = entry(sheet, style, "Địa chỉ liên hệ:", "contact_address", address, y)
    y = entry(sheet, style, "Số điện thoại:", "phone", owner.phone, y)
    y = _heading(sheet, style, "2. Thông tin công trình:", y)
    y = entry(sheet, style, "Địa điểm xây dựng:", "site", facts.site, y)
    lot, area = str(facts.house.lot), vi_number(facts.house.lot_area)
    row = (("Lô đất số:", "lot_no", lot, 0.42), ("Diện tích:", "lot_area", area, 0.40))
    y = _measured(sheet, style, row, "m2.", y)
    sheet.values["lot_area"] = area.replace(",", ".")
    row = (("Tại số nhà:", "site_house_no", number, 0.42), ("Đường/phố:", "site_street", street, 0.57))
    y = entries(sheet, style, row, y)
    row = (
        ("Phường/xã:", "site_ward", bare(place.commune), 0.42),
        ("Quận/huyện:", "site_district", bare(place.district), 0.57),
    )
    y = entries(sheet, style, row, y)
    y = entry(sheet, style, "Tỉnh/thành phố:", "site_province", bare(place.province), y)
    y = _heading(sheet, style, "3. Tổ chức/cá nhân lập, thẩm tra thiết kế xây dựng:", y)
    y = _heading(sheet, style, "3.1. Tổ chức/cá nhân lập thiết kế xây dựng:", y)
    firm = f"Công ty TNHH Tư vấn Kiến trúc và Xây dựng {rng.choice(_FIRMS)}"
    y = entry(sheet, style, "Tên tổ chức/cá nhân:", "designer_name", firm, y)
    y = entry(sheet, style, "Mã số chứng chỉ năng lực/hành nghề:", "designer_cert", _certificate(rng), y)
    lead = f"{facts.designer} - {_certificate(rng)}"
    label = "Tên và mã số chứng chỉ hành nghề của các chủ nhiệm, chủ trì thiết kế:"
    y = entry(sheet, style, label, "designer_leads", lead, y)
    y = _heading(sheet, style, "3.2. Tổ chức/cá nhân thẩm tra thiết kế xây dựng:", y)
    checker = f"Công ty Cổ phần Kiểm định Xây dựng {rng.choice(_FIRMS)}"
    y = entry(sheet, style, "Tên tổ chức/cá nhân:", "checker_name", checker, y)
    entry(sheet, style, "Mã số chứng chỉ năng lực/hành nghề:", "checker_cert", _certificate(rng), y)
    return sheet


def _second(rng: random.Random, style: Hand, facts: Case) -> Sheet:
    sheet = Sheet(KIND)
    page_number(sheet, 2)
    y = _heading(sheet, style, "4. Nội dung đề nghị cấp phép:", TOP + 12)
    row = (
        ("Loại công trình:", "building_type", "Nhà ở riêng lẻ", 0.58),
        ("Cấp công trình:", "building_grade", rng.choice(("III", "IV", "Cấp III", "Cấp IV")), 0.41),
    )
    y = entries(sheet, style, row, y)
    house = facts.house
    measures = (
        ("Diện tích xây dựng:", "footprint", vi_number(house.footprint), "m2."),
        ("Cốt xây dựng:", "ground_level", vi_number(rng.choice((0.3, 0.45, 0.5, 0.6))), "m."),
        ("Tổng diện tích sàn:", "floor_area", vi_number(round(house.footprint * house.floors, 1)), "m2"),
        ("Chiều cao công trình:", "height", vi_number(house.height), "m"),
    )
    for label, key, raw, unit in measures:
        y = _measured(sheet, style, ((label, key, raw, 0.6),), unit, y)
        sheet.values[key] = raw.replace(",", ".")
    y = entry(sheet, style, "Số tầng:", "floors", str(house.floors), y)
    months = str(rng.randint(4, 18))
    label = "5. Dự kiến thời gian hoàn thành công trình:"
    y = _measured(sheet, style, ((label, "completion", months, 0.72),), "tháng.", y)
    y = paragraph(sheet, [style.says("6. Cam kết: "), Run(_COMMITMENT, style.label, "commitment")], y, leading=1.5)
    y = paragraph(sheet, [style.says("Gửi kèm theo Đơn này các tài liệu:")], y, leading=1.5, align="left")
    for line in _ATTACHED:
        y = paragraph(sheet, [style.says(line)], y, leading=1.5, indent=28)
    day = facts.day - timedelta(days=rng.randint(1, 4))
    middle = RIGHT - 126
    made = Run(f"{facts.seat}, {text.date_long(day)}", style.label.italic())
    y = paragraph(sheet, [made], y + 16, x=middle - 140, width=280, align="center")
    heads = ("NGƯỜI LÀM ĐƠN/", "ĐẠI DIỆN CHỦ ĐẦU TƯ")
    signature_block(sheet, rng, heads, "(Ký, ghi rõ họ tên, đóng dấu (nếu có))", facts.father.name, y, middle, 280)
    return sheet


_FIRMS = ("An Phú", "Đất Việt", "Hưng Thịnh", "Kiến Tạo", "Nam Phong", "Sông Hồng Mới", "Việt Hà")


def _measured(sheet: Sheet, style: Hand, row: tuple[tuple[str, str, str, float], ...], unit: str, y: float) -> float:
    """A row whose last value is followed by its unit."""
    below = entries(sheet, style, row, y)
    x = LEFT + 2 * (len(row) - 1) + sum(share for *_, share in row) * (RIGHT - LEFT) + 4
    line = len(sheet.lines) - 1
    if style.leader is None:
        box = sheet.lines[line].box
        x = (box.right * 1.0 if box else x) + 4
    sheet.word(line, x, y, style.says(unit))
    return below


def _certificate(rng: random.Random) -> str:
    return f"{rng.choice(('HAN', 'HCM', 'BXD', 'DAN'))}-{rng.randint(10_000, 99_999):08d}"
