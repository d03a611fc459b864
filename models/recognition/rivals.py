"""Whether eye and language together would rather have had another word of the same letters with other tones or marks.

The beam search weighs only what the eye finds likely, and the doubt of a line's weakest sign does not say in which word
it stood. Here every word that was read as it was seen is held against its rivals: what the eye gives for their marks at
the very steps of its own, and how much likelier the language finds them between the same neighbours.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.language.shipped import Language
from models.recognition.beam import Steps

WEIGHT = 0.7
"""How much a log-chance of the language counts beside one of the eye."""
_LEAST = 1e-6
"""The eye is never surer against a mark than this."""
CALM = -12.0
"""Log-odds for a rival at which nothing speaks for it."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A word as it was read; `steps`: where the eye saw each of its signs, None when the language changed it."""

    text: str
    steps: tuple[int, ...] | None


def contest(words: Sequence[Seen], chances: Steps, classes: Mapping[str, int], language: Language) -> float:
    """Log-odds for the strongest rival of any of `words`, not less than `CALM`; `chances` [steps, classes] of the line,
    `classes` the class of each sign."""
    most = CALM
    texts = [word.text for word in words]
    for number, word in enumerate(words):
        if word.steps is None or len(word.steps) != len(word.text):
            continue
        before, after = texts[number - 1] if number else "", texts[number + 1] if number + 1 < len(texts) else ""
        for rival, likelier in language.syllables.rivals(word.text, before, after):
            odds = WEIGHT * likelier
            for step, sign, other in zip(word.steps, word.text, rival, strict=True):
                if sign != other:
                    wanted = float(chances[step, classes[other]]) if other in classes else 0.0
                    odds += math.log(max(wanted, _LEAST) / max(float(chances[step, classes[sign]]), _LEAST))
            most = max(most, odds)
    return most
