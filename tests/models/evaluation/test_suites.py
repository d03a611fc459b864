"""Suites are the same whenever they are made, hold NFC text, and keep to fonts and prose that training never sees."""

from __future__ import annotations

import random
import unicodedata
from pathlib import Path

import cv2
import numpy as np
import pytest

from dossiers.page import Box
from models.datasets import read_set
from models.evaluation.matching import normalise
from models.evaluation.suites import SYNTHETIC, find_suite
from models.evaluation.suites.base import LineSuite, PageItem, PageSuite, SuiteEmpty, SuiteUnknown, digest
from models.evaluation.suites.pages import _catalogue_form
from models.synthesis.fonts import KEPT_OUT
from models.synthesis.forms.catalogue import catalogue
from models.synthesis.forms.leaders import leader_form
from models.synthesis.lines.text import split_prose
from models.synthesis.pages import finish
from models.synthesis.pages.ink import Glyphs
from models.synthesis.pages.prose import prose_page, sentences
from models.synthesis.pages.tables import CELL, table_page
from models.synthesis.text import prose

LINES = [suite for suite in SYNTHETIC.values() if isinstance(suite, LineSuite)]
PAGES = [suite for suite in SYNTHETIC.values() if isinstance(suite, PageSuite)]


@pytest.mark.parametrize("suite", LINES, ids=lambda suite: suite.name)
def test_a_line_suite_is_the_same_each_time_and_a_shorter_one_is_its_beginning(suite: LineSuite) -> None:
    first, again = list(suite.items(12)), list(suite.items(8))
    for one, other in zip(first, again, strict=False):
        assert one.text == other.text
        assert np.array_equal(one.image, other.image)
    assert all(item.text == unicodedata.normalize("NFC", item.text) and item.text for item in first)
    assert len({item.text for item in first}) > 8


@pytest.mark.parametrize("suite", PAGES, ids=lambda suite: suite.name)
def test_a_page_suite_is_the_same_each_time_and_its_lines_lie_on_the_page(suite: PageSuite) -> None:
    (one,), (other,) = list(suite.items(1)), list(suite.items(1))
    assert one.truth == other.truth
    assert np.array_equal(one.image, other.image)
    assert len(one.truth) > 10
    height, width = one.image.shape[:2]
    for line in one.truth:
        assert line.text == unicodedata.normalize("NFC", line.text)
        for polygon in line.polygons:
            box = Box.of(polygon)
            assert -2 <= box.left < box.right <= width + 2
            assert -2 <= box.top < box.bottom <= height + 2


def test_each_degradation_changes_the_page_and_leaves_ink_where_the_truth_says() -> None:
    for name in ("pages-skew", "pages-shadow", "pages-jpeg", "pages-toner", "pages-fax", "pages-phone"):
        (page,) = list(SYNTHETIC[name].items(1))
        assert isinstance(page, PageItem)
        grey = cv2.cvtColor(page.image, cv2.COLOR_BGR2GRAY)
        spread = []
        for line in page.truth:
            target = np.array([(0, 0), (200, 0), (200, 24), (0, 24)], np.float32)
            matrix = cv2.getPerspectiveTransform(np.array(line.polygons[0], np.float32), target)
            spread.append(float(cv2.warpPerspective(grey, matrix, (200, 24)).std()))
        assert np.median(spread) > 8, name


def test_prose_and_table_pages_print_no_font_and_no_sentence_of_training() -> None:
    trained = set(prose()) - set(split_prose(True))
    assert not trained & set(sentences())
    for number in range(4):
        for sheet in (prose_page(random.Random(number)), table_page(random.Random(number), number)):
            faces = {mark.face.family for mark in sheet.marks if isinstance(mark, Glyphs)}
            # The number of a later page is set as in all official documents.
            assert faces - {"Tinos"} <= KEPT_OUT


def test_every_cell_of_a_table_is_told_apart() -> None:
    page = finish(table_page(random.Random(1), 0))
    cells = {field.key: field.raw for field in page.truth.fields if field.key.startswith(CELL)}
    assert cells[f"{CELL}0:1"] == "Họ và tên"
    assert [cells[f"{CELL}{row}:0"] for row in (1, 2, 3)] == ["1", "2", "3"]
    assert all(len(cells[f"{CELL}{row}:4"]) == 12 for row in (1, 2, 3))
    (page_of_suite,) = SYNTHETIC["pages-table"].items(1)
    assert isinstance(page_of_suite, PageItem)
    assert [each.cell for each in page_of_suite.truth[:6]] == [(0, column) for column in range(6)]


