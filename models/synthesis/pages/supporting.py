"""Papers that accompany a form: a birth notice of a hospital, an agreement, a consent of a house owner, a table.

They have no fields of their own; their kinds name them in the truth.
"""

from __future__ import annotations

import random

from models.synthesis.forms.case import Case, bare
from models.synthesis.forms.parts import MOTTO, NATION, entries, entry, hand, national_header, signature_block, title
from models.synthesis.pages.ink import Face, width_of
from models.synthesis.pages.layout import LEFT, RIGHT, TOP, Run, Sheet, paragraph, table
from models.synthesis.pages.stamps import seal
from models.synthesis.text import date_long, date_slash

BIRTH_NOTICE = "giay_chung_sinh"
AGREEMENT = "van_ban_thoa_thuan"
CONSENT = "van_ban_dong_y"
FLOOR_TABLE = "bang_ke_dien_tich"
_BODY = Face("Tinos", "regular", 13)


def birth_notice(rng: random.Random, facts: Case) -> list[Sheet]:
    """Giấy chứng sinh: the hospital's notice of birth, with its seal."""
    sheet, style = Sheet(BIRTH_NOTICE), hand(rng, 13)
    province = bare(facts.province)
    hospital = f"{facts.hospital} {province}"
    small, bold = Face("Tinos", "regular", 12), Face("Tinos", "bold", 12)
    for run, y in ((Run(f"SỞ Y TẾ {province.upper()}", small), TOP + 6), (Run(hospital.upper(), bold), TOP + 22)):
        paragraph(sheet, [run], y, x=LEFT - 30, width=230, align="center", leading=1.2)
    sheet.rule(LEFT + 55, TOP + 28, LEFT + 115, TOP + 28, 0.8)
    middle = RIGHT - 122
    for run, y in ((Run(NATION, bold), TOP + 6), (Run(MOTTO, bold.sized(13)), TOP + 22)):
        paragraph(sheet, [run], y, x=middle - 150, width=300, align="center")
    half = width_of(MOTTO, bold.sized(13)) / 2
    sheet.rule(middle - half, TOP + 27, middle + half, TOP + 27, 0.8)
    book = Run(f"Số: {rng.randint(100, 4999)}  Quyển số: {rng.randint(1, 40):02d}", small.italic())
    paragraph(sheet, [book], TOP + 68, align="right")
    y = title(sheet, "GIẤY CHỨNG SINH", TOP + 104, 16) + 8
    mother, child = facts.mother, facts.child
    plain = (
        ("Họ và tên mẹ/Người nuôi dưỡng:", mother.name.upper()),
        ("Ngày, tháng, năm sinh:", date_slash(mother.birth)),
        ("Nơi đăng ký thường trú:", facts.address),
        ("Số CCCD/Căn cước/Số định danh cá nhân:", mother.personal_id),
    )
    for label, raw in plain:
        y = entry(sheet, style, label, "", raw, y)
    row = (("Ngày cấp:", "", date_slash(mother.id_issued), 0.45), ("Dân tộc:", "", mother.ethnic, 0.54))
    y = entries(sheet, style, row, y)
    hour = f"{rng.randint(0, 23):02d} giờ {rng.randint(0, 59):02d} phút, {date_long(child.birth)}"
    y = entry(sheet, style, "Đã sinh con vào lúc:", "", hour, y)
    y = entry(sheet, style, "Tại:", "", hospital, y)
    births = f"0{rng.randint(1, 3)}"
    row = (("Số lần sinh:", "", births, 0.45), ("Số con hiện sống:", "", births, 0.54))
    y = entries(sheet, style, row, y)
    row = (("Số con trong lần sinh này:", "", "01", 0.45), ("Giới tính của con:", "", child.sex, 0.54))
    y = entries(sheet, style, row, y)
    row = (
        ("Cân nặng:", "", f"{rng.randint(27, 40) * 100} gram", 0.45),
        ("Hiện trạng sức khỏe của con:", "", "Bình thường", 0.54),
    )
    y = entries(sheet, style, row, y)
    y = entry(sheet, style, "Dự định đặt tên con là:", "", child.name.upper(), y)
    y = entry(sheet, style, "Người đỡ đẻ:", "", facts.deputy, y)
    place = Run(f"{province}, {date_long(child.birth)}", _BODY.italic())
    paragraph(sheet, [place], y + 14, x=RIGHT - 270, width=270, align="center")
    note = "(Ký, ghi rõ họ tên)"
    signature_block(sheet, rng, ("Cha, mẹ/Người nuôi dưỡng",), note, mother.name, y + 34, LEFT + 92, 190)
    heads = ("THỦ TRƯỞNG", "CƠ SỞ KHÁM BỆNH, CHỮA BỆNH")
    signature_block(sheet, rng, heads, "(Ký tên, đóng dấu)", facts.official, y + 34, RIGHT - 135, 270)
    ring = f"{facts.hospital.upper()} {province.upper()}"
    sheet.stamps.append(("seal", seal(rng, RIGHT - 178, y + 92, ring, "SỞ Y TẾ")))
    return [sheet]


