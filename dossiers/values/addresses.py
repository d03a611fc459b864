"""Addresses: which province, and two or three tiers.

Since 2025-07-01 local government has two tiers (province, commune-level unit; 34 provinces, no districts); papers
still carry the three tiers and the 63 provinces of before. Both are accepted; which one it is, is told apart.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from config.places import provinces
from dossiers.values.result import ParsedValue, bad, good
from dossiers.values.text import clean, fold

_KIND = re.compile(r"^(?:tinh|thanh pho|tp\.?)\s+")
_DISTRICT = re.compile(r"\b(?:quan|huyen|thi xa|tx\.?|q\.)\s+\w")
_CITY = re.compile(r"\b(?:thanh pho|tp\.?)\s+(?=\w)")
_COMMUNE = re.compile(r"\b(?:phuong|xa|thi tran|dac khu|p\.|x\.|tt\.)\s*\w")

_SHORT = re.compile(r"^(?:Tỉnh|Thành phố)\s+")
_KINDS = {
    "tinh": ("tỉnh",),
    "phuong": ("phường", "phượng", "phương"),
    "huyen": ("huyện",),
    "xa": ("xã",),
    "so": ("số", "sơ"),
}


@dataclass(frozen=True, slots=True)
class Address:
    """`province` is the full name ("Tỉnh Quảng Ninh"), `tiers` 3 if a district is named, else 2."""

    province: str
    province_code: str
    commune_named: bool
    tiers: int


@lru_cache(maxsize=1)
def _names() -> tuple[tuple[str, str, str], ...]:
    """(folded short name, code, full name), longest first so that no name hides inside another."""
    table = provinces()
    known: dict[str, tuple[str, str]] = {}
    for names in (table.until_2025_06, table.since_2025_07):
        for code, full in names.items():
            known[_KIND.sub("", fold(full))] = (code, full)
    for spelling, code in table.aliases.items():
        known[fold(spelling)] = (code, table.since_2025_07.get(code) or table.until_2025_06[code])
    return tuple(sorted(((name, *found) for name, found in known.items()), key=lambda row: -len(row[0])))


def read_address(raw: str) -> Address | None:
    """The province named last in the address and the tiers it shows; None when no province is named."""
    text = fold(clean(raw))
    best: tuple[int, int, str, str] | None = None
    for name, code, full in _names():
        for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text):
            if best is None or match.end() > best[0]:
                best = (match.end(), match.start(), code, full)
    if best is None:
        return None
    before = text[: best[1]]
    before = _CITY.sub("", before) if before.rstrip().endswith(("thanh pho", "tp", "tp.")) else before
    district = bool(_DISTRICT.search(before)) or bool(_CITY.search(before))
    return Address(best[3], best[2], bool(_COMMUNE.search(before)), 3 if district else 2)


def misread_address(raw: str) -> bool:
    """Whether the province is named with other tones, or a unit's kind ("tỉnh", "phường") is spelt wrong."""
    value = clean(raw)
    found = read_address(value)
    if found is None:
        return True
    spellings = {found.province, *(name for name, code in provinces().aliases.items() if code == found.province_code)}
    exact = any(_SHORT.sub("", spelling).lower() in value.lower() for spelling in spellings)
    kinds = re.findall(r"(?<!\w)[^\W\d_]+(?=\s)", value.lower())
    if fold(value).count("thanh pho") != value.lower().count("thành phố"):
        return True
    return not exact or any(fold(kind) in _KINDS and kind not in _KINDS[fold(kind)] for kind in kinds)


def parse_address(raw: str) -> ParsedValue:
    """The address as written, cleaned; good when it names a province of either list."""
    value = clean(raw)
    if read_address(value) is None:
        return bad(
            value,
            "address.province",
            "Địa chỉ không nêu tỉnh, thành phố. Hãy đối chiếu với giấy tờ và bổ sung xã/phường và tỉnh/thành phố.",
            "The address names no province. Compare with the paper and add commune and province.",
        )
    return good(value)
