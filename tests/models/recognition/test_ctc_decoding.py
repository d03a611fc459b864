"""CTC decoding: the best path sign by sign, and words in doubt decided with the language."""

from __future__ import annotations

import numpy as np
import pytest

from models.language.shipped import shipped
from models.recognition.ctc import decode

SIGNS = ("a", "n", " ", "a\u0301", ".")


def _decode(best: list[int], chance: list[float]) -> tuple[str, float]:
    """Decode steps whose class `best[k]` has `chance[k]`; the rest is spread over the other classes."""
    steps = np.zeros((len(best), len(SIGNS) + 1), dtype=np.float32)
    for row, label, p in zip(steps, best, chance, strict=True):
        row[:] = (1 - p) / len(SIGNS)
        row[label] = p
    evidence = decode(steps, SIGNS)
    return evidence.text, round(evidence.chance, 4)


def _steps(characters: str, *seen: dict[str, float]) -> np.ndarray:
    """One step a dictionary, a blank between two; what a dictionary leaves over is blank."""
    steps = np.zeros((2 * len(seen), len(characters) + 1), dtype=np.float32)
    steps[1::2, 0] = 1
    for row, chances in zip(steps[::2], seen, strict=True):
        for sign, p in chances.items():
            row[characters.index(sign) + 1] = p
        row[0] = 1 - sum(chances.values())
    return steps


LETTERS = "sửađổồi kyTBCAẠ"


def test_a_tone_in_doubt_is_decided_by_the_word_before() -> None:
    sure = [{sign: 1.0} for sign in "sửa "]
    steps = _steps(LETTERS, *sure, {"đ": 1.0}, {"ồ": 0.7, "ổ": 0.3}, {"i": 1.0})
    assert decode(steps, LETTERS).text == "sửa đồi"
    evidence = decode(steps, LETTERS, shipped())
    assert (evidence.text, evidence.overruled) == ("sửa đổi", 1)
    assert 0.5 < evidence.chance < 1.0


def test_what_is_clearly_seen_stands_whatever_the_language_says() -> None:
    steps = _steps(LETTERS, *({sign: 0.99} for sign in "sửa đồi"))
    assert decode(steps, LETTERS, shipped()).text == "sửa đồi"


def test_a_space_in_doubt_is_not_lost_to_the_language() -> None:
    sure = [{sign: 1.0} for sign in "sửa"]
    steps = _steps(LETTERS, *sure, {" ": 0.6}, *({sign: 1.0} for sign in "đổi"))
    assert decode(steps, LETTERS, shipped()).text == "sửa đổi"


def test_an_abbreviation_in_doubt_has_no_mark() -> None:
    steps = _steps(LETTERS, {"B": 1.0}, {"C": 1.0}, {"Ạ": 0.6, "A": 0.4})
    assert decode(steps, LETTERS, shipped()).text == "BCA"


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


@pytest.mark.parametrize(
    ("seen", "written"),
    [("08:44:47 + 07:00", "08:44:47 +07:00"), ("08:44 +07:00", "08:44 +07:00"), ("07:00 - 11:30", "07:00 - 11:30")],
)
def test_the_offset_of_a_clock_has_no_space_behind_its_sign(seen: str, written: str) -> None:
    signs = "0123456789:+- "
    assert decode(_steps(signs, *({sign: 1.0} for sign in seen)), signs).text == written


@pytest.mark.parametrize(
    ("seen", "written"),
    [
        ("tổ chức /cá nhân", "tổ chức/cá nhân"),
        ("tỉnh / thành phố", "tỉnh/thành phố"),
        ("XÃ/ PHƯỜNG", "XÃ/PHƯỜNG"),
        ("cư trú / Nghề nghiệp", "cư trú / Nghề nghiệp"),
        ("Số 148 /QĐ", "Số 148 /QĐ"),
        ("nhận. /.", "nhận. /."),
    ],
)
def test_a_slash_joins_two_words_of_one_case(seen: str, written: str) -> None:
    signs = "".join(sorted(set(seen)))
    assert decode(_steps(signs, *({sign: 1.0} for sign in seen)), signs).text == written
