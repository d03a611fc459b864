"""Stops are weighed by the word before and by what follows; what has no stop is not judged."""

from __future__ import annotations

import pytest

from models.language.shipped import shipped


@pytest.mark.parametrize(
    ("right", "wrong", "after"),
    [
        ("như sau:", "như sau;", ""), ("bao gồm:", "bao gồm;", ""), ("các (gồm):", "các (gồm);", ""),
        (" 4.", " 4,", "Số"), ("Điều 12.", "Điều 12:", "Chính"), ("bộ, ngành,", "bộ, ngành;", "địa"),
        ("chữ đệm, tên:", "chữ đệm, tên;", ""), ("Quê quán:", "Quê quán:;", "xã"),
    ],
)  # fmt: skip
def test_the_stop_that_is_written_is_likelier(right: str, wrong: str, after: str) -> None:
    model = shipped().stops
    assert model.score(*right.rsplit(" ", 1), after) == 0.0
    assert model.score(*wrong.rsplit(" ", 1), after) < -1


def test_a_number_is_weighed_with_the_word_before_it() -> None:
    model = shipped().stops
    assert model.score("Khóm", "18,", "Xã") > model.score("Điều", "18,", "Xã")


@pytest.mark.parametrize("word", ["sau", "1.200", "148/2020/TT-BCA", ";", "...", "tên.....", ""])
def test_what_has_no_stop_or_only_leaders_is_not_judged(word: str) -> None:
    assert shipped().stops.score("", word, "Số") == 0.0
