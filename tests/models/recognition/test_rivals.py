"""A word is held against words of the same letters by eye and language together."""

from __future__ import annotations

import numpy as np
import pytest

from models.charset import CHARSET
from models.language.shipped import shipped
from models.recognition.beam import Steps
from models.recognition.ctc import decode
from models.recognition.rivals import CALM, Seen, contest

CLASSES = {sign: number for number, sign in enumerate(CHARSET, 1)}


def _seen(text: str, **others: float) -> tuple[list[Seen], Steps]:
    """The words of `text` and the chances of its signs, a step for each: 1, but at `ế`, where `others` have theirs."""
    chances = np.zeros((len(text), len(CHARSET) + 1), np.float32)
    for step, sign in enumerate(text):
        chances[step, CLASSES[sign]] = 1.0
    for sign, chance in others.items():
        chances[text.index("ế"), [CLASSES[sign], CLASSES["ế"]]] = chance, 1 - chance
    words, start = [], 0
    for word in text.split(" "):
        words.append(Seen(word, tuple(range(start, start + len(word)))))
        start += len(word) + 1
    return words, chances


def _contest(text: str, **others: float) -> float:
    words, chances = _seen(text, **others)
    return contest(words, chances, CLASSES, shipped())


def test_a_likelier_word_counts_as_far_as_the_eye_allows_it() -> None:
    sure, doubtful = _contest("hiến thị"), _contest("hiến thị", ể=0.01)
    assert CALM < sure < doubtful
    assert doubtful == pytest.approx(sure + np.log(0.01 / 0.99 / 1e-6), abs=0.01)


def test_what_the_eye_gives_for_a_sign_that_makes_no_word_does_not_count() -> None:
    assert _contest("hiến thị", ẹ=0.01) == pytest.approx(_contest("hiến thị"), abs=0.02)


def test_a_word_that_fits_better_than_its_rivals_is_calmer() -> None:
    assert _contest("kiến nghị", ể=0.01) < _contest("hiến thị", ể=0.01) - 3


def test_what_the_language_changed_and_numbers_have_no_rivals() -> None:
    _, chances = _seen("hiến thị", ể=0.01)
    assert contest([Seen("hiển", None), Seen("thị", None)], chances, CLASSES, shipped()) == CALM
    assert _contest("2026 12/3") == CALM
    assert contest([], chances, CLASSES, shipped()) == CALM


def test_a_decoded_line_carries_its_contest() -> None:
    _, chances = _seen("hiến thị", ể=0.01)
    blank = np.zeros_like(chances)
    blank[:, 0] = 1.0
    steps = np.stack([chances, blank], axis=1).reshape(-1, chances.shape[1])
    assert decode(steps, CHARSET, shipped()).contested == pytest.approx(_contest("hiến thị", ể=0.01), abs=0.01)
    assert decode(steps, CHARSET).contested == CALM
