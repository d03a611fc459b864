"""Words in doubt are decided by eye and language together: a prefix beam search over the few time steps of each.

Where the network is sure, what it saw stands. Around a step in doubt the whole word is searched anew: every reading
of its steps, summed over alignments (Graves et al. 2006; prefix search as in Hannun et al. 2014), weighted by how
likely its words follow the word before. Few words of a page are in doubt, so this costs little.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from models.language.shipped import Language

BLANK = 0
SURE = 0.985
"""A step whose best class has at least this chance is believed."""
WIDTH = 12
"""Prefixes kept after each step."""
LEAST = 0.003
"""Classes below this chance are not followed (a few hundred classes share a chance of one: one is always above)."""
WEIGHT = 0.45
"""How much a log-chance of the language counts beside one of the eye."""

Steps = NDArray[np.float32]
Beams = dict[str, tuple[float, float]]
"""By prefix: its chances ending in a blank and in its last sign."""


def undisputed(chances: Steps, space: int) -> bool:
    """Whether all readings of `chances` [steps, classes] are one and the same, as where steps in doubt stand alone and
    hesitate only about where one sign ends and the next begins: so it is with half of all words in doubt.

    `space`: its class; spaces at the ends tell nothing.
    """
    followed = chances >= LEAST
    doubtful = np.flatnonzero(followed.sum(axis=1) != 1)
    if (np.diff(doubtful) == 1).any():
        return False
    best = np.concatenate([[space], chances.argmax(axis=1), [space]])
    before, after = best[doubtful], best[doubtful + 2]
    others = followed[doubtful]
    each = np.arange(len(doubtful))
    others[each, before] = others[each, after] = others[:, BLANK] = False
    return not (before == after).any() and not others.any()


def search(chances: Steps, characters: Sequence[str], before: str, after: str, language: Language) -> tuple[str, float]:
    """The best reading of `chances` [steps, classes] between two words that stand, and its chance among all readings.

    `before`, `after`: the neighbouring words ("" at the ends of the line).
    """
    signs: list[list[tuple[str, float]]] = [[] for _ in chances]
    steps, classes = np.nonzero(chances[:, BLANK + 1 :] >= LEAST)
    likely = chances[steps, classes + BLANK + 1]
    for step, c, p in zip(steps.tolist(), classes.tolist(), likely.tolist(), strict=True):
        signs[step].append((characters[c], p))
    beams = {"": (1.0, 0.0)}
    for blank, follow in zip(chances[:, BLANK].tolist(), signs, strict=True):
        beams = _grown(beams, blank if blank >= LEAST else 0.0, follow)
        if len(beams) > WIDTH:
            beams = dict(sorted(beams.items(), key=_chance, reverse=True)[:WIDTH])
    if not beams:  # chances that are no numbers
        return "", 0.0
    scored: dict[str, float] = {}
    for prefix, (a, b) in beams.items():
        reading = " ".join(prefix.split())
        seen = math.log(max(a + b, 1e-30)) + WEIGHT * _language(reading, before, after, language)
        scored[reading] = max(seen, scored.get(reading, -math.inf))
    top = max(scored, key=lambda reading: scored[reading])
    total = sum(math.exp(value - scored[top]) for value in scored.values())
    return top, 1 / total


def _grown(beams: Beams, blank: float, signs: Sequence[tuple[str, float]]) -> Beams:
    """The prefixes one step later; `signs` with their chances, `blank` the chance of none."""
    if not signs:  # nothing is added
        return {prefix: ((a + b) * blank, 0.0) for prefix, (a, b) in beams.items()} if blank else {}
    before = {prefix: a + b for prefix, (a, b) in beams.items()}
    ends: dict[str, float] = {}  # chances of ending in the last sign
    for prefix, (after_blank, after_sign) in beams.items():
        last = prefix[-1:]
        for sign, p in signs:
            if sign == last:  # a sign goes on, or comes anew after a blank
                ends[prefix] = ends.get(prefix, 0.0) + after_sign * p
                new = after_blank * p
            else:
                new = before[prefix] * p
            if new:
                ends[prefix + sign] = ends.get(prefix + sign, 0.0) + new
    grown = {prefix: (0.0, chance) for prefix, chance in ends.items()}
    if blank:
        grown |= {prefix: (chance * blank, ends.get(prefix, 0.0)) for prefix, chance in before.items()}
    return grown


def _chance(entry: tuple[str, tuple[float, float]]) -> float:
    return entry[1][0] + entry[1][1]


def _language(reading: str, before: str, after: str, language: Language) -> float:
    words = [before, *reading.split(), after]
    score = sum(language.syllables.score(word, last) for last, word in pairwise(words if after else words[:-1]))
    return score + sum(language.stops.score(*around) for around in zip(words, words[1:], words[2:], strict=False))
