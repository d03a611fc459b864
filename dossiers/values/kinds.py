"""The kinds of values that forms use, and the parser of each.

The kinds are the vocabulary of `type:` in `config/forms/*.yaml`; the catalogue refuses any other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from config.vocabulary import VALUE_KINDS
from dossiers.values.addresses import parse_address
from dossiers.values.contacts import parse_email, parse_phone
from dossiers.values.dates import date_in_words, parse_birth, parse_date
from dossiers.values.identity import parse_personal_id
from dossiers.values.names import parse_name
from dossiers.values.numbers import parse_money, parse_number
from dossiers.values.result import ParsedValue, bad, good
from dossiers.values.text import clean, fold, tidy

__all__ = ["KINDS", "ParsedValue", "parse"]


def parse_text(raw: str) -> ParsedValue:
    """Free text, cleaned. Anything with a letter or digit passes."""
    return good(clean(raw))


def parse_prose(raw: str) -> ParsedValue:
    """Sentences or a list: a final full stop and leading dashes belong to them."""
    return good(tidy(raw))


def parse_date_words(raw: str) -> ParsedValue:
    """A date written in words; the value stays in words, its meaning must be a possible date."""
    value = clean(raw).strip("()").strip()
    if date_in_words(value):
        return good(value)
    return bad(
        value,
        "date_words.unreadable",
        "Không hiểu được ngày viết bằng chữ. Hãy đối chiếu với ngày viết bằng số và sửa lại.",
        "The date in words cannot be understood. Compare it with the date in digits and correct it.",
    )


def parse_document_number(raw: str) -> ParsedValue:
    """Number and symbol of a document (Nghị định 30/2020/NĐ-CP, Phụ lục I): `15/QĐ-UBND`, no spaces at the slash."""
    value = re.sub(r"\s*([/&])\s*", r"\1", clean(raw))
    value = re.sub(r"\s*-\s*", "-", value).strip()
    if re.fullmatch(r"\d+[a-zA-Z]?/[^\s/]+(?:/[^\s/]+)*", value):
        return good(value)
    return bad(
        value,
        "document_number.form",
        "Số, ký hiệu văn bản không đúng dạng số/ký hiệu (ví dụ 15/QĐ-UBND). Hãy đối chiếu và sửa lại.",
        "Number and symbol are not of the form 15/QĐ-UBND. Compare with the paper and correct them.",
    )


def parse_option(raw: str, options: Sequence[str]) -> ParsedValue:
    """One of the options: exactly, or as the only one meant when tones are forgiven (a reader's slip)."""
    value = clean(raw)
    exact = [option for option in options if option.casefold() == value.casefold()]
    if exact:
        return good(exact[0])
    loose = [option for option in options if fold(option) == fold(value)]
    if len(loose) == 1:
        return good(loose[0])
    return bad(
        value,
        "option.unknown",
        "Giá trị không thuộc các lựa chọn của biểu mẫu. Hãy chọn một trong các lựa chọn in sẵn.",
        "Not one of the form's options. Choose one of the printed options.",
    )


_PARSERS: dict[str, Callable[[str], ParsedValue]] = {
    "text": parse_text,
    "prose": parse_prose,
    "table": parse_text,
    "name": parse_name,
    "date": parse_date,
    "birth": parse_birth,
    "date_words": parse_date_words,
    "personal_id": parse_personal_id,
    "phone": parse_phone,
    "email": parse_email,
    "address": parse_address,
    "number": parse_number,
    "money": parse_money,
    "document_number": parse_document_number,
}
KINDS = VALUE_KINDS


def parse(kind: str, raw: str, *, options: Sequence[str] = ()) -> ParsedValue:
    """Normalise and judge `raw` as a value of `kind` (one of `KINDS`); `options` only for `enum`.

    An empty place is good and empty: whether it may be empty is the form's business, not the value's.
    Raises KeyError for a kind that does not exist, which is a fault of the caller.
    """
    if not re.search(r"\w", clean(raw)):
        return good("")
    return parse_option(raw, options) if kind == "enum" else _PARSERS[kind](raw)
