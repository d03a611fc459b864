"""Edit distance between what was read and what stands there, and what kind of errors the edits are.

Distances come from bit-parallel dynamic programming (Hyyrö 2003, after Myers 1999) on Python's big integers: one pass
over one text with a few operations a sign, which is fast enough to compare a line with every candidate of a page.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Hashable, Sequence

from dossiers.values.text import fold


def edits(read: str, truth: str) -> int:
    """Levenshtein distance of the NFC forms, tone-exact."""
    return distance(unicodedata.normalize("NFC", read), unicodedata.normalize("NFC", truth))


def distance(a: Sequence[Hashable], b: Sequence[Hashable]) -> int:
    """The fewest insertions, deletions and substitutions that make `a` into `b` (signs of texts, or words)."""
    if not a or not b:
        return len(a) or len(b)
    places: dict[Hashable, int] = {}
    for place, item in enumerate(a):
        places[item] = places.get(item, 0) | 1 << place
    all_ones, last = (1 << len(a)) - 1, 1 << (len(a) - 1)
    rises, falls, score = all_ones, 0, len(a)
    for item in b:
        match = places.get(item, 0)
        across = (((match & rises) + rises) ^ rises) | match | falls
        up, down = falls | (all_ones & ~(across | rises)), rises & across
        score += bool(up & last) - bool(down & last)
        up = up << 1 | 1
        rises, falls = (down << 1) | (all_ones & ~(across | up)), up & across
        rises &= all_ones
        falls &= all_ones
    return score


Edit = tuple[str, str]
"""One step of an alignment: (sign of the truth, sign that was read); an empty string where one has no sign."""


def alignment(truth: str, read: str) -> list[Edit]:
    """One cheapest way from `truth` to `read`, left to right; of equally cheap ones that with substitutions last."""
    rows = [list(range(len(read) + 1))]
    for i, x in enumerate(truth, 1):
        above, row = rows[-1], [i]
        for j, y in enumerate(read, 1):
            row.append(min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (x != y)))
        rows.append(row)
    i, j = len(truth), len(read)
    steps: list[Edit] = []
    while i or j:
        if i and j and rows[i][j] == rows[i - 1][j - 1] + (truth[i - 1] != read[j - 1]):
            i, j = i - 1, j - 1
            steps.append((truth[i], read[j]))
        elif i and rows[i][j] == rows[i - 1][j] + 1:
            i -= 1
            steps.append((truth[i], ""))
        else:
            j -= 1
            steps.append(("", read[j]))
    return steps[::-1]


def substitutions(steps: Sequence[Edit]) -> list[Edit]:
    """The pairs of an alignment that differ and have both signs."""
    return [(was, read) for was, read in steps if was and read and was != read]


def wrong_in_tone_only(was: str, read: str) -> bool:
    """Whether two signs are one letter with different tones or marks (`ữ` for `ừ`, `d` for `đ`); case aside."""
    return fold(was) == fold(read) and was.lower() != read.lower()
