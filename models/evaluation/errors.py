"""Character errors: the fewest insertions, deletions and substitutions between what was read and what stands there."""

from __future__ import annotations

import unicodedata


def edits(read: str, truth: str) -> int:
    """Levenshtein distance of the NFC forms, tone-exact."""
    a, b = unicodedata.normalize("NFC", read), unicodedata.normalize("NFC", truth)
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        before, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (x != y))
    return row[-1]
