"""Character errors: the fewest insertions, deletions and substitutions between what was read and what stands there."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable


def edits(read: str, truth: str) -> int:
    """Levenshtein distance of the NFC forms, tone-exact."""
    a, b = unicodedata.normalize("NFC", read), unicodedata.normalize("NFC", truth)
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        before, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (x != y))
    return row[-1]


def error_rate(pairs: Iterable[tuple[str, str]]) -> float:
    """Character error rate of (read, truth) pairs: all edits over all characters of the truths; 0.0 without any."""
    wrong = signs = 0
    for read, truth in pairs:
        wrong += edits(read, truth)
        signs += len(unicodedata.normalize("NFC", truth))
    return wrong / signs if signs else 0.0
