"""What print never does, mended in a line that was read.

Only rules that hold whatever the line says, so that no misprint of the paper is improved: a sign that exists in one
form alone cannot have been another one, and a space that no reader can tell from a wide sign is written one way.
"""

from __future__ import annotations

import re

from dossiers.values.syllables import is_syllable
from dossiers.values.text import bare

_OFFSET = re.compile(r"(\d\d:\d\d(?::\d\d)? ?\+) (\d\d:\d\d)\b")
_RAISED = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_SLASH = re.compile(r"(?<=[^\W\d_]) ?/ (?=[^\W\d_])|(?<=[^\W\d_]) /(?=[^\W\d_])")
_SEMICOLON = re.compile(r"(?<=[^\W_]);(?=[^\W_])")
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|\b(?:https?://|www\.)\S+")
_MONEY = re.compile(r"(?<![\d.:;])\d{1,3}(?:[.:;]\d{3}){2,}(?![\d.:;])")
_LEFT_DOT = re.compile(r"^\.(?=\d{1,2}\. )")
_FLOATING = re.compile(r"(?<=[^\W\d_]) \.$")
_ALIKE = re.compile(r"\b([copsuvwxzôơư])([^\W\d_]{2,})\b")


def as_printed(text: str) -> str:
    """The NFC text with these mended:

    - a clock's offset from UTC has no space behind its sign (ISO 8601), however wide a font sets it;
    - a slash between two words of one case joins them (tỉnh/thành phố), however wide a font sets it;
    - a semicolon ends a member of a list and has a space behind it, however narrow one is set;
    - mail and web addresses are written without Vietnamese marks (RFC 5321, RFC 3986);
    - the thousands of one number are parted by one sign: `4:401.000` is `4.401.000`;
    - a line's number has no stop before it: that is the last dot of a leader;
    - a full stop stands at its word: one behind a space at the end of a line is the rest of a leader, or dirt;
    - nothing is raised above nothing: digits that stand alone are no footnote's mark, however high in their box;
    - letters whose two cases have one shape are capitals before capitals: `pHÓ` is `PHÓ`, where that is a syllable.
    """
    text = text.translate(_DIGITS) if _RAISED.fullmatch(text) else text
    text = _OFFSET.sub(r"\1\2", text)
    text = _SLASH.sub(lambda at: "/" if text[at.start() - 1].isupper() == text[at.end()].isupper() else at[0], text)
    text = _ADDRESS.sub(lambda found: bare(found[0]), text)
    text = _MONEY.sub(lambda found: re.sub("[:;]", ".", found[0]) if "." in found[0] else found[0], text)
    text = _FLOATING.sub("", _LEFT_DOT.sub("", text))
    text = _ALIKE.sub(_capital, text)
    return text if _ADDRESS.search(text) else _SEMICOLON.sub("; ", text)


def _capital(found: re.Match[str]) -> str:
    word = found[0]
    return word.upper() if word[1:].isupper() and is_syllable(word.lower()) else word
