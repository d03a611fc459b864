"""Confidence weighs what was noticed, with the coefficients that the weight file carries."""

from __future__ import annotations

import numpy as np
import pytest

from models.language.syllables import shipped
from models.recognition.confidence import NAMES, Confidence, Evidence, observations
from models.training.confidence import fit


def test_coefficients_travel_in_the_metadata() -> None:
    made = Confidence(0.5, tuple(float(n) for n in range(len(NAMES))))
    assert Confidence.from_metadata({"confidence": made.to_metadata()}) == made
    assert Confidence.from_metadata({"charset": "[]"}) is None
    with pytest.raises(ValueError, match="another version"):
        Confidence.from_metadata({"confidence": '{"bias": 1}'})


def test_a_word_that_nobody_writes_speaks_against_a_line() -> None:
    usual, odd = (observations(Evidence(text, 0.99, 0.99, 0), shipped()) for text in ("quy định về", "qụy định về"))
    place = NAMES.index("unknown_words")
    assert (usual[place], odd[place]) == (0.0, 1.0)


def test_fitted_chances_are_the_shares_of_right_lines() -> None:
    rng = np.random.default_rng(4)
    seen = np.zeros((6000, len(NAMES)))
    seen[:, 0] = rng.normal(3, 2, 6000)
    seen[:, 3] = rng.integers(0, 3, 6000)
    true = 1 / (1 + np.exp(-(0.4 + 0.8 * seen[:, 0] - 1.5 * seen[:, 3])))
    right = rng.random(6000) < true
    fitted = fit(seen, right)
    found = np.array([fitted.of(row) for row in seen.tolist()])
    assert np.abs(found - true).mean() < 0.02
    assert fitted.weights[1] == 0.0, "what does not vary carries no weight"


def test_more_doubt_never_makes_a_line_surer() -> None:
    rng = np.random.default_rng(5)
    seen = np.zeros((2000, len(NAMES)))
    seen[:, 0] = rng.normal(0, 2, 2000)
    seen[:, 3] = rng.integers(0, 2, 2000)
    right = rng.random(2000) < 1 / (1 + np.exp(-(seen[:, 0] + 2 * seen[:, 3])))
    assert fit(seen, right).weights[3] == 0.0


def test_lines_of_one_kind_cannot_be_fitted() -> None:
    with pytest.raises(ValueError, match="one kind"):
        fit(np.zeros((3, len(NAMES))), np.array([True, True, True]))
