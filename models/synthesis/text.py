"""Fictitious people, addresses, numbers and dates, decided by a `random.Random` that the caller seeds.

Guarantees NFC text with Đ as U+0110; a person whose identity number agrees with province, birth year and sex
(three digits province, one century and sex, two year, six free); place names that exist, in the two-tier scheme of
2025-07-01 and the three-tier one before it. No value is taken from a real person.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

CORPORA = Path(__file__).parent / "corpora"


def words(joined: str, separator: str = " ") -> tuple[str, ...]:
    """A list written as one string."""
    return tuple(joined.split(separator))


_FAMILY_NAMES = (
    ("Nguyễn", 38), ("Trần", 11), ("Lê", 9), ("Phạm", 7), ("Hoàng", 4), ("Huỳnh", 3), ("Phan", 4), ("Vũ", 3),
    ("Võ", 3), ("Đặng", 2), ("Bùi", 2), ("Đỗ", 2), ("Hồ", 2), ("Ngô", 2), ("Dương", 2), ("Lý", 1), ("Đinh", 1),
    ("Trịnh", 1), ("Mai", 1), ("Đoàn", 1), ("Lương", 1), ("Tạ", 1), ("Quách", 1), ("Chu", 1), ("Triệu", 1),
    ("Vi", 1), ("Nông", 1), ("Sầm", 1), ("Giàng", 1), ("Điểu", 1), ("Tôn Nữ", 1), ("Thạch", 1),
)  # fmt: skip
_MIDDLE_MALE = words("Văn Hữu Đức Quốc Minh Công Đình Xuân Thanh Ngọc Quang Gia Bảo Trọng Thế Duy Tuấn Viết Bá Anh")
_MIDDLE_FEMALE = words("Thị Thị Thị Ngọc Thu Thanh Kim Bích Hồng Mỹ Phương Khánh Diễm Quỳnh Thùy Tường Như Ánh Bảo")
_GIVEN_MALE = words(
    "Hùng Dũng Tuấn Hải Nam Sơn Khánh Phúc Thắng Cường Trung Kiên Đạt Long Bình Quân Khoa Thịnh Tiến Vinh Lâm Hiếu "
    "Nghĩa Tâm Toàn Đăng Việt Bách Tùng Huy Phong Khôi Thiện Nguyên Lộc Mạnh Quyết Chiến Hưởng Sỹ Đoàn Cảnh Hoạt"
)
_GIVEN_FEMALE = words(
    "Hoa Lan Hương Hạnh Thảo Trang Linh Ngân Mai Nga Yến Hằng Thủy Nhung Oanh Tuyết Vân Xuân Diệp Hà Loan Phượng Quyên "
    "Thơ Uyên Vy Trinh Nhi Châu Giang My Ngọc Hiền Nguyệt Cẩm Dung Liễu Kiều Thắm Bưởi Huệ Duyên Thúy Tươi Ánh"
)
_STREETS = words(
    "Trần Hưng Đạo|Lê Lợi|Nguyễn Huệ|Hai Bà Trưng|Lý Thường Kiệt|Phan Bội Châu|Nguyễn Trãi|Hoàng Diệu|Quang Trung|"
    "Võ Nguyên Giáp|Điện Biên Phủ|Cách Mạng Tháng Tám|Nguyễn Văn Cừ|Lê Duẩn|Phạm Văn Đồng|Tôn Đức Thắng|Hùng Vương|"
    "Ngô Quyền|Đinh Tiên Hoàng|Bạch Đằng|30 tháng 4|Trường Chinh|Nguyễn Thị Minh Khai|Bùi Thị Xuân|Xô Viết Nghệ Tĩnh",
    "|",
)
_HAMLETS = ("Thôn", "Xóm", "Ấp", "Bản", "Tổ dân phố", "Khu phố", "Buôn", "Khóm")
_HAMLET_NAMES = words(
    "Đông|Đoài|Trung|Thượng|Hạ|Tân Lập|Phú Mỹ|Bình An|Hòa Thạnh|Đồng Tâm|Cầu Ngói|Vĩnh Lợi|Nà Pản", "|"
)
_MOBILE = words("032 033 034 035 036 037 038 039 070 076 077 078 079 081 082 083 085 086 088 090 091 096 098")
_ETHNIC = ("Kinh", "Tày", "Thái", "Mường", "Khmer", "Hoa", "Nùng", "H'Mông", "Dao", "Gia Rai", "Ê Đê", "Ba Na", "Chăm")
_ISSUERS = ("Cục Cảnh sát quản lý hành chính về trật tự xã hội", "Bộ Công an", "Cục Cảnh sát QLHC về TTXH")
_AGENCIES = (
    "UBND tỉnh", "Ủy ban nhân dân xã", "Ủy ban nhân dân phường", "Sở Xây dựng", "Sở Tư pháp", "Sở Nội vụ", "Công an xã",
    "Sở Nông nghiệp và Môi trường", "Chi cục Thuế", "Bảo hiểm xã hội", "Văn phòng Đăng ký đất đai", "Sở Y tế",
    "Trung tâm Phục vụ hành chính công", "Phòng Kinh tế, Hạ tầng và Đô thị", "Sở Khoa học và Công nghệ",
)  # fmt: skip
_SYMBOLS = (
    "QĐ-UBND", "CV-UBND", "TB-UBND", "GP-SXD", "NĐ-CP", "TT-BTP", "TT-BCA", "TT-BNV", "NQ-HĐND", "QH15", "KH-UBND",
    "PCCC&CNCH-P6", "C06-P5", "STP-HCTP", "BXD-QLN", "GXN-UBND", "TTr-SNV", "BC-STNMT", "UBND-VX1", "VPCP-KSTT",
    "TTLT-BTNMT-BNV", "QĐ-TTg", "CT-TTg", "GM-VP", "BB-HĐ", "HD-BHXH", "SY-UBND", "BKHCN-CĐSQG",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """A commune: `scheme` is "2025" (two-tier, `district` empty) or "2024"; `code` is the province's in ids."""

    scheme: str
    code: str
    province: str
    district: str
    commune: str


