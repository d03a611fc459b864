"""How far a line's confidence can be believed, and how many lines an officer must look at because of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BINS = 15
FOUND = 0.95
"""Share of misread lines that the review threshold must find."""
_STEPS = 10_000  # confidences have four digits


@dataclass(frozen=True, slots=True)
class Bin:
    """Lines whose confidence lies in one of the `BINS` equal parts of 0..1: how many, their mean confidence, and the
    share of them that was right."""

    lines: int
    confidence: float
    right: float


def reliability(confidence: NDArray[np.float64], right: NDArray[np.bool_]) -> list[Bin]:
    """The bins that hold lines, from low to high confidence. Both arrays have a value a line."""
    place = np.minimum((confidence * BINS).astype(int), BINS - 1)
    held = ((place == number) for number in range(BINS))
    return [
        Bin(int(chosen.sum()), float(confidence[chosen].mean()), float(right[chosen].mean()))
        for chosen in held
        if chosen.any()
    ]


def expected_calibration_error(confidence: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """Mean distance between confidence and share right over the bins, weighted by lines (Naeini et al. 2015); 0 for
    no lines."""
    total = len(confidence)
    bins = reliability(confidence, right)
    return float(sum(each.lines * abs(each.confidence - each.right) for each in bins)) / total if total else 0.0


def review(confidence: NDArray[np.float64], right: NDArray[np.bool_]) -> tuple[float, float]:
    """(threshold, share of all lines below it): the smallest threshold, in steps of 0.0001, below which at least 95 %
    of the misread lines lie. (0, 0) when none is misread."""
    wrong = np.sort(confidence[~right])
    if not len(wrong):
        return 0.0, 0.0
    needed = wrong[int(np.ceil(FOUND * len(wrong))) - 1]
    threshold = (int(np.floor(round(float(needed) * _STEPS, 6))) + 1) / _STEPS
    return threshold, float((confidence < threshold).mean())


def asked(confidence: NDArray[np.float64], right: NDArray[np.bool_], below: float) -> tuple[float, float]:
    """(share of all lines, share of the misread ones) with a confidence less than `below`; 1 where none is misread."""
    asks = confidence < below
    return float(asks.mean()) if asks.size else 0.0, float(asks[~right].mean()) if not right.all() else 1.0
