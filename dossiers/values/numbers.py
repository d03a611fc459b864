"""Quantities with a unit, and money, in the Vietnamese way of writing: 1.250,5 m2; 2.500.000 đồng."""

from __future__ import annotations

import re

from dossiers.values.result import ParsedValue, bad, good
from dossiers.values.text import clean

_QUANTITY = re.compile(r"(?<!\w)[+-]?\d[\d., ]*")


def decimal_of(written: str) -> str:
    """A number as written in Vietnam -> digits with a point, no grouping; "" when it has no digits.

    With both signs the last one is the decimal sign. A lone comma is decimal; a lone point groups thousands if every
    group behind it has three digits and the first is not 0 ("1.250" is 1250, "3.5" is 3.5, "0.125" is 0.125).
    """
    text = re.sub(r"[^\d.,+-]", "", written).rstrip(".,")
    if not re.search(r"\d", text):
        return ""
    dots, commas = text.count("."), text.count(",")
    if dots and commas:
        grouping = "." if text.rfind(",") > text.rfind(".") else ","
        text = text.replace(grouping, "").replace(",", ".")
    elif commas > 1:
        text = text.replace(",", "")
    elif commas:
        text = text.replace(",", ".")
    elif dots:
        head, *groups = text.split(".")
        if all(len(group) == 3 for group in groups) and head.lstrip("+-") not in ("", "0"):
            text = head + "".join(groups)
    return text.lstrip("+")


def parse_number(raw: str) -> ParsedValue:
    """A quantity, its unit dropped -> a decimal number with a point."""
    text = clean(raw)
    match = _QUANTITY.search(text)
    value = decimal_of(match[0]) if match else ""
    try:
        float(value)
    except ValueError:
        return bad(
            text,
            "number.unreadable",
            "Không đọc được số. Hãy đối chiếu với giấy tờ và chỉ nhập chữ số, dấu phẩy thập phân.",
            "This is not a number. Compare with the paper and enter digits only, with a decimal comma.",
        )
    return good(value)


def parse_money(raw: str) -> ParsedValue:
    """An amount in đồng -> digits only. Fractions of a đồng do not occur, so every point and comma groups."""
    text = clean(raw)
    match = _QUANTITY.search(text)
    if not match:
        return bad(
            text,
            "money.unreadable",
            "Không đọc được số tiền. Hãy đối chiếu với giấy tờ và nhập số tiền bằng chữ số.",
            "This is not an amount. Compare with the paper and enter the amount in digits.",
        )
    return good(re.sub(r"\D", "", match[0]))
