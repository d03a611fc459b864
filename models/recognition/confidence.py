"""From what was noticed while a line was decoded to the chance that all of it is right.

A logistic model over a few observations. Its coefficients belong to the weights of one recogniser: they are fitted on
lines that it never saw (`models.training.confidence`) and travel in its file (metadata `confidence`, JSON). A file
without them is judged by its own chances alone.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.language.syllables import SyllableModel

_LEAST = 1e-4
NAMES = ("eye", "weakest_word", "signs", "unknown_words", "least_likely_word", "stops_and_marks", "overruled")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for and against a line. `chance`: product of the chances of its words; `weakest`: the lowest of them;
    `overruled`: words in which the language overruled the eye."""

    text: str
    chance: float
    weakest: float
    overruled: int


def observations(evidence: Evidence, language: SyllableModel) -> tuple[float, ...]:
    """The numbers that the logistic model weighs, in the order of `NAMES`; each about 0 for a clear line."""
    words = evidence.text.split()
    scores = [language.score(word, before) for before, word in zip(["", *words], words, strict=False)]
    letters = [word for word in words if word.strip(".,;:()“”\"'").isalpha()]
    return (
        _logit(evidence.chance),
        _logit(evidence.weakest),
        math.log1p(len(evidence.text)),
        float(sum(not language.knows(word) for word in letters)),
        -min(scores, default=0.0) / 5,
        math.log1p(sum(not sign.isalnum() and sign != " " for sign in evidence.text)),
        float(evidence.overruled),
    )


def _logit(chance: float) -> float:
    inside = min(max(chance, _LEAST), 1 - _LEAST)
    return math.log(inside / (1 - inside))


@dataclass(frozen=True, slots=True)
class Confidence:
    """`bias` and one weight for each of `NAMES`."""

    bias: float
    weights: tuple[float, ...]

    def of(self, seen: Sequence[float]) -> float:
        """The chance in 0..1, to four digits, that a line with these observations is right."""
        score = self.bias + sum(weight * value for weight, value in zip(self.weights, seen, strict=True))
        return round(1 / (1 + math.exp(-max(-30.0, min(30.0, score)))), 4)

    def to_metadata(self) -> str:
        return json.dumps({"bias": self.bias, **dict(zip(NAMES, self.weights, strict=True))})

    @classmethod
    def from_metadata(cls, metadata: Mapping[str, str]) -> Confidence | None:
        """The coefficients in a file's metadata; None where there are none. `ValueError` when they are not ours."""
        if "confidence" not in metadata:
            return None
        held = json.loads(metadata["confidence"])
        if set(held) != {"bias", *NAMES}:
            raise ValueError("coefficients of another version")
        return cls(float(held["bias"]), tuple(float(held[name]) for name in NAMES))
