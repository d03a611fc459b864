"""Is this text real Vietnamese? Used to tell a usable text layer from legacy-font garbage and other people's bad OCR.

Vietnamese syllables obey a small grammar (onset, vowel group, coda, one tone). Text typed with TCVN3 or VNI fonts and
read as Unicode breaks it in most words that have a mark ("Céng hoµ x· héi", "Coäng hoaø xaõ hoäi").
"""

from __future__ import annotations

import re
import unicodedata

_TONES = {"\u0300", "\u0301", "\u0303", "\u0309", "\u0323"}
_ONSET = "ngh|ng|nh|ch|gh|gi|kh|ph|qu|th|tr|[bcdđghklmnpqrstvx]"
_NUCLEUS = (
    "uyê|iêu|yêu|ươi|ươu|uôi|oai|oay|oeo|uây|uya|uyu|uêu|"
    "ai|ao|au|ay|âu|ây|eo|êu|ia|iê|iu|yê|oa|oă|oe|oi|oo|ôi|ơi|ua|uâ|uê|ui|uô|uơ|uy|ưa|ưi|ươ|ưu|"
    "[aăâeêioôơuưy]"
)
_SYLLABLE = re.compile(f"(?:{_ONSET})?(?:{_NUCLEUS})(?:ng|nh|ch|[ckmnpt])?")  # k as in Đắk Lắk
_WORD = re.compile(r"[^\W\d_]+")
# Marks that legacy encodings put where letters should be, inside or at the end of a word.
_LEGACY = re.compile(r"[A-Za-zÀ-ỹ][µ¶·¸¹»¼½¾®©¬­°±²³][A-Za-zÀ-ỹ]?|[®¬­µ·¸¹¶][a-zA-Z]")
_ENOUGH_WORDS = 5
_MARKED_SHARE, _VALID_SHARE, _STRAY_SHARE = 0.25, 0.8, 0.02


def is_syllable(word: str) -> bool:
    """Whether `word` (any case, any normal form) can be a written Vietnamese syllable."""
    base: list[str] = []
    tones = 0
    for char in unicodedata.normalize("NFD", word.lower()):
        if char in _TONES:
            tones += 1
        else:
            base.append(char)
    return tones <= 1 and _SYLLABLE.fullmatch(unicodedata.normalize("NFC", "".join(base))) is not None


def is_real_text(text: str) -> bool:
    """Whether `text` reads as Vietnamese: enough words, marks where they belong, no stray code points."""
    text = unicodedata.normalize("NFC", text)
    visible = [c for c in text if not c.isspace()]
    stray = sum(c == "\ufffd" or unicodedata.category(c) in ("Co", "Cn", "Cc", "Cs") for c in visible)
    words = _WORD.findall(text)
    if (
        len(words) < _ENOUGH_WORDS
        or stray > _STRAY_SHARE * len(visible)
        or len(_LEGACY.findall(text)) > 0.1 * len(words)
    ):
        return False
    marked = [w for w in words if not w.isascii()]
    if len(marked) < _MARKED_SHARE * len(words):
        return False
    return sum(map(is_syllable, marked)) >= _VALID_SHARE * len(marked)
