"""Vietnamese text: NFC, one Đ, one kind of space, no leader dots; folding for comparison that forgives tones.

Comparisons that decide anything are tone-exact (`clean`); `fold` is for finding what a reader may have misread.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

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
_EDGES_LEFT = " \t:;,.…·•_|"
_EDGES_RIGHT = " \t:;,…·•_|-–—"
_EDGES = " \t:;,.…·•_|-–—"
_NOTE_MARK = re.compile(r"^\s*(?:\(\d{1,2}\)|\[\d{1,2}\])\s*")


def nfc(text: str) -> str:
    """NFC with Đ U+0110 and plain spaces; every text that enters the domain passes through here."""
    return unicodedata.normalize("NFC", text).translate(_LOOK_ALIKE)


def tidy(raw: str) -> str:
    """A filled-in text without what the form printed around it: leader dots, note marks such as (1), stray signs.

    A dash that begins a list and the full stop of a sentence stay.
    """
    text = _LEADERS.sub(" ", nfc(raw))
    text = _NOTE_MARK.sub("", re.sub(r"\s+", " ", text))
    text = re.sub(r"\s+([,;:.])", r"\1", text)
    return text.lstrip(_EDGES_LEFT).rstrip(_EDGES_RIGHT)


def clean(raw: str) -> str:
    """A filled-in value: tidy, and no sign at either end."""
    return tidy(raw).strip(_EDGES)


def bare(text: str) -> str:
    """`text` (taken as NFC) without tones and marks, case kept, character by character: "Đệm" -> "Dem"."""
    return "".join(_bare_char(char) for char in text)


def fold(text: str) -> str:
    """NFC of `text` without tones and marks, lower case, character by character: "Đệm" -> "dem"."""
    return bare(nfc(text)).lower()


@lru_cache(maxsize=4096)
def _bare_char(char: str) -> str:
    base = unicodedata.normalize("NFD", char)[0]
    return {"Đ": "D", "đ": "d"}.get(base, base)
