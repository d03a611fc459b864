"""Marks of footnotes, units and rare letters: what is drawn small and raised is transcribed as such."""

from __future__ import annotations

import random
from collections import Counter

import numpy as np

from models.charset import CHARSET, VIETNAMESE_LETTERS
from models.synthesis.fonts import load_font
from models.synthesis.lines import sample_line
from models.synthesis.lines.raised import laid_out
from models.synthesis.lines.rare import rare_text
from models.synthesis.lines.text import transcription


def test_what_is_raised_is_written_as_a_reader_would() -> None:
    assert transcription("yêu cầu\ue00012\ue001, Điều 5\ue000(1)\ue001 m²") == "yêu cầu¹², Điều 5(1) m²"


def test_rare_lines_hold_every_letter_and_only_what_can_be_written() -> None:
    rng = random.Random(1)
    seen = Counter(sign for _ in range(3000) for sign in transcription(rare_text(rng)))
    assert set(seen) <= set(CHARSET)
    assert min(seen[letter] for letter in VIETNAMESE_LETTERS) >= 8
    assert min(seen[mark] for mark in "¹²³⁴⁵⁶⁷⁸⁹⁰µ‰₫°") >= 10


def test_a_mark_stands_small_and_high_behind_its_word() -> None:
    font = load_font("Tinos", "regular", 40)
    pieces, top, bottom, length = laid_out("cầu\ue0001\ue001 và", font)
    word, mark, rest = pieces
    assert (word.text, mark.text, rest.text) == ("cầu", "1", " và")
    assert mark.font.size < 0.7 * font.size
    _, mark_top, _, mark_bottom = mark.font.getbbox("1")
    _, _, _, word_bottom = font.getbbox("u")
    assert mark.y + mark_bottom < word_bottom - 0.2 * font.size
    assert (top, mark.x) == (min(font.getbbox("cầu")[1], mark.y + mark_top), font.getlength("cầu"))
    assert bottom == font.getbbox("cầu")[3]
    assert length == font.getlength("cầu") + mark.font.getlength("1") + font.getlength(" và")


def test_lines_without_rare_ones_are_drawn_as_before() -> None:
    font = load_font("Tinos", "regular", 40)
    (piece,), top, bottom, length = laid_out("Điều 5", font)
    assert (piece.x, piece.y, length) == (0, 0, font.getlength("Điều 5"))
    assert (top, bottom) == (font.getbbox("Điều 5")[1], font.getbbox("Điều 5")[3])


def test_rare_lines_come_in_the_share_that_is_asked_for() -> None:
    drawn = [sample_line(3, number, by_hand=0.0, rare=1.0) for number in range(60)]
    assert sum(bool(set(text) & set("⁰¹⁴⁵⁶⁷⁸⁹")) for _, text in drawn) >= 5
    assert all(image.dtype == np.uint8 and image.shape[0] >= 10 for image, _ in drawn)