def agreement(rng: random.Random, facts: Case) -> list[Sheet]:
    """An agreement of the parents about the child's family name, in prose, signed by both."""
    sheet, child = Sheet(AGREEMENT), facts.child
    y = title(sheet, "VĂN BẢN THỎA THUẬN", national_header(sheet) + 40)
    head = Run("Về việc xác định họ, dân tộc, quê quán và đặt tên cho con", _BODY.bold())
    y = paragraph(sheet, [head], y, align="center") + 10
    body = [
        f"Hôm nay, {date_long(facts.day)}, tại {facts.address}, chúng tôi gồm:",
        f"1. Ông {facts.father.name}, sinh ngày {date_slash(facts.father.birth)}, số định danh cá nhân "
        f"{facts.father.personal_id}, dân tộc {facts.father.ethnic};",
        f"2. Bà {facts.mother.name}, sinh ngày {date_slash(facts.mother.birth)}, số định danh cá nhân "
        f"{facts.mother.personal_id}, dân tộc {facts.mother.ethnic}.",
        f"Chúng tôi là cha đẻ, mẹ đẻ của cháu sinh ngày {date_slash(child.birth)}, giới tính {child.sex}. Căn cứ Điều "
        "26 Bộ luật Dân sự năm 2015 và Luật Hộ tịch năm 2014, chúng tôi thống nhất thỏa thuận như sau:",
        f"Điều 1. Đặt tên cho con là {child.name.upper()}, mang họ của cha.",
        f"Điều 2. Dân tộc của con được xác định theo dân tộc của cha là {child.ethnic}; quê quán của con: "
        f"{facts.hometown}.",
        f"Điều 3. Ông {facts.father.name} và bà {facts.mother.name} cùng đề nghị Ủy ban nhân dân {facts.unit} đăng ký "
        "khai sinh cho con theo đúng nội dung đã thỏa thuận tại văn bản này.",
        "Văn bản này được lập thành 02 bản có giá trị như nhau, mỗi bên giữ 01 bản. Chúng tôi đã đọc lại, hiểu rõ nội "
        "dung, hoàn toàn tự nguyện và cùng ký tên dưới đây.",
    ]
    for words in body:
        y = paragraph(sheet, [Run(words, _BODY)], y, indent=30, leading=1.45) + 4
    y += 14
    note = "(Ký, ghi rõ họ tên)"
    signature_block(sheet, rng, ("NGƯỜI MẸ",), note, facts.mother.name, y, LEFT + 105, 210)
    signature_block(sheet, rng, ("NGƯỜI CHA",), note, facts.father.name, y, RIGHT - 105, 210)
    return [sheet]


def consent(rng: random.Random, facts: Case) -> list[Sheet]:
    """A house owner's consent to registering residence, in prose, certified by the ward."""
    sheet = Sheet(CONSENT)
    y = title(sheet, "VĂN BẢN ĐỒNG Ý CHO ĐĂNG KÝ CƯ TRÚ", national_header(sheet) + 40) + 2
    to = Run(f"Kính gửi: Công an {facts.unit}, {facts.province}", _BODY)
    y = paragraph(sheet, [to], y, align="center") + 8
    floor, book = round(facts.house.footprint), f"CS {rng.randint(10000, 99999):06d}"
    body = [
        f"Tôi tên là: {facts.landlord}, là chủ sở hữu hợp pháp của ngôi nhà tại địa chỉ {facts.address}, theo Giấy "
        f"chứng nhận quyền sử dụng đất, quyền sở hữu nhà ở và tài sản khác gắn liền với đất số {book}, "
        f"diện tích sử dụng {floor} m2.",
        f"Bằng văn bản này, tôi đồng ý cho gia đình ông {facts.father.name}, số định danh cá nhân "
        f"{facts.father.personal_id}, được đăng ký cư trú tại địa chỉ nêu trên, gồm các thành viên có tên trong bảng "
        "sau:",
    ]
    for words in body:
        y = paragraph(sheet, [Run(words, _BODY)], y, indent=30, leading=1.45) + 4
    head, cell = Face("Tinos", "bold", 12), Face("Tinos", "regular", 12)
    rows = [[[Run(name, head)] for name in ("STT", "Họ và tên", "Ngày sinh", "Số định danh cá nhân", "Ghi chú")]]
    for number, (who, note) in enumerate(((facts.father, "Chủ hộ"), (facts.mother, "Vợ"), (facts.child, "Con")), 1):
        values = (str(number), who.name, date_slash(who.birth), who.personal_id, note)
        rows.append([[Run(value, cell)] for value in values])
    y = table(sheet, (34.0, 160.0, 82.0, 118.0, 68.0), rows, y - 4, LEFT) + 24
    tail = (
        "Thời hạn cho đăng ký cư trú: không xác định thời hạn, cho đến khi có văn bản khác thay thế.",
        "Tôi cam đoan ngôi nhà trên không có tranh chấp, không thuộc địa điểm không được đăng ký thường trú mới theo "
        "Điều 23 Luật Cư trú năm 2020 và chịu trách nhiệm trước pháp luật về nội dung văn bản này.",
    )
    for words in tail:
        y = paragraph(sheet, [Run(words, _BODY)], y, indent=30, leading=1.45) + 4
    made = Run(f"{facts.seat}, {date_long(facts.day)}", _BODY.italic())
    paragraph(sheet, [made], y + 10, x=RIGHT - 250, width=250, align="center")
    heads, note = ("CHỦ SỞ HỮU CHỖ Ở HỢP PHÁP",), "(Ký, ghi rõ họ tên)"
    signature_block(sheet, rng, heads, note, facts.landlord, y + 30, RIGHT - 125, 250)
    return [sheet]


