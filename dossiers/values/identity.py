"""The 12-digit personal number (số định danh cá nhân), and what it says about its holder.

General knowledge, not read in a decree here (Luật Căn cước 2023 and its circulars define it): province code 3
digits (0 + one of the 63 statistical codes), century and sex 1 (even male, odd female; 0/1 = 19xx, 2/3 = 20xx,
...), year of birth 2, random 6. There is no check digit.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from config.places import province_codes
from dossiers.values.result import ParsedValue, bad, good
from dossiers.values.text import nfc

_SEPARATORS = re.compile(r"[\s.|\-_/,\[\]]+")


@dataclass(frozen=True, slots=True)
class PersonalNumber:
    """What the digits say. `gender` is `Nam` or `Nữ`."""

    province: str
    gender: str
    birth_year: int


def digits_of(raw: str) -> str:
    """`raw` without the separators that cells and habits put between digits."""
    return _SEPARATORS.sub("", nfc(raw))


def parse_personal_id(raw: str) -> ParsedValue:
    """12 digits with a known province code; the nine digits of an old identity card are flagged as such."""
    value = digits_of(raw)
    if not value.isascii() or not value.isdigit():
        return bad(
            value,
            "personal_id.characters",
            "Số định danh chỉ gồm chữ số. Hãy đối chiếu với căn cước và nhập lại.",
            "A personal number has digits only. Compare with the identity card and enter it again.",
        )
    if len(value) == 9:
        return bad(
            value,
            "personal_id.old_card",
            "Đây là số chứng minh nhân dân 9 số đã hết giá trị. Hãy đề nghị công dân cung cấp số định danh 12 số.",
            "This is the nine-digit number of an old card, no longer valid. Ask for the 12-digit personal number.",
        )
    if len(value) != 12:
        return bad(
            value,
            "personal_id.length",
            "Số định danh phải đủ 12 chữ số. Hãy đối chiếu với căn cước và nhập lại.",
            "A personal number has 12 digits. Compare with the identity card and enter it again.",
        )
    if not value.startswith("0") or value[1:3] not in province_codes():
        return bad(
            value,
            "personal_id.province",
            "Ba số đầu không phải mã tỉnh, thành phố nào. Hãy đối chiếu với căn cước và nhập lại.",
            "The first three digits are no province's code. Compare with the identity card and enter it again.",
        )
    return good(value)


def read_personal_number(value: str) -> PersonalNumber | None:
    """The facts in a valid 12-digit number, None for anything else."""
    if not parse_personal_id(value).ok:
        return None
    mark = int(value[3])
    return PersonalNumber(value[:3], "Nữ" if mark % 2 else "Nam", 1900 + 100 * (mark // 2) + int(value[4:6]))
