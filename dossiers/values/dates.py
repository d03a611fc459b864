"""Dates as they are written on Vietnamese papers, in digits and in words, to ISO 8601.

Nghị định 30/2020/NĐ-CP, Phụ lục I: day and month below ten (months one and two) carry a leading zero; people
write without it, so both are read. A year alone is a valid answer to "Năm sinh".
"""

from __future__ import annotations

import re
from datetime import date

from dossiers.values.result import ParsedValue, bad, good
from dossiers.values.text import clean, fold

EARLIEST_YEAR, LATEST_YEAR = 1880, 2100

_LONG = re.compile(r"ngay\D{0,3}(\d{1,2})\s*,?\s*thang\D{0,3}(\d{1,2})\s*,?\s*nam\D{0,3}(\d{4})")
_SHORT = re.compile(r"(?<!\d)(\d{1,2})\s*[/.\-]\s*(\d{1,2})\s*[/.\-]\s*(\d{4})(?!\d)")
_SPACED = re.compile(r"(?<!\d)(\d{1,2})\s+(\d{1,2})\s+(\d{4})(?!\d)")
_ISO = re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)")
_ISO_MONTH = re.compile(r"(\d{4})-(\d{2})")
_YEAR = re.compile(r"(?<!\d)(\d{4})(?!\d)")
_MONTH_YEAR = re.compile(r"(?<![\d/])(?:thang\s*)?(\d{1,2})\s*(?:/|-|,?\s*nam)\s*(\d{4})(?!\d)")

_UNITS = {
    "khong": 0, "linh": 0, "le": 0, "mot": 1, "hai": 2, "ba": 3, "bon": 4, "tu": 4, "nam": 5, "lam": 5, "nham": 5,
    "sau": 6, "bay": 7, "tam": 8, "chin": 9,
}  # fmt: skip


def parse_date(raw: str) -> ParsedValue:
    """A full date -> `yyyy-mm-dd`. Impossible days and years out of 1880..2100 are refused."""
    text = fold(clean(raw))
    if match := _ISO.search(text):
        year, month, day = (int(part) for part in match.groups())
    elif match := _LONG.search(text) or _SHORT.search(text) or _SPACED.search(text):
        day, month, year = (int(part) for part in match.groups())
    elif in_words := date_in_words(raw):
        return good(in_words)
    else:
        return bad(
            clean(raw),
            "date.unreadable",
            "Không đọc được ngày. Hãy nhập theo dạng ngày/tháng/năm, ví dụ 05/03/2024.",
            "This is not a full date. Enter it as day/month/year, for example 05/03/2024.",
        )
    return _checked(day, month, year, clean(raw))


def parse_birth(raw: str) -> ParsedValue:
    """A birth date, or only a birth year (as "Năm sinh" asks) -> `yyyy-mm-dd` or `yyyy`."""
    full = parse_date(raw)
    if full.ok or full.reason_code != "date.unreadable":
        return full
    text = fold(clean(raw))
    if (match := _ISO_MONTH.fullmatch(text)) and 1 <= int(match[2]) <= 12:
        return good(text)
    if (match := _MONTH_YEAR.search(text)) and 1 <= int(match[1]) <= 12:
        return good(f"{int(match[2]):04d}-{int(match[1]):02d}")
    if (match := _YEAR.search(text)) and EARLIEST_YEAR <= int(match[1]) <= LATEST_YEAR:
        return good(match[1])
    return full


def _checked(day: int, month: int, year: int, shown: str) -> ParsedValue:
    try:
        value = date(year, month, day)
    except ValueError:
        return bad(
            shown,
            "date.impossible",
            "Ngày này không có trong lịch. Hãy đối chiếu với giấy tờ và sửa lại ngày, tháng, năm.",
            "No such day exists. Compare with the paper and correct day, month and year.",
        )
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        return bad(
            value.isoformat(),
            "date.implausible",
            "Năm nằm ngoài khoảng hợp lý. Hãy đối chiếu với giấy tờ và sửa lại năm.",
            "The year is out of the plausible range. Compare with the paper and correct the year.",
        )
    return good(value.isoformat())


def date_in_words(raw: str) -> str:
    """`Ngày mười lăm tháng ba năm hai nghìn không trăm hai mươi tư` -> `2024-03-15`; empty when it is no such date.

    Tones are forgiven, so "năm" (year, five) and "lăm" are told apart by what makes a possible date: every "năm" is
    tried as the word before the year.
    """
    words = re.findall(r"[a-z]+", fold(raw))
    if "thang" not in words:
        return ""
    at = words.index("thang")
    day_words = [w for w in words[:at] if w not in ("ngay", "mung", "mong")]
    rest = words[at + 1 :]
    for split in (at for at, word in enumerate(rest) if at and word == "nam"):
        month_words = ["mot" if w == "gieng" else "muoi hai" if w == "chap" else w for w in rest[:split]]
        day = number_in_words(" ".join(day_words))
        month, year = number_in_words(" ".join(month_words)), number_in_words(" ".join(rest[split + 1 :]))
        if day is None or month is None or year is None or year < EARLIEST_YEAR:
            continue
        try:
            return date(year, month, day).isoformat()
        except ValueError:
            continue
    return ""


def number_in_words(text: str) -> int | None:
    """A whole number below ten thousand written in Vietnamese words (tones forgiven), or None."""
    words = re.findall(r"[a-z]+", fold(text))
    if not words:
        return None
    total, pending, seen = 0, 0, False
    for word in words:
        if word in _UNITS:
            total, pending, seen = total + pending, _UNITS[word], True
        elif word == "muoi":
            pending, seen = (pending or 1) * 10, True
        elif word == "chuc":
            pending = (pending or 1) * 10
        elif word == "tram":
            pending *= 100
        elif word in ("nghin", "ngan"):
            total, pending = (total + pending) * 1000, 0
        else:
            return None
    return total + pending if seen else None