def test_leaders_are_ink_without_text() -> None:
    sheet = leader_form(random.Random(2))
    dots = [mark for mark in sheet.marks if isinstance(mark, Glyphs) and set(mark.text) == {"."}]
    assert len(dots) > 10
    assert all(normalise(line.text) == line.text.strip() for line in finish(sheet).truth.lines)


def test_a_digest_changes_with_truth_size_version_and_name() -> None:
    suite = LINES[0]
    base = digest(suite, 2, [["a"], ["b"]])
    assert base == digest(suite, 2, [["a"], ["b"]])
    changed = [digest(suite, 3, [["a"], ["b"]]), digest(suite, 2, [["a"], ["c"]]), digest(LINES[1], 2, [["a"], ["b"]])]
    assert base not in changed
    assert digest(suite, 2, [["a", "b"]]) != digest(suite, 2, [["a"], ["b"]])


def test_an_unknown_suite_names_those_there_are() -> None:
    with pytest.raises(SuiteUnknown, match="pages-seal"):
        find_suite("pages-sael")


def test_real_pages_are_pairs_of_an_image_and_a_transcription(tmp_path: Path) -> None:
    with pytest.raises(SuiteEmpty):
        find_suite("real", tmp_path)
    (tmp_path / "gt").mkdir()
    cv2.imwrite(str(tmp_path / "a.png"), np.full((40, 60, 3), 255, np.uint8))
    (tmp_path / "gt" / "a.txt").write_text(unicodedata.normalize("NFD", "Điều 1.\n\nChữ ký\n"), encoding="utf-8")
    suite = find_suite("real", tmp_path)
    (page,) = list(suite.items(9))
    assert isinstance(page, PageItem)
    assert [line.text for line in page.truth] == ["Điều 1.", "Chữ ký"]


def test_no_transcribed_page_is_left_out_of_the_real_ones_unnoticed(tmp_path: Path) -> None:
    (tmp_path / "gt").mkdir()
    white = np.full((40, 60, 3), 255, np.uint8)
    for image, text in (("a.JPG", "a"), (unicodedata.normalize("NFD", "biên bản.png"), "biên bản")):
        (tmp_path / image).write_bytes(cv2.imencode(image[-4:].lower(), white)[1].tobytes())
        (tmp_path / "gt" / f"{text}.txt").write_text("Dòng một", encoding="utf-8-sig")
    pages = [page for page in find_suite("real", tmp_path).items(9) if isinstance(page, PageItem)]
    assert [[line.text for line in page.truth] for page in pages] == [["Dòng một"]] * 2
    (tmp_path / "gt" / "alone.txt").write_text("no image", encoding="utf-8")
    with pytest.raises(SuiteEmpty, match=r"gt/alone\.txt"):
        find_suite("real", tmp_path)


def test_a_folder_of_labelled_crops_is_a_suite(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "1.png"), np.full((40, 200, 3), 255, np.uint8))
    (tmp_path / "labels.tsv").write_text("1.png\tSố: 12\n", encoding="utf-8")
    suite = find_suite(f"set:{tmp_path}")
    assert [item.text for item in suite.items(5)] == ["Số: 12"]  # type: ignore[union-attr]
    (line,) = read_set(tmp_path).lines
    assert suite.about_en.endswith("none is kept for testing") == (line.split == "train")
    with pytest.raises(SuiteEmpty):
        find_suite("set:nowhere")


def test_every_form_of_the_catalogue_is_drawn_once_in_faces_that_training_never_sees() -> None:
    kinds = []
    for number in range(19):
        sheet = _catalogue_form(random.Random(number), number)
        kinds.append(sheet.kind)
        drawn = {mark.face.family for mark in sheet.marks if isinstance(mark, Glyphs)}
        assert drawn - {"Tinos"} <= KEPT_OUT
    assert sorted(kinds) == sorted(catalogue()) and SYNTHETIC["pages-forms"].size == 19


def test_digits_in_boxes_of_their_own_are_told_from_digits_in_a_row() -> None:
    pages = list(SYNTHETIC["pages-clean"].items(4))
    boxed = [line.text for page in pages if isinstance(page, PageItem) for line in page.truth if line.boxed]
    assert len(boxed) == 2  # the two personal numbers of the residence form
    assert all(len(text) == 12 and text.isdigit() for text in boxed)