@dataclass(frozen=True, slots=True)
class Person:
    """A fictitious citizen. `sex` is "Nam" or "Nữ"; `personal_id` has 12 digits that agree with the rest."""

    full_name: str
    sex: str
    birth: date
    personal_id: str
    id_issued: date
    id_issuer: str
    ethnic: str
    phone: str
    email: str
    address: str
    old_address: str
    birthplace: str


@cache
def places(scheme: str) -> tuple[Place, ...]:
    """All communes of one scheme ("2025" or "2024") in the order of `corpora/places.tsv`."""
    lines = (CORPORA / "places.tsv").read_text(encoding="utf-8").splitlines()
    found = (Place(*line.split("\t")) for line in lines if not line.startswith("#"))
    return tuple(place for place in found if place.scheme == scheme)


@cache
def prose() -> tuple[str, ...]:
    """Lines of official legal prose, NFC, in the order of `corpora/legal_lines.txt`."""
    return tuple((CORPORA / "legal_lines.txt").read_text(encoding="utf-8").splitlines())


def words_of_dictionary() -> tuple[str, ...]:
    """Words of Vietnamese, of one syllable or several, in small letters, NFC: `corpora/words.txt`."""
    return tuple((CORPORA / "words.txt").read_text(encoding="utf-8").splitlines())


def full_name(rng: random.Random, sex: str) -> str:
    """A name of two to four words, as on a birth certificate: "Nguyễn Thị Thu Hương"."""
    names, weights = zip(*_FAMILY_NAMES, strict=True)
    middle, given = (_MIDDLE_MALE, _GIVEN_MALE) if sex == "Nam" else (_MIDDLE_FEMALE, _GIVEN_FEMALE)
    parts = [rng.choices(names, weights)[0]]
    if rng.random() > 0.04:
        parts.append(rng.choice(middle))
    if rng.random() < 0.3:
        parts.append(rng.choice(given))
    parts.append(rng.choice(given))
    return " ".join(parts)


def _house(rng: random.Random, commune: str) -> str:
    if commune.startswith(("Phường", "Thị trấn")) and rng.random() < 0.85:
        number = f"{rng.randint(1, 480)}" + rng.choice(("", "", "", "A", "B", f"/{rng.randint(1, 60)}"))
        lane = rng.choice(("", "", f"ngõ {rng.randint(2, 300)}, ", f"hẻm {rng.randint(2, 300)}, "))
        street = rng.choice(("đường ", "phố ", "")) + rng.choice(_STREETS)
        return f"{rng.choice(('Số ', 'số nhà ', ''))}{number}, {lane}{street}"
    name = rng.choice((str(rng.randint(1, 19)), rng.choice(_HAMLET_NAMES)))
    return f"{rng.choice(_HAMLETS)} {name}"


def address_at(rng: random.Random, place: Place) -> str:
    """A house or hamlet in `place`, from the smallest unit to the province."""
    parts = (_house(rng, place.commune), place.commune, place.district, place.province)
    return ", ".join(part for part in parts if part)


