"""The language model prefers what is written, leaves codes and numbers alone, and can be made again bit by bit."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.language import stops, syllables
from models.language.build import build
from models.language.shipped import shipped
from models.language.syllables import SyllableModel


@pytest.mark.parametrize(
    ("right", "wrong", "before"),
    [
        ("đổi", "đồi", "sửa"), ("sung", "xung", "bổ"), ("thuật", "thụật", "kỹ"), ("hồi", "hội", "thu"),
        ("BCA", "BCẠ", ""), ("quy", "qụy", "Căn"), ("CHÁY", "CHẢY", "PHÒNG"),
    ],
)  # fmt: skip
def test_what_is_written_is_likelier_than_its_neighbour_in_tone(right: str, wrong: str, before: str) -> None:
    model = shipped().syllables
    assert model.score(right, before) > model.score(wrong, before) + 1


@pytest.mark.parametrize(
    ("misread", "least"), [("27 Quyến số:", 5), ("Công ty Cố phần", 5), ("hiền thị", 5), ("đã bão hoá", 2)]
)
def test_words_of_forms_and_of_the_dictionary_are_missed(misread: str, least: float) -> None:
    assert shipped().syllables.rival(misread.split()) > least


def test_both_places_of_a_tone_are_known() -> None:
    model = shipped().syllables
    assert min(model.score("hòa", "bão"), model.score("hoà", "bão")) > 2


@pytest.mark.parametrize("word", ["148/2020/TT-BCA", "48,", "(1)", "a1b", "-", "2026"])
def test_numbers_codes_and_signs_are_not_judged(word: str) -> None:
    assert shipped().syllables.score(word, "ngày") == 0.0


def test_words_that_a_stroke_joins_are_as_likely_as_apart() -> None:
    model = shipped().syllables
    joined = model.score("chức/cá", "tổ") + model.score("nhân", "chức/cá")
    apart = model.score("chức", "tổ") + model.score("cá", "chức") + model.score("nhân", "cá")
    assert joined > apart - 1
    assert model.score("chức/ca", "tổ") < model.score("chức/cá", "tổ") - 1
    assert model.score("QĐ/TW", "số") == model.score("m2/người", "là") == 0.0


def test_a_sentence_begins_anew_after_a_stop() -> None:
    assert SyllableModel.context("nghệ.") == SyllableModel.context("")
    assert SyllableModel.context("“công") == "công"


def test_the_shipped_counts_are_what_the_corpora_give(tmp_path: Path) -> None:
    words, pairs, places = build(tmp_path)
    assert words > 3000
    assert pairs > 10_000
    assert places > 2000
    for shipped_file in (syllables.FILE, stops.FILE):
        assert (tmp_path / shipped_file.name).read_bytes() == shipped_file.read_bytes()
