"""Edit distances and what kind of errors they are, against values worked out by hand and against plain recursion."""

from __future__ import annotations

import random
import unicodedata
from functools import cache

import pytest

from models.evaluation.errors import alignment, distance, edits, substitutions, wrong_in_tone_only


def plain(a: str, b: str) -> int:
    @cache
    def rest(i: int, j: int) -> int:
        if i == len(a) or j == len(b):
            return len(a) - i + len(b) - j
        return min(rest(i + 1, j) + 1, rest(i, j + 1) + 1, rest(i + 1, j + 1) + (a[i] != b[j]))

    return rest(0, 0)


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [("", "", 0), ("", "abc", 3), ("abc", "", 3), ("kitten", "sitting", 3), ("Nguyễn", "Nguyên", 1), ("ab", "ba", 2)],
)
def test_distances_worked_out_by_hand(a: str, b: str, expected: int) -> None:
    assert distance(a, b) == expected


def test_distance_equals_the_plain_recursion_on_random_texts() -> None:
    rng = random.Random(3)
    for _ in range(600):
        a, b = ("".join(rng.choices("abc", k=rng.randint(0, 9))) for _ in range(2))
        assert distance(a, b) == plain(a, b), (a, b)


def test_words_are_compared_as_well_as_signs() -> None:
    assert distance(["Hà", "Nội", "ngày"], ["Hà", "Nội,", "ngày"]) == 1


def test_decomposed_text_has_no_errors_against_the_same_text_composed() -> None:
    assert edits(unicodedata.normalize("NFD", "Ữ là chữ"), "Ữ là chữ") == 0


def test_an_alignment_spells_both_texts_and_costs_the_distance() -> None:
    rng = random.Random(4)
    for _ in range(300):
        a, b = ("".join(rng.choices("aăâ b", k=rng.randint(0, 12))) for _ in range(2))
        steps = alignment(a, b)
        assert "".join(was for was, _ in steps) == a
        assert "".join(read for _, read in steps) == b
        assert sum(was != read for was, read in steps) == distance(a, b)


def test_substitutions_leave_out_what_is_lost_or_extra() -> None:
    assert substitutions(alignment("chữ ký", ",chừ ký")) == [("ữ", "ừ")]


@pytest.mark.parametrize(
    ("was", "read", "expected"),
    [("ữ", "ừ", True), ("Đ", "D", True), ("ă", "â", True), ("a", "A", False), ("ữ", "n", False), ("Ậ", "a", True)],
)
def test_tone_errors_are_told_from_wrong_letters(was: str, read: str, expected: bool) -> None:
    assert wrong_in_tone_only(was, read) is expected
