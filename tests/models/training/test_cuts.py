"""Lines cut from drawn pages: a crop shows what its text says, and nothing is drawn that suites keep for themselves."""

from __future__ import annotations

import random
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest

from models.charset import CHARSET
from models.engines import Hardware
from models.evaluation.matching import normalise
from models.recognition.recogniser import OnnxRecogniser
from models.synthesis.degrade.seal import seal_over_text
from models.synthesis.fonts import KEPT_OUT
from models.synthesis.forms.leaders import leader_form
from models.synthesis.lines import BY_HAND, JOINED
from models.synthesis.lines.text import split_prose
from models.synthesis.pages import finish
from models.synthesis.pages.ink import Glyphs
from models.synthesis.pages.layout import Sheet
from models.training.config import RecogniserTraining, read_config
from models.training.recogniser import cuts, lines
from models.training.recogniser.lines import LineSource
from models.training.recogniser.task import RecogniserTask
from models.weights import registry

PAGES = 10
POLISH = Path("config/training/recogniser_polish.yaml")
CROP = np.full((48, 200, 3), 255, np.uint8)


@cache
def _lines() -> list[tuple[np.ndarray, str]]:
    return [line for number in range(PAGES) for line in cuts.cut_lines(3, number)]


def test_a_crop_shows_what_its_text_says() -> None:
    """The shipped recogniser reads nearly all of them as their text says, worn as they are."""
    recogniser = OnnxRecogniser(registry()["recogniser"], Hardware(threads=2))
    lines = [(crop, text) for crop, text in _lines() if text]
    read = [text for text, _ in recogniser.recognise([crop for crop, _ in lines])]
    right = [normalise(one) == normalise(text) for one, (_, text) in zip(read, lines, strict=True)]
    assert len(right) > 9 * PAGES
    assert sum(right) / len(right) > 0.9, [
        (one, text) for one, (_, text), ok in zip(read, lines, right, strict=True) if not ok
    ]


def test_page_number_k_is_always_the_same_and_its_lines_can_be_written() -> None:
    first, again = cuts.cut_lines(3, 5), cuts.cut_lines(3, 5)
    assert [text for _, text in first] == [text for _, text in again]
    assert all(np.array_equal(a, b) for (a, _), (b, _) in zip(first, again, strict=True))
    assert [text for _, text in cuts.cut_lines(4, 5)] != [text for _, text in first]
    assert 0 < len(first) <= cuts.MOST + cuts.BARE
    assert all(set(text) <= set(CHARSET) for _, text in _lines())


def test_no_sentence_and_no_font_of_a_suite_is_drawn() -> None:
    kept = "\n".join(split_prose(True))
    titles = set()
    for number in range(40):
        sheet = cuts._sheet(random.Random(number))
        assert not {mark.face.family for mark in sheet.marks if isinstance(mark, Glyphs)} & KEPT_OUT, sheet.kind
        titles.add(sheet.kind)
        for line in sheet.lines:
            words = " ".join(line.words)
            assert len(words) < 45 or words[5:40] not in kept or words[5:40] in "\n".join(split_prose(False)), words
    assert {"crowded", "van_ban_hanh_chinh", "to_khai"} < titles and len(titles) > 6, "catalogue forms too"


def test_a_box_without_text_is_clear_of_every_word_and_leader_and_mostly_holds_ink() -> None:
    found = inked = 0
    for number in range(8):
        rng = random.Random(number)
        sheet = seal_over_text(rng, cuts._sheet(rng), 1)
        page = finish(sheet)
        plain = Sheet(sheet.kind, marks=[mark for mark in sheet.marks if isinstance(mark, Glyphs)])
        words = cv2.cvtColor(finish(plain).image, cv2.COLOR_RGB2GRAY)
        for line in cuts._bare(rng, page, sheet):
            (left, top), _, (right, bottom), _ = line.polygon
            place = slice(round(top), round(bottom)), slice(round(left), round(right))
            assert line.text == "" and words[place].min() > 250
            found, inked = found + 1, inked + int(page.image[place].min() < 200)
    assert found >= 6 and inked > found / 2


def test_a_line_with_dots_between_its_words_is_left_out_and_a_box_ends_before_dots() -> None:
    sheet = leader_form(random.Random(12), kept_out=False)
    page = finish(sheet)
    kept = cuts._without_leaders(sheet)
    assert 0 < len(kept) < len(page.truth.lines), "rows of two labels have dots between them"
    boxed = cuts._boxed(page, kept)
    grey = cv2.cvtColor(page.image, cv2.COLOR_RGB2GRAY)
    ink = {line.text: line.polygon for line in page.truth.lines}
    for line in boxed.truth.lines:
        right, end = ink[line.text][1][0], line.polygon[1][0]
        band = grey[round(ink[line.text][0][1]) : round(ink[line.text][2][1]), round(right) + 1 : round(end) - 1]
        assert not (band < 160).any(), line.text


def test_a_pool_holds_lines_cut_from_pages_lines_drawn_alone_and_crops_without_a_sign(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lines, "sample_line", lambda *_, **__: (CROP, "drawn"))
    texts = [text for _, text in LineSource(3, 160, 1920)(0)]
    cut = {text for page in range(4) for _, text in cuts.cut_lines(3, page) if text}
    assert len(cut & set(texts)) > 0.8 * len(cut)
    assert texts.count("drawn") > 0.6 * len(texts)
    assert 160 * 0.02 < texts.count("") < 160 * 0.1


def test_a_run_may_ask_for_more_hands(monkeypatch: pytest.MonkeyPatch) -> None:
    config = read_config(POLISH, RecogniserTraining, {"pool": 40})
    asked = []
    monkeypatch.setattr(lines, "sample_line", lambda *_, **shares: asked.append(shares) or (CROP, "a"))
    task = RecogniserTask.__new__(RecogniserTask)
    task.config, task._folders, task._narrowed = config.model_copy(update={"drawers": 0}), (), 1.0
    next(task.stream((0, 0), 1))
    assert {(each["by_hand"], each["joined"]) for each in asked} == {(config.by_hand, config.joined)}
    assert (config.by_hand, config.joined) != (BY_HAND, JOINED)
