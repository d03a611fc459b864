"""CTC decoding: from chances over time to NFC text and a confidence.

Where every step is sure the best path stands; words in doubt are searched anew with the language beside the eye
(`models.recognition.beam`). A line's chance is the chance that every sign is right: the product of the signs' chances
and of the chances of the readings that were searched. (The mean of the signs' chances hides the one sign in doubt
among forty sure ones: on 1,500 synthetic lines, 84 of them misread, a threshold of 0.85 found 6 % of the misread lines
by the mean and 86 % by the product.) Leader dots are left out: how many there are tells nothing.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from models.language.shipped import Language
from models.recognition.beam import BLANK, SURE, Steps, search, undisputed
from models.recognition.evidence import NOTHING, Evidence
from models.recognition.typography import as_printed

_DOTS = frozenset(".…")
_FOUND = 0.05
"""From this chance on a sign that the search found behind a blank may have been seen at a step."""


def decode(chances: Steps, characters: Sequence[str], language: Language | None = None) -> Evidence:
    """One line: float32 [steps, classes], each row summing to 1 -> its NFC text and what speaks for it.

    `characters[k]` is the character of class k + 1. No sign: empty text, chance 0. Without `language` the best path
    stands.
    """
    best, top = chances.argmax(axis=1), chances.max(axis=1)
    words: list[str] = []
    sures: list[float] = []
    doubts: list[float] = []
    mark_doubt = 0.0
    overruled = 0
    space = characters.index(" ") + 1 if " " in characters else -1
    spans = list(_spans(best, top, space))
    nothing = [BLANK, space] if space > BLANK else [BLANK]
    seen = ~np.isin(best, nothing)
    for number, (start, end) in enumerate(spans):
        signs, sure = _best_path(best[start:end], top[start:end], characters)
        plain = "".join(signs)
        told = _that_matter(signs, sure)
        doubts += [1 - chance for sign, chance in told if sign != " "]
        mark_doubt = max([mark_doubt, *(1 - chance for sign, chance in told if sign != " " and not sign.isalnum())])
        if language is None or float(top[start:end].min()) >= SURE or not set(plain) - _DOTS:
            words.append(plain)
            sures.append(math.prod(chance for _, chance in told))
            continue
        if undisputed(chances[start:end], max(space, BLANK)):
            words.append(plain)
            sures.append(1.0)
            continue
        before = words[-1].split(" ")[-1] if words else ""
        after = _first_word(best, top, spans[number + 1 :], characters)
        found, chance = search(chances[start:end], characters, before, after, language)
        words.append(found)
        sures.append(chance)
        overruled += found != " ".join(plain.split())
        if len(found) > len(plain):
            seen[start:end] |= np.delete(chances[start:end], nothing, axis=1).max(axis=1) >= _FOUND
    text = as_printed(" ".join(unicodedata.normalize("NFC", " ".join(words)).split()))
    if not text:
        return NOTHING
    seen_at = tuple(np.flatnonzero(seen).tolist())
    return Evidence(text, math.prod(sures), min(sures), overruled, tuple(doubts), mark_doubt, seen_at)


def _spans(best: NDArray[np.int64], top: NDArray[np.float32], space: int) -> Iterator[tuple[int, int]]:
    """The stretches of steps between spaces that are sure."""
    start = 0
    for at in np.flatnonzero((best == space) & (top >= SURE)).tolist():
        if at > start:
            yield start, at
        start = at + 1
    if start < len(best):
        yield start, len(best)


def _first_word(
    best: NDArray[np.int64], top: NDArray[np.float32], spans: Sequence[tuple[int, int]], characters: Sequence[str]
) -> str:
    for start, end in spans:
        signs, _ = _best_path(best[start:end], top[start:end], characters)
        if words := "".join(signs).split():
            return words[0]
    return ""


def _best_path(
    best: NDArray[np.int64], top: NDArray[np.float32], characters: Sequence[str]
) -> tuple[list[str], list[float]]:
    """The signs of the most likely class at each step, and the highest chance of each sign's run."""
    signs: list[str] = []
    chances: list[float] = []
    before = BLANK
    for label, p in zip(best.tolist(), top.tolist(), strict=True):
        if label != BLANK and label == before:
            chances[-1] = max(chances[-1], p)
        elif label != BLANK:
            signs.append(characters[label - 1])
            chances.append(p)
        before = label
    return signs, chances


def _that_matter(signs: Sequence[str], chances: Sequence[float]) -> list[tuple[str, float]]:
    """All signs with their chances, but dots that stand beside dots."""
    around = ["", *signs, ""]
    return [
        (sign, chance)
        for place, (sign, chance) in enumerate(zip(signs, chances, strict=True), start=1)
        if sign not in _DOTS or not ({around[place - 1], around[place + 1]} & _DOTS or sign == "…")
    ]
