"""Greedy CTC decoding: from probabilities over time to NFC text and a confidence."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

BLANK = 0


def decode(best: NDArray[np.int64], chance: NDArray[np.float32], characters: Sequence[str]) -> tuple[str, float]:
    """One line: `best` class and its `chance` for each time step -> (NFC text, mean chance of its signs in 0..1).

    `characters[k]` is the character of class k + 1. A sign's chance is the highest of its run; no sign: ("", 0.0).
    """
    signs: list[str] = []
    chances: list[float] = []
    before = BLANK
    for label, p in zip(best.tolist(), chance.tolist(), strict=True):
        if label != BLANK and label == before:
            chances[-1] = max(chances[-1], p)
        elif label != BLANK:
            signs.append(characters[label - 1])
            chances.append(p)
        before = label
    text = unicodedata.normalize("NFC", "".join(signs)).strip()
    return (text, round(float(np.mean(chances)), 4)) if text else ("", 0.0)
