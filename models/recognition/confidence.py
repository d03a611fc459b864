"""From what was noticed while a line was decoded to the chance that all of it is right.

A monotone network (Sill 1998): a weighted sum of the observations and of a few soft steps of other such sums. No weight
lets an observation that speaks against a line make it surer, alone or beside any others, and what lies far from all
that it was fitted on is never surer for that. Its numbers belong to the weights of one recogniser: they are fitted on
lines that it never saw (`models.training.recogniser.confidence`) and travel in its file (metadata `confidence`, JSON).
Files of recognisers up to 0.4 hold the sum alone. A file without them is judged by its own chances alone.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.recognition.evidence import NAMES

_FORMER = NAMES[:7], NAMES[:12], NAMES[:14]
"""What recognisers up to 0.3, 0.4 and 0.6.2 were fitted on; what they lack carries no weight in them."""
_STEPS = "steps"
Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Confidence:
    """`bias`; `weights` [n], one for each of `NAMES`; of k steps the `heights` [k], `slopes` [k, n], `offsets` [k]."""

    bias: float
    weights: Numbers
    heights: Numbers
    slopes: Numbers
    offsets: Numbers

    def of(self, seen: Sequence[float]) -> float:
        """The chance in 0..1, to four digits, that a line with these observations is right; 0 where one is no number:
        what cannot be weighed is looked at."""
        noticed = np.array(seen, np.float64)
        steps = np.tanh(self.slopes @ noticed + self.offsets)
        score = float(self.bias + self.weights @ noticed + self.heights @ steps)
        if not math.isfinite(score):
            return 0.0
        return round(1 / (1 + math.exp(-max(-30.0, min(30.0, score)))), 4)

    def to_metadata(self) -> str:
        steps = [
            {"height": height, "offset": offset, **dict(zip(NAMES, slopes, strict=True))}
            for height, offset, slopes in zip(
                self.heights.tolist(), self.offsets.tolist(), self.slopes.tolist(), strict=True
            )
        ]
        return json.dumps({"bias": self.bias, **dict(zip(NAMES, self.weights.tolist(), strict=True)), _STEPS: steps})

    @classmethod
    def from_metadata(cls, metadata: Mapping[str, str]) -> Confidence | None:
        """What a file's metadata says; None where it says nothing. `ValueError` when that is none of ours."""
        if "confidence" not in metadata:
            return None
        held = json.loads(metadata["confidence"])
        steps = held.pop(_STEPS, []) if isinstance(held, dict) else []
        known = isinstance(held, dict) and set(held) in [{"bias", *names} for names in (*_FORMER, NAMES)]
        names = set(held) - {"bias"}
        if not known or not isinstance(steps, list) or not all(_is_step(step, names) for step in steps):
            raise ValueError("coefficients of another version")
        made = cls(
            float(held["bias"]),
            np.array([float(held.get(name, 0.0)) for name in NAMES]),
            np.array([float(step["height"]) for step in steps]),
            np.array([[float(step.get(name, 0.0)) for name in NAMES] for step in steps]).reshape(-1, len(NAMES)),
            np.array([float(step["offset"]) for step in steps]),
        )
        numbers = np.concatenate([[made.bias], made.weights, made.heights, made.slopes.ravel(), made.offsets])
        if not np.isfinite(numbers).all():
            raise ValueError("a coefficient is no number")
        return made


def _is_step(held: object, names: Set[str]) -> bool:
    return isinstance(held, dict) and set(held) == {"height", "offset", *names}
