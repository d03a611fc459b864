"""Greedy CTC, sign by sign."""

from __future__ import annotations

import numpy as np
import pytest

from models.recognition.ctc import decode

SIGNS = ("a", "n", " ", "a\u0301", ".")


def _decode(best: list[int], chance: list[float]) -> tuple[str, float]:
    return decode(np.array(best, dtype=np.int64), np.array(chance, dtype=np.float32), SIGNS)


def test_runs_collapse_and_blanks_separate() -> None:
    assert _decode([0, 1, 1, 0, 1, 2, 2], [1.0] * 7)[0] == "aan"


def test_a_sign_counts_once_with_the_best_of_its_run() -> None:
    text, confidence = _decode([1, 1, 0, 2], [0.4, 0.9, 0.1, 0.5])
    assert text == "an"
    assert confidence == pytest.approx(0.9 * 0.5), "all signs right: the mean would hide the one in doubt"


def test_text_is_composed_and_trimmed() -> None:
    assert _decode([3, 4, 3], [1.0] * 3)[0] == "\u00e1"


def test_only_blanks_or_spaces_are_nothing_with_no_confidence() -> None:
    assert _decode([0, 0, 0], [0.99] * 3) == ("", 0.0)
    assert _decode([0, 3, 0], [0.99] * 3) == ("", 0.0)


def test_how_many_leader_dots_there_are_is_no_doubt() -> None:
    assert _decode([1, 0, 5, 0, 5, 0, 5], [0.9, 1, 0.3, 1, 0.4, 1, 0.2]) == ("a...", 0.9)
    assert _decode([1, 0, 5], [0.9, 1, 0.5]) == ("a.", 0.45), "one full stop is a sign like others"