def address_two_tier(rng: random.Random) -> str:
    """An address in the scheme since 2025-07-01: house, commune, province."""
    return address_at(rng, rng.choice(places("2025")))


def address_three_tier(rng: random.Random) -> str:
    """An address in the scheme before 2025-07-01: house, commune, district, province."""
    return address_at(rng, rng.choice(places("2024")))


def day_between(rng: random.Random, first: date, last: date) -> date:
    """A day from `first` to `last`, both included."""
    return first + timedelta(days=rng.randint(0, (last - first).days))


def date_slash(day: date) -> str:
    """`05/03/2024`."""
    return day.strftime("%d/%m/%Y")


def date_long(day: date) -> str:
    """`ngày 05 tháng 3 năm 2024`: two digits for days under 10 and months 1 and 2 (Decree 30/2020/NĐ-CP, annex I)."""
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"


def personal_id(rng: random.Random, province_code: str, sex: str, birth: date) -> str:
    """Twelve digits: 0 + province, century and sex (0/1 = 19xx male/female, 2/3 = 20xx), year, six free digits."""
    century_and_sex = (birth.year // 100 - 19) * 2 + (sex == "Nữ")
    return f"0{province_code}{century_and_sex}{birth.year % 100:02d}{rng.randint(0, 999_999):06d}"


def phone(rng: random.Random) -> str:
    """A mobile number with a prefix in use, ten digits."""
    prefix = rng.choice(_MOBILE)
    return f"{prefix}{rng.randint(0, 9_999_999):07d}"


def money(rng: random.Random) -> str:
    """An amount in đồng with points between thousands: `1.250.000 đồng`."""
    amount = rng.randint(1, 99_999) * 10 ** rng.choice((2, 3, 3, 4, 5))
    return f"{amount:,}".replace(",", ".") + rng.choice((" đồng", " đồng", "đ", " VNĐ", ""))


def document_number(rng: random.Random) -> str:
    """Number and symbol of a document: `2243/PCCC&CNCH-P6`, `83/2017/NĐ-CP`, `123/QĐ-UBND`."""
    symbol = rng.choice(_SYMBOLS)
    number = str(rng.randint(1, 9999)) if rng.random() < 0.8 else f"{rng.randint(1, 99):02d}"
    needs_year = symbol.startswith(("NĐ", "TT", "QH", "NQ")) or rng.random() < 0.1
    return f"{number}/{rng.randint(2005, 2026)}/{symbol}" if needs_year else f"{number}/{symbol}"


def agency(rng: random.Random) -> str:
    """An agency at a place: `Ủy ban nhân dân xã Tân Lập, tỉnh Đồng Nai`."""
    name, place = rng.choice(_AGENCIES), rng.choice(places("2025"))
    if name.endswith(("xã", "phường")):
        kind, _, rest = place.commune.partition(" ")
        return f"{name.rsplit(' ', 1)[0]} {kind.lower()} {rest}, {place.province[0].lower()}{place.province[1:]}"
    short = place.province.removeprefix("Tỉnh ").removeprefix("Thành phố ")
    return f"{name} {short}" if name.endswith("tỉnh") else f"{name} {place.province[0].lower()}{place.province[1:]}"


def person(rng: random.Random, *, youngest: int = 18, oldest: int = 80, on: date = date(2026, 6, 1)) -> Person:
    """A fictitious citizen whose age in years on the day `on` lies between `youngest` and `oldest`."""
    sex = rng.choice(("Nam", "Nữ"))
    name = full_name(rng, sex)
    birth = day_between(rng, on - timedelta(days=int(oldest * 365.25)), on - timedelta(days=int(youngest * 365.25)))
    origin, home = rng.choice(places("2024")), rng.choice(places("2025"))
    issued_from = max(date(2021, 1, 4), min(birth + timedelta(days=14 * 366), on - timedelta(days=30)))
    issued = day_between(rng, issued_from, on)
    return Person(
        full_name=name,
        sex=sex,
        birth=birth,
        personal_id=personal_id(rng, origin.code, sex, birth),
        id_issued=issued,
        id_issuer="Bộ Công an" if issued >= date(2024, 7, 1) else rng.choice(_ISSUERS),
        ethnic=rng.choices(_ETHNIC, (40, *(1 for _ in _ETHNIC[1:])))[0],
        phone=phone(rng),
        email=f"congdan{rng.randint(1000, 9999)}@example.vn",
        address=address_at(rng, home),
        old_address=address_three_tier(rng),
        birthplace=f"{origin.commune}, {origin.district}, {origin.province}",
    )
