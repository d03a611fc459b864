"""Values that pass their rules and still look misread: for an officer's eye, never a reason to refuse.

A reader's usual slip on Vietnamese is a wrong tone or mark. It shows where only few spellings exist: family names,
provinces, the words of dates, and syllables as such.
"""

from __future__ import annotations

import re
import unicodedata

from config.names import surnames
from config.places import province_words
from dossiers.values.addresses import misread_address
from dossiers.values.syllables import is_syllable

_RUNNING = frozenset({"text", "prose", "address", "date_words"})
_LISTED = (
    "ngày mùng mồng tháng năm không một mốt hai ba bốn tư lăm nhăm sáu bảy bẩy tám chín mười mươi trăm nghìn ngàn linh "
    "lẻ giêng chạp"
)
_DATE_WORDS = frozenset(_LISTED.split())


def doubtful(kind: str, value: str) -> bool:
    """Whether a normalised value of `kind` has a spelling that it can hardly have."""
    words = re.findall(r"[^\W\d_]+", unicodedata.normalize("NFC", value))
    if kind == "name":
        family = {word.lower() for word in words[:1]}
        return not family <= surnames() or any(_mixed(word) or not is_syllable(word) for word in words)
    if kind == "date_words":
        return any(word.lower() not in _DATE_WORDS for word in words)
    if kind not in _RUNNING:
        return False
    if kind == "address" and misread_address(value):
        return True
    seen = [word for word in words if not word.isascii() and not _abbreviation(word)]
    return any(_mixed(word) or not (is_syllable(word) or word.lower() in province_words()) for word in seen)


def _abbreviation(word: str) -> bool:
    return len(word) == 1 or (sum(char.isupper() for char in word) > 1 and len(word) < 7)


def _mixed(word: str) -> bool:
    """Small and capital letters in one word, other than a capital at its head."""
    return not (word.islower() or word.isupper() or word[1:].islower())
