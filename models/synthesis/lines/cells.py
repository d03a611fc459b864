"""What stands alone on forms and in tables: cells, rows of numbers, addresses of the net, digital signatures' marks."""

from __future__ import annotations

import random
from datetime import date

from models.synthesis import text

_UNITS = text.words("m m² ha km kg tấn cái bộ người hộ ngày tháng năm % đồng triệu lần trang bản chiếc xã phường")
_HEADS = text.words(
    "STT|TT|Số TT|Tên đơn vị|Đơn vị tính|ĐVT|Số lượng|Đơn giá|Thành tiền|Ghi chú|Nội dung|Thời gian|Địa điểm|Tổng cộng|"
    "Ký hiệu|Tỉnh, thành phố|Họ và tên|Năm sinh|Quan hệ|Số định danh|Diện tích (m²)|Người ký|Chức danh|Kết quả|Mã số|"
    "Tên địa phương|Cộng|x|X|-|nt|Đạt|Không đạt|Có|Không",
    "|",
)
_SITES = text.words(
    "gov.vn chinhphu.vn moj.gov.vn bocongan.gov.vn dichvucong.gov.vn baohiemxahoi.gov.vn xaydung.gov.vn"
)
_USERS = text.words("vanthu thongtin phongmotcua tiepdan vanphong lienhe hanhchinh bantiepcongdan congan ubnd sotuphap")


def _province(rng: random.Random) -> str:
    name = rng.choice(text.places(rng.choice(("2024", "2025")))).province
    return name.removeprefix("Tỉnh ").removeprefix("Thành phố ") if rng.random() < 0.7 else name


def _commune(rng: random.Random) -> str:
    name = rng.choice(text.places("2025")).commune
    return name.partition(" ")[2] if rng.random() < 0.5 else name


def numbers_in_a_row(rng: random.Random) -> str:
    """`48, 49; 50, 51 đến 59 và 86`: lists of numbers with the signs that join them."""
    digits = rng.choice((1, 2, 2, 2, 3, 4))
    parts = [str(rng.randrange(10 ** (digits - 1), 10**digits)) for _ in range(rng.randint(2, 7))]
    joints = (", ", ", ", "; ", " đến ", " và ", " - ", "-", "; ", ", ", ", ")
    return "".join(part + (rng.choice(joints) if at < len(parts) - 1 else "") for at, part in enumerate(parts))


def _amount(rng: random.Random) -> str:
    number = rng.choice(
        (
            str(rng.randint(0, 999)),
            f"{rng.randint(1, 999)},{rng.randint(0, 99)}",
            f"{rng.randint(1, 99)}.{rng.randint(0, 999):03d}",
        )
    )
    return f"{number} {rng.choice(_UNITS)}" if rng.random() < 0.4 else number


def cell(rng: random.Random) -> str:
    """The content of a table cell: mostly one to four signs or words."""
    kind = rng.random()
    if kind < 0.22:
        return str(rng.randint(0, 9) if rng.random() < 0.3 else rng.randint(1, 9999))
    if kind < 0.36:
        return numbers_in_a_row(rng)
    if kind < 0.52:
        return _province(rng)
    if kind < 0.62:
        return _commune(rng)
    if kind < 0.78:
        return rng.choice(_HEADS)
    if kind < 0.90:
        return _amount(rng)
    letters = "".join(rng.choices("ABCDEFGHKLMNPQRSTUVXYĐ", k=rng.randint(1, 3)))
    return rng.choice(
        (
            letters,
            f"{letters}{rng.randint(1, 99)}",
            f"{rng.randint(11, 99)}{letters}-{rng.randint(100, 99999)}",
            f"{letters}.",
        )
    )


def contact(rng: random.Random) -> str:
    """Addresses of the net and of post, alone or after their label."""
    site = rng.choice(_SITES)
    host = f"{rng.choice(_USERS)}.{site}" if rng.random() < 0.5 else site
    address = rng.choice((
        f"http://{host}", f"https://{host}", f"www.{host}", host, f"{rng.choice(_USERS)}@{site}",
        f"{rng.choice(_USERS)}{rng.randint(1, 99)}@{rng.choice(('gmail.com', site))}",
    ))  # fmt: skip
    label = rng.choice(("", "Email: ", "Website: ", "Thư điện tử: ", "địa chỉ truy cập: ", "tại địa chỉ ", "E-mail:"))
    return f"{label}{address}{rng.choice(('', '', '.', ';', ', ', ')'))}".strip()


def signature_mark(rng: random.Random) -> str:
    """A line of the mark that a digital signature leaves (Nghị định 30/2020/NĐ-CP, annex I)."""
    day = text.day_between(rng, date(2019, 1, 1), date(2027, 1, 1))
    clock = f"{rng.randint(0, 23):02d}:{rng.randint(0, 59):02d}:{rng.randint(0, 59):02d} +07:00"
    moment, agency = f"{day:%d.%m.%Y} {clock}", text.agency(rng)
    return rng.choice((
        f"Người ký: {agency}", f"Người ký: {agency.upper()}", f"Ký bởi: {text.full_name(rng, 'Nam')}",
        f"Cơ quan: {agency}", f"Cơ quan: {agency.upper()}", f"Thời gian ký: {moment}", f"Ngày ký: {moment}",
        "Chữ ký hợp lệ", f"Email: {rng.choice(_USERS)}@{rng.choice(_SITES)}",
    ))  # fmt: skip
