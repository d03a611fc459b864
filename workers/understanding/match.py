"""Finding a printed phrase in read text although some letters were misread.

Distances are Levenshtein's. The search is Myers' bit-parallel algorithm (J. ACM 46(3), 1999): one pass over the text
for a phrase of any length, so that a page of labels costs milliseconds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hit:
    """`text[start:end]` is within `distance` edits of the phrase."""

    start: int
    end: int
    distance: int


def distance(one: str, other: str) -> int:
    """Levenshtein's distance."""
    if one == other:
        return 0
    before = list(range(len(other) + 1))
    for row, char in enumerate(one, 1):
        now = [row]
        for column, against in enumerate(other, 1):
            now.append(min(before[column] + 1, now[-1] + 1, before[column - 1] + (char != against)))
        before = now
    return before[-1]


def likeness(one: str, other: str) -> float:
    """1 for equal texts, 0 for texts without anything in common."""
    return 1 - distance(one, other) / max(len(one), len(other), 1)


def exact_hits(phrase: str, text: str) -> Iterator[Hit]:
    """Every place where the phrase stands letter by letter, as whole words."""
    at = text.find(phrase)
    while at >= 0:
        end = at + len(phrase)
        if whole_words(text, at, end):
            yield Hit(at, end, 0)
        at = text.find(phrase, at + 1)


def near_hits(phrase: str, text: str, most: int) -> list[Hit]:
    """Places within `most` edits of the phrase, as whole words; of overlapping ones the nearest."""
    found = [hit for end, cost in _ends(phrase, text, most) if (hit := _begin(phrase, text, end, cost)) is not None]
    found.sort(key=lambda hit: (hit.distance, hit.start))
    kept: list[Hit] = []
    for hit in found:
        if all(hit.end <= other.start or hit.start >= other.end for other in kept):
            kept.append(hit)
    return kept


def whole_words(text: str, start: int, end: int) -> bool:
    """Whether the stretch neither begins nor ends inside a word."""
    before = start > 0 and text[start - 1].isalpha() and text[start].isalpha()
    after = end < len(text) and text[end].isalnum() and text[end - 1].isalnum()
    return not before and not after


def _ends(phrase: str, text: str, most: int) -> Iterator[tuple[int, int]]:
    """Ends (exclusive) of stretches within `most` edits, with their distances, left to right."""
    size = len(phrase)
    if not size:
        return
    masks: dict[str, int] = {}
    for at, char in enumerate(phrase):
        masks[char] = masks.get(char, 0) | 1 << at
    full, top = (1 << size) - 1, 1 << (size - 1)
    positive, negative, score = full, 0, size
    for at, char in enumerate(text):
        equal = masks.get(char, 0)
        vertical = equal | negative
        horizontal = (((equal & positive) + positive) ^ positive) | equal
        plus, minus = negative | ~(horizontal | positive) & full, positive & horizontal
        if plus & top:
            score += 1
        elif minus & top:
            score -= 1
        plus, minus = plus << 1, minus << 1  # a hit may begin anywhere: row 0 of the table is all zeros
        positive = (minus | ~(vertical | plus)) & full
        negative = plus & vertical & full
        if score <= most:
            yield at + 1, score


def _begin(phrase: str, text: str, end: int, cost: int) -> Hit | None:
    """The best whole-word beginning of the hit that ends at `end`."""
    slack = cost + 1
    lengths = range(max(1, len(phrase) - slack), len(phrase) + slack + 1)
    window = text[max(0, end - lengths[-1]) : end]
    reverse, target = phrase[::-1], window[::-1]
    costs = _prefix_costs(reverse, target)
    best: Hit | None = None
    for length in lengths:
        start = end - length
        if length > len(target) or start < 0 or costs[length] > cost or not whole_words(text, start, end):
            continue
        if text[start].isspace() or text[end - 1].isspace():
            continue
        if best is None or costs[length] < best.distance:
            best = Hit(start, end, costs[length])
    return best


def _prefix_costs(phrase: str, text: str) -> list[int]:
    """Distance of the whole phrase to each prefix of the text."""
    before = list(range(len(text) + 1))
    for row, char in enumerate(phrase, 1):
        now = [row]
        for column, against in enumerate(text, 1):
            now.append(min(before[column] + 1, now[-1] + 1, before[column - 1] + (char != against)))
        before = now
    return before
