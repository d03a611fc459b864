"""The story behind a dossier: a family that lives somewhere, the agency it turns to, the day it does so.

Guarantees that the papers of one dossier agree with each other (names, numbers, addresses, dates) and that all of it is
fictitious and decided by the seed.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta

from models.synthesis import text
from models.synthesis.text import Place

_DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_MONTHS = ("một", "hai", "ba", "tư", "năm", "sáu", "bảy", "tám", "chín", "mười", "mười một", "mười hai")


@dataclass(frozen=True, slots=True)
class Citizen:
    """A fictitious person as papers name one."""

    name: str
    sex: str
    birth: date
    personal_id: str
    id_issued: date
    ethnic: str
    phone: str
    email: str


@dataclass(frozen=True, slots=True)
class House:
    """The house that the family wants to build; areas in square metres, heights in metres."""

    lot: int
    map_sheet: int
    lot_area: float
    number: int
    street: str
    footprint: float
    floors: int

    @property
    def height(self) -> float:
        return round(self.floors * 3.6 + 1.5, 1)


@dataclass(frozen=True, slots=True)
class Case:
    """One dossier's facts. `place` is where the family lives and files; `day` is the day of filing."""

    place: Place
    old_place: Place
    father: Citizen
    mother: Citizen
    child: Citizen
    address: str
    old_address: str
    hometown: str
    hospital: str
    official: str
    deputy: str
    designer: str
    landlord: str
    house: House
    day: date

    @property
    def unit(self) -> str:
        """`phường Ô Chợ Dừa`: whose agency acts, inside a sentence; before 2025-07-01 the district."""
        return lower_first(self.place.district or self.place.commune)

    @property
    def seat(self) -> str:
        """`Ô Chợ Dừa`: the name of the unit without its kind, as before a date."""
        return bare(self.unit)

    @property
    def area(self) -> str:
        """`phường Ô Chợ Dừa, thành phố Hà Nội`: every level from the commune up, inside a sentence."""
        return ", ".join(lower_first(part) for part in _units(self.place))

    @property
    def site(self) -> str:
        """The address of the building site."""
        return f"Số {self.house.number}, đường {self.house.street}, {self.area}"

    @property
    def province(self) -> str:
        return lower_first(self.place.province)


def lower_first(words: str) -> str:
    return words[:1].lower() + words[1:]


def bare(unit: str) -> str:
    """The name of a unit without its kind: `quận Ba Đình` gives `Ba Đình`."""
    for kind in ("thành phố ", "thị xã ", "thị trấn ", "phường ", "quận ", "huyện ", "tỉnh ", "xã "):
        if unit.lower().startswith(kind):
            return unit[len(kind) :]
    return unit


def case(rng: random.Random, scheme: str = "2025") -> Case:
    """Invent a dossier's facts, filed in 2026, or (`scheme` "2024") before districts ended in July 2025."""
    late = scheme == "2025"
    first, last = (date(2026, 2, 2), date(2026, 11, 13)) if late else (date(2025, 3, 3), date(2025, 6, 20))
    day = text.day_between(rng, first, last)
    place = rng.choice([each for each in text.places(scheme) if each.commune.startswith("Phường")])
    origin = rng.choice(text.places(scheme))
    towns = [old for old in text.places("2024") if old.commune.startswith(("Phường", "Thị trấn"))]
    old_place = rng.choice(towns)
    father = _citizen(rng, "Nam", place.code, date(1984, 1, 1), date(1998, 12, 31), day)
    mother = _citizen(rng, "Nữ", origin.code, date(1987, 1, 1), date(2000, 12, 31), day)
    sex = rng.choice(("Nam", "Nữ"))
    born = day - timedelta(days=rng.randint(6, 48))
    family_name = father.name.split(" ")[0]
    given = text.full_name(rng, sex).split(" ")[1:] or ["An"]
    child = Citizen(
        name=" ".join([family_name, *given]),
        sex=sex,
        birth=born,
        personal_id=text.personal_id(rng, place.code, sex, born),
        id_issued=day,
        ethnic=father.ethnic,
        phone=father.phone,
        email=father.email,
    )
    return Case(
        place=place,
        old_place=old_place,
        father=father,
        mother=mother,
        child=child,
        address=_address(rng, place),
        old_address=_address(rng, old_place),
        hometown=", ".join(lower_first(part) for part in _units(origin)),
        hospital=rng.choice(("Bệnh viện Phụ sản", "Bệnh viện Đa khoa", "Bệnh viện Sản - Nhi")),
        official=text.full_name(rng, "Nam"),
        deputy=text.full_name(rng, rng.choice(("Nam", "Nữ"))),
        designer=text.full_name(rng, "Nam"),
        landlord=text.full_name(rng, rng.choice(("Nam", "Nữ"))),
        house=_house(rng),
        day=day,
    )


def _house(rng: random.Random) -> House:
    area = rng.randint(620, 2400) / 10
    return House(
        lot=rng.randint(11, 899),
        map_sheet=rng.randint(3, 78),
        lot_area=area,
        number=rng.randint(2, 320),
        street=rng.choice(("Trần Hưng Đạo", "Lê Lợi", "Nguyễn Huệ", "Quang Trung", "Hùng Vương", "Ngô Quyền")),
        footprint=round(area * rng.uniform(0.55, 0.8), 1),
        floors=rng.randint(1, 3),
    )


def vi_number(number: float) -> str:
    """A number with a decimal comma: `95,7`."""
    return f"{number:g}".replace(".", ",")


def _units(place: Place) -> list[str]:
    return [part for part in (place.commune, place.district, place.province) if part]


def _address(rng: random.Random, place: Place) -> str:
    """An address as officials write it: kinds of units in lower case."""
    address = text.address_at(rng, place)
    for part in _units(place):
        address = address.replace(f", {part}", f", {lower_first(part)}")
    return address


def _citizen(rng: random.Random, sex: str, code: str, first: date, last: date, day: date) -> Citizen:
    birth = text.day_between(rng, first, last)
    return Citizen(
        name=text.full_name(rng, sex),
        sex=sex,
        birth=birth,
        personal_id=text.personal_id(rng, code, sex, birth),
        id_issued=text.day_between(rng, date(2021, 3, 1), day - timedelta(days=60)),
        ethnic=rng.choices(("Kinh", "Tày", "Mường", "Khmer", "Chăm"), (30, 1, 1, 1, 1))[0],
        phone=text.phone(rng),
        email=f"congdan{rng.randint(1000, 9999)}@example.vn",
    )


def two_digits_in_words(number: int) -> str:
    """0..99 in Vietnamese words: 5 is `năm`, 15 `mười lăm`, 21 `hai mươi mốt`, 24 `hai mươi tư`."""
    tens, ones = divmod(number, 10)
    if tens == 0:
        return _DIGITS[ones]
    unit = {0: "", 1: " một" if tens == 1 else " mốt", 4: " bốn" if tens == 1 else " tư", 5: " lăm"}
    return ("mười" if tens == 1 else f"{_DIGITS[tens]} mươi") + unit.get(ones, f" {_DIGITS[ones]}")


def date_in_words(day: date) -> str:
    """`Ngày mười hai tháng tư năm hai nghìn không trăm hai mươi sáu`; years 2001 to 2099."""
    rest = day.year % 100
    year = f"hai nghìn không trăm {'linh ' if rest < 10 else ''}{two_digits_in_words(rest)}"
    return f"Ngày {two_digits_in_words(day.day)} tháng {_MONTHS[day.month - 1]} năm {year}"
