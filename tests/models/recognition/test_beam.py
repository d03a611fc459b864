"""The search is exact where all readings fit into its width, and keeps to the likeliest where they do not."""

from __future__ import annotations

from collections import defaultdict
from itertools import groupby, product

import numpy as np
import pytest

from models.language.shipped import shipped
from models.recognition.beam import LEAST, WIDTH, search, undisputed


def _steps(number: int, steps: int, classes: int) -> np.ndarray:
    """Chances of `classes`, blank first, at random; none too small to be followed."""
    chances = np.random.default_rng(number).uniform(0.1, 1, (steps, classes))
    return np.asarray(chances / chances.sum(axis=1, keepdims=True), dtype=np.float32)


def _readings(chances: np.ndarray, characters: str) -> dict[str, float]:
    """The chance of each reading: the sum over all of its alignments, one by one."""
    found: dict[str, float] = defaultdict(float)
    for path in product(range(chances.shape[1]), repeat=len(chances)):
        reading = "".join(characters[label - 1] for label, _ in groupby(path) if label)
        found[reading] += float(np.prod([row[label] for row, label in zip(chances, path, strict=True)]))
    return found


@pytest.mark.parametrize("number", range(12))
def test_a_reading_has_the_chance_of_all_its_alignments(number: int) -> None:
    chances = _steps(number, 3, 3)
    readings = _readings(chances, "12")  # numbers: the language has no say
    assert len(readings) <= WIDTH
    best = max(readings, key=lambda reading: readings[reading])
    found, chance = search(chances, "12", "", "", shipped())
    assert found == best
    assert chance == pytest.approx(readings[best] / sum(readings.values()), rel=1e-5)


@pytest.mark.parametrize("number", range(6))
def test_a_longer_word_keeps_its_likeliest_readings(number: int) -> None:
    chances = _steps(number, 7, 4) ** 4
    chances /= chances.sum(axis=1, keepdims=True)
    readings = _readings(chances, "123")
    assert len(readings) > WIDTH
    found, chance = search(chances, "123", "", "", shipped())
    assert readings[found] >= 0.8 * max(readings.values())
    assert chance >= readings[found] / sum(readings.values()) - 1e-3


def test_chances_that_are_no_numbers_are_no_reading() -> None:
    assert search(np.full((3, 4), np.nan, np.float32), "123", "", "", shipped()) == ("", 0.0)


def _word(number: int) -> np.ndarray:
    """Steps [n, 5] of blank, `a`, `b`, `c` and space: sure ones, and some that hesitate between two or three."""
    rng = np.random.default_rng(number)
    chances = np.zeros((int(rng.integers(3, 8)), 5))
    for step in chances:
        step[rng.choice(5, size=1 if rng.random() < 0.7 else int(rng.integers(2, 4)), replace=False)] = 1
    chances *= rng.uniform(0.1, 1, chances.shape)
    return np.asarray(chances / chances.sum(axis=1, keepdims=True), dtype=np.float32)


def test_only_words_of_one_reading_are_undisputed() -> None:
    told = 0
    for number in range(800):
        chances = _word(number)
        assert ((chances == 0) | (chances >= LEAST)).all()
        if undisputed(chances, 4):
            readings = {" ".join(reading.split()) for reading, chance in _readings(chances, "abc ").items() if chance}
            best = "".join("abc "[label - 1] for label, _ in groupby(chances.argmax(axis=1).tolist()) if label)
            assert readings == {" ".join(best.split())}
            told += 1
    assert told > 100
