"""Intervals by bootstrap: lines are drawn again with replacement, and the ratio is measured on each drawing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.evaluation.result import Interval

DRAWINGS = 1000
SEED = 20261124


def ratio(parts: NDArray[np.float64], wholes: NDArray[np.float64]) -> Interval:
    """sum(parts) / sum(wholes) with its 95 % percentile interval (Efron 1979). A value a line in both; the same lines
    give the same interval. 0 with a whole interval of 0..1 when there is nothing to measure."""
    total = float(wholes.sum())
    if not total:
        return Interval(0.0, 0.0, 1.0)
    count = len(parts)
    times = np.random.default_rng(SEED).multinomial(count, np.full(count, 1 / count), size=DRAWINGS)
    drawn = (times @ parts) / np.maximum(times @ wholes, 1e-9)
    low, high = np.percentile(drawn, (2.5, 97.5))
    return Interval(float(parts.sum()) / total, float(low), float(high))
