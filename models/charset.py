"""Which letters a Vietnamese reader must be able to write.

Guarantees that `VIETNAMESE_LETTERS` holds exactly the 134 NFC letters (67 in each case) that the Vietnamese
alphabet adds to ASCII, and that `require_vietnamese` refuses every charset that lacks one of them: a model that
cannot emit a tone mark loses it silently on every page.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from dossiers.errors import HosoError

_TONES = ("\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
_VOWELS = "aăâeêioôơuưy"
_MARKED = "ăâđêôơư"


class CharsetIncomplete(HosoError):
    """A recogniser cannot write every Vietnamese letter; `detail` lists the letters that it lacks."""

    code = "models.charset_incomplete"
    vi = "Bộ ký tự của mô hình nhận dạng thiếu chữ tiếng Việt. Hãy dùng mô hình có đủ 134 chữ cái có dấu."
    en = "The recogniser's charset lacks Vietnamese letters. Use a model that can write all 134 of them."


def _letters() -> str:
    toned = {unicodedata.normalize("NFC", vowel + tone) for vowel in _VOWELS for tone in _TONES}
    lower = sorted(toned | set(_MARKED))
    return "".join(lower) + "".join(letter.upper() for letter in lower)


VIETNAMESE_LETTERS = _letters()


_ASCII = "".join(map(chr, range(0x21, 0x7F)))
_SIGNS = "“”‘’–—…→²³°½§·•«»×±≤≥÷☐☑☒✓₫Ø"
_LATER = "⁰¹⁴⁵⁶⁷⁸⁹µ‰"
"""Marks of footnotes and units; recognisers up to 0.3 write something else for them."""

CHARSET = (*_ASCII, *VIETNAMESE_LETTERS, *_SIGNS, " ", *_LATER)
"""Characters that our own recogniser writes, in the order of its classes after the CTC blank (class 0)."""


def missing_letters(charset: Iterable[str]) -> str:
    """The Vietnamese letters that `charset` lacks, in alphabetical order; empty when it is complete."""
    held = set(charset)
    return "".join(letter for letter in VIETNAMESE_LETTERS if letter not in held)


def require_vietnamese(charset: Iterable[str], owner: str) -> None:
    """Raise `CharsetIncomplete` unless `charset` of the model `owner` holds all 134 letters."""
    missing = missing_letters(charset)
    if missing:
        raise CharsetIncomplete(f"{owner} lacks {len(missing)} of {len(VIETNAMESE_LETTERS)} letters: {missing}")