def floor_table(rng: random.Random, facts: Case) -> list[Sheet]:
    """A table of floor areas that a design office made on a computer."""
    sheet = Sheet(FLOOR_TABLE)
    y = title(sheet, "BẢNG KÊ DIỆN TÍCH SÀN XÂY DỰNG", TOP + 20)
    names = (f"Công trình: Nhà ở riêng lẻ của hộ ông {facts.father.name}", f"Địa điểm: {facts.site}")
    for words in names:
        y = paragraph(sheet, [Run(words, _BODY)], y + 2, align="center")
    head, cell = Face("Tinos", "bold", 12), Face("Tinos", "regular", 12)
    labels = ("STT", "Tầng", "Công năng sử dụng", "Diện tích (m2)", "Chiều cao (m)", "Ghi chú")
    rows = [[[Run(name, head)] for name in labels]]
    uses = (
        ("Tầng 1", "Chỗ để xe, phòng khách, bếp và phòng ăn", "3,9"),
        ("Tầng 2", "02 phòng ngủ, phòng sinh hoạt chung, vệ sinh", "3,6"),
        ("Tầng 3", "Phòng thờ, phòng giặt, sân phơi, vệ sinh", "3,6"),
        ("Tum thang", "Thang lên mái, kho", "2,4"),
    )
    total = 0.0
    chosen = (*uses[: facts.house.floors], uses[3])
    for number, (floor, use, height) in enumerate(chosen, 1):
        roof = number == len(chosen)
        area = rng.randint(120, 240) / 10 if roof else facts.house.footprint
        total += area
        values = (str(number), floor, use, f"{area:.1f}".replace(".", ","), height, "Mái tôn" if roof else "BTCT")
        rows.append([[Run(value, cell)] for value in values])
    rows.append([[], [Run("Tổng cộng", head)], [], [Run(f"{total:.1f}".replace(".", ","), head)], [], []])
    y = table(sheet, (32.0, 72.0, 168.0, 66.0, 62.0, 62.0), rows, y + 2, LEFT) + 26
    notes = (
        "Ghi chú: diện tích sàn tính theo kích thước phủ bì của tường bao; chiều cao tầng tính từ mặt sàn hoàn thiện "
        "đến mặt sàn hoàn thiện của tầng trên liền kề; ban công vươn ra không quá 0,9 m so với chỉ giới xây dựng.",
        "Bảng kê này là một phần của hồ sơ thiết kế đề nghị cấp giấy phép xây dựng.",
    )
    for words in notes:
        y = paragraph(sheet, [Run(words, _BODY)], y, indent=30) + 3
    place = Run(f"{facts.seat}, {date_long(facts.day)}", _BODY.italic())
    y = paragraph(sheet, [place], y + 12, x=RIGHT - 250, width=250, align="center")
    for words in ("ĐƠN VỊ LẬP THIẾT KẾ", "CHỦ TRÌ THIẾT KẾ KIẾN TRÚC"):
        y = paragraph(sheet, [Run(words, _BODY.bold())], y, x=RIGHT - 250, width=250, align="center")
    name = Run(facts.designer, _BODY.bold())
    paragraph(sheet, [name], y + 64, x=RIGHT - 250, width=250, align="center")
    return [sheet]
