"""Names of people: NFC, Đ U+0110, single spaces; letters only.

Nothing is re-capitalised: a name in capitals on the paper stays so, because the record must show what stood there.
Comparison of two names uses `same_name`, which ignores case but never tones.
"""

from __future__ import annotations

import re

from dossiers.values.result import ParsedValue, bad, good
from dossiers.values.text import clean

_NAME = re.compile(r"[^\W\d_]+(?:['’\-. ]+[^\W\d_]+)*")


def parse_name(raw: str) -> ParsedValue:
    """A personal name of at least two words and letters only."""
    value = re.sub(r"\s*\((?:viết|ghi) (?:in|bằng) [^)]*\)\s*", " ", clean(raw)).strip()
    if not _NAME.fullmatch(value):
        return bad(
            value,
            "name.characters",
            "Họ tên có ký tự không phải chữ cái. Hãy đối chiếu với giấy tờ và sửa lại.",
            "The name has characters that are not letters. Compare with the paper and correct it.",
        )
    if " " not in value:
        return bad(
            value,
            "name.one_word",
            "Họ tên chỉ có một chữ. Hãy đối chiếu với giấy tờ và nhập đủ họ, chữ đệm, tên.",
            "The name has one word only. Compare with the paper and enter the whole name.",
        )
    return good(value)


def same_name(one: str, other: str) -> bool:
    """Whether two names are the same: case and spaces do not matter, tones and marks do."""
    return " ".join(clean(one).casefold().split()) == " ".join(clean(other).casefold().split())
