"""What is noticed while a line is decoded, as numbers that speak for or against it."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from itertools import pairwise

from dossiers.values.syllables import is_syllable
from models.language.shipped import Language

NAMES = (
    "eye", "weakest_word", "signs", "unknown_words", "least_likely_word", "stops_and_marks", "overruled",
    "weakest_sign", "hazy_signs", "likelier_marks", "odd_writing", "cut_ink", "weakest_mark", "commas_before_capitals",
    "unread_ink",
)  # fmt: skip
MORE_IS_BETTER = frozenset({"eye", "weakest_word"})
"""All others speak against a line."""
_LEAST, _NO_DOUBT = 1e-4, 1e-5
_PALE = 0.25
"""Ink at the end of a crop up to so dark is the blur of a sign that is whole."""
_L = r"[^\W\d_]"
_ODD = re.compile(
    rf"^[.,;:'`´·\"”’]|(?<=\w) [.,;:](?= |$)|{_L}{{3}}[.,;:]{_L}{{2}}|['`´]|\d{_L}+\d|\b[OIl]\d|\d[OIl]\b"
    r"|\d[:;]\d{3}(?!\d)|[,;]\.|\.,|;;|/\d \d+/|\d[.,] \d\d?\b|^\d\d?[,;:] (?!\d)"
)
"""What hardly anybody prints: a stop before a line or inside a word, letters among digits, a number torn apart, no
full stop behind a line's number (and a semicolon before a capital or a number, a word of mixed capitals, a word of
Vietnamese letters that is none)."""
AROUND = ".,;:()“”\"'"
"""What stands around a word and is no part of it."""
_PARTS = re.compile(r"[\W\d_]")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for and against a line. `chance`: product of the chances of its words; `weakest`: the lowest of them;
    `overruled`: words in which the language overruled the eye; `doubts`: of each sign that was seen, spaces and
    leader dots left out, how much its chance lacks to 1; `mark_doubt`: the most of it among signs that are neither
    letters nor digits, of which the language knows little; `seen_at`: the time steps at which a sign other than a space
    may be; `cut`, `unread`: what its ink says (`models.recognition.ink`).
    """

    text: str
    chance: float
    weakest: float
    overruled: int
    doubts: tuple[float, ...] = ()
    mark_doubt: float = 0.0
    seen_at: tuple[int, ...] = ()
    cut: float = 0.0
    unread: float = 0.0


NOTHING = Evidence("", 0.0, 0.0, 0)
"""Of a crop without a sign."""


def observations(evidence: Evidence, language: Language) -> tuple[float, ...]:
    """The numbers that a line's confidence weighs, in the order of `NAMES`; each about 0 for a clear line."""
    words = evidence.text.split()
    scores = [language.syllables.score(word, before) for before, word in zip(["", *words], words, strict=False)]
    letters = [word for word in words if word.strip(AROUND).isalpha()]
    doubts = evidence.doubts or (0.0,)
    return (
        _logit(evidence.chance),
        _logit(evidence.weakest),
        math.log1p(len(evidence.text)),
        float(sum(not language.syllables.knows(word) for word in letters)),
        -min(scores, default=0.0) / 5,
        math.log1p(sum(not sign.isalnum() and sign != " " for sign in evidence.text)),
        float(evidence.overruled),
        _grade(max(doubts)),
        _grade(sum(doubts) / len(doubts)),
        language.syllables.rival(words) / 5,
        math.log1p(_oddities(evidence.text) + sum(_misspelt(word, language) for word in letters)),
        max(0.0, evidence.cut - _PALE),
        _grade(evidence.mark_doubt),
        float(sum(one[-1] == "," and other[0].isupper() for one, other in pairwise(words))),
        10 * evidence.unread,  # tenths of a line's height: a dot of a leader is 1
    )


def _oddities(text: str) -> int:
    mixed = sum(_mixed(word) for word in _PARTS.split(text))
    words = text.split()
    broken = sum(one[-1] == ";" and not other[0].islower() for one, other in pairwise(words))
    return len(_ODD.findall(text)) + mixed + broken


def _misspelt(word: str, language: Language) -> bool:
    """Whether a word with Vietnamese letters breaks the rules of spelling and stands nowhere in the corpora: `Đóài`."""
    core = word.strip(AROUND)
    return not core.isascii() and not is_syllable(core) and not language.syllables.knows(core)


def _mixed(word: str) -> bool:
    """Whether capitals and small letters change in a word otherwise than after its first letter."""
    return word.isalpha() and not (word[1:].islower() or word.isupper() or len(word) == 1)


def _grade(doubt: float) -> float:
    """0 for no doubt, 1 more for each ten times as much, up to 5."""
    return math.log10(max(doubt, 0.0) / _NO_DOUBT + 1)


def _logit(chance: float) -> float:
    inside = min(max(chance, _LEAST), 1 - _LEAST)
    return math.log(inside / (1 - inside))
