"""Words in doubt are decided by eye and language together: a prefix beam search over the few time steps of each.

Where the network is sure, what it saw stands. Around a step in doubt the whole word is searched anew: every reading
of its steps, summed over alignments (Graves et al. 2006; prefix search as in Hannun et al. 2014), weighted by how
likely its words follow the word before. Few words of a page are in doubt, so this costs little.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.language.syllables import SyllableModel

BLANK = 0
SURE = 0.97
"""A step whose best class has at least this chance is believed."""
WIDTH = 12
"""Prefixes kept after each step."""
LEAST = 0.003
"""Classes below this chance are not followed (a few hundred classes share a chance of one: one is always above)."""
WEIGHT = 0.45
"""How much a log-chance of the language counts beside one of the eye."""

_ZERO = (0.0, 0.0)
Steps = NDArray[np.float32]


def search(
    chances: Steps, characters: Sequence[str], before: str, after: str, language: SyllableModel
) -> tuple[str, float]:
    """The best reading of `chances` [steps, classes] between two words that stand, and its chance among all readings.

    `before`, `after`: the neighbouring words ("" at the ends of the line).
    """
    beams: dict[str, tuple[float, float]] = {"": (1.0, 0.0)}  # prefix -> (chance ending in blank, in its last sign)
    follows: list[list[tuple[int, float]]] = [[] for _ in chances]
    rows, classes = np.nonzero(chances >= LEAST)
    for row, c, p in zip(rows.tolist(), classes.tolist(), chances[rows, classes].tolist(), strict=True):
        follows[row].append((c, p))
    for follow in follows:
        grown: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
        for prefix, (blank, sign) in beams.items():
            for c, p in follow:
                if c == BLANK:
                    grown[prefix][0] += (blank + sign) * p
                    continue
                character = characters[c - 1]
                if prefix and prefix[-1] == character:
                    grown[prefix][1] += sign * p
                    grown[prefix + character][1] += blank * p
                else:
                    grown[prefix + character][1] += (blank + sign) * p
        kept = sorted(grown.items(), key=lambda entry: -(entry[1][0] + entry[1][1]))[:WIDTH]
        beams = {prefix: (a, b) for prefix, (a, b) in kept}
    scored: dict[str, float] = {}
    for prefix, (a, b) in beams.items():
        reading = " ".join(prefix.split())
        seen = math.log(max(a + b, 1e-30)) + WEIGHT * _language(reading, before, after, language)
        scored[reading] = max(seen, scored.get(reading, -math.inf))
    top = max(scored, key=lambda reading: scored[reading])
    total = sum(math.exp(value - scored[top]) for value in scored.values())
    return top, 1 / total


def _language(reading: str, before: str, after: str, language: SyllableModel) -> float:
    words = reading.split()
    score, last = 0.0, before
    for word in (*words, after) if after else words:
        score += language.score(word, last)
        last = word
    return score
