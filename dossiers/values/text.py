"""Vietnamese text: NFC, one Đ, one kind of space, no leader dots; folding for comparison that forgives tones.

Comparisons that decide anything are tone-exact (`clean`); `fold` is for finding what a reader may have misread.
"""

from __future__ import annotations

import re
import unicodedata

# Some packages and readers write Đ as the Icelandic Eth, and quotes or dashes in look-alike forms.
_LOOK_ALIKE = str.maketrans(
    {
        "\u00d0": "Đ",
        "\u00f0": "đ",
        "\u00a0": " ",
        "\u200b": "",
        "\ufeff": "",
        "\u2019": "'",
        "\u2018": "'",
        "\u0110": "Đ",
    }
)
_LEADERS = re.compile(r"(?:[.…·•_‥]\s?){3,}|…+|_{2,}|(?:\.\s?){2,}(?=\s|$)")
_EDGES = " \t:;,.…·•_|-–—"
_NOTE_MARK = re.compile(r"^\s*(?:\(\d{1,2}\)|\[\d{1,2}\])\s*")


def nfc(text: str) -> str:
    """NFC with Đ U+0110 and plain spaces; every text that enters the domain passes through here."""
    return unicodedata.normalize("NFC", text).translate(_LOOK_ALIKE)


def clean(raw: str) -> str:
    """A filled-in value without what the form printed around it: leader dots, note marks such as (1), edges."""
    text = _LEADERS.sub(" ", nfc(raw))
    text = _NOTE_MARK.sub("", re.sub(r"\s+", " ", text))
    text = re.sub(r"\s+([,;:.])", r"\1", text)
    return text.strip(_EDGES)


def fold_char(char: str) -> str:
    """One letter without tone and mark, lower case: "Ệ" -> "e", "Đ" -> "d"."""
    base = unicodedata.normalize("NFD", char)[0].lower()
    return "d" if base in "đð" else base


def fold(text: str) -> str:
    """`text` without tones and marks, lower case, the same number of characters as its NFC form."""
    return "".join(fold_char(char) for char in nfc(text))


def words_of(text: str) -> tuple[str, ...]:
    """The folded words of a text, punctuation dropped: for loose comparison only."""
    return tuple(re.findall(r"\w+", fold(text)))
