"""Readers side by side on synthetic suites: the files they get, the one rule they are scored by, the card."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from benchmarks.degraded_peers import read_all
from benchmarks.readers.reading import Piece, Unavailable, piece, rectangle
from benchmarks.readers.running import Peer, two_cores
from benchmarks.readers.scoring import score_crop, score_page
from benchmarks.readers.suites import Sheet, Written, read_suites, write_suite
from benchmarks.readers.suites_card import markdown
from benchmarks.readers.tesseract import bordered
from dossiers.page import Polygon
from models.evaluation.suites.base import LineItem, LineSuite, PageItem, PageSuite, Truth, digest

UNTOLD = "☐☑"
ABOUT = {"at": "now", "machine": "here", "cores": 2, "python": "3", "command": "c", "note": ""}


@pytest.fixture
def peer() -> Peer:
    return Peer("Test", "tests.benchmarks.echo")


def drawn(number: int) -> np.ndarray:
    return np.random.default_rng(number).integers(0, 256, (20 + number, 60, 3), np.uint8)


def texts(name: str, folder: Path, crops: bool, *pairs: tuple[str, str]) -> Written:
    """A suite for the echoing reader: (what it reads, what stands there) of each file."""
    sheets = []
    for number, (read, truth) in enumerate(pairs):
        sheets.append(Sheet(folder / f"{name}-{number}.txt", (Truth(truth),)))
        sheets[-1].path.write_text(read, encoding="utf-8")
    return Written(name, f"about {name}", tuple(sheets), crops, untold="" if crops else UNTOLD)


@pytest.fixture
def suites(tmp_path: Path) -> list[Written]:
    return [
        texts("askew", tmp_path, False, ("Độc lập", "Độc lập"), ("☐ Hạnh phúc", "Hạnh phục")),
        texts("seals", tmp_path, False, ("error", "Tự do")),
        texts("hand", tmp_path, True, ("tên gọi", "tên"), ("cũ", "cũ")),
    ]


def test_files_hold_the_pixels_and_the_truth_of_the_suite(tmp_path: Path) -> None:
    line = Truth("Họ tên", (((1.0, 2.0), (9.0, 2.0), (9.0, 5.0), (1.0, 5.0)),))

    def pages(size: int) -> Iterator[PageItem]:
        return (PageItem(str(number), drawn(number), (line,)) for number in range(size))

    def crops(size: int) -> Iterator[LineItem]:
        return (LineItem(drawn(number), f"dòng {number}") for number in range(size))

    page_suite = PageSuite("pages", 1, 9, "en", "vi", pages, untold=UNTOLD)
    line_suite = LineSuite("lines", 1, 9, "en", "vi", crops)
    written, cut = write_suite(page_suite, 2, tmp_path), write_suite(line_suite, 3, tmp_path)
    for found in (written, cut):
        for number, sheet in enumerate(found.sheets):
            assert np.array_equal(cv2.imread(str(sheet.path)), drawn(number))
    assert [sheet.truth for sheet in written.sheets] == [(line,), (line,)]
    assert [sheet.truth for sheet in cut.sheets] == [(Truth(f"dòng {number}"),) for number in range(3)]
    assert (written.crops, written.untold, cut.crops, cut.untold) == (False, UNTOLD, True, "")
    assert written.digest == digest(page_suite, 2, [["Họ tên"]] * 2)
    assert cut.digest == digest(line_suite, 3, [["dòng 0"], ["dòng 1"], ["dòng 2"]])


def askew(*rows: str) -> tuple[list[Truth], list[Piece]]:
    """Lines of a page 4 degrees askew: the truth, and upright boxes around its words, as Tesseract gives them."""
    slope = math.tan(math.radians(4))
    truth, words = [], []
    for number, row in enumerate(rows):
        for place, word in enumerate(row.split()):
            left, top = 120 * place, 40 * number + 120 * place * slope
            words.append(piece(word, rectangle(left, top, left + 110, top + 24 + 110 * slope)))
        wide, top = 120 * len(row.split()), 40 * number
        down = wide * slope
        corners: Polygon = ((0, top), (wide, top + down), (wide, top + down + 24), (0, top + 24))
        truth.append(Truth(row, (corners,)))
    return truth, words


def test_words_of_a_page_askew_are_one_row_along_the_printed_line() -> None:
    rows = [" ".join(f"{sign}{place}" for place in range(12)) for sign in "ăêơư"]
    truth, words = askew(*rows)
    assert all(score.exact for score in score_page(truth, words))
    unplaced = score_page([Truth(line.text) for line in truth], words)
    assert not any(score.exact for score in unplaced), "pieces of one height alone mix the lines"


def test_a_reader_whose_places_are_on_its_own_straight_page_loses_nothing_by_it() -> None:
    truth, _ = askew("Họ và tên", "Nơi cư trú")
    straight = [piece(line.text, rectangle(900, 900 + 50 * n, 999, 930 + 50 * n)) for n, line in enumerate(truth)]
    assert all(score.exact for score in score_page(truth, straight))


def test_ticks_and_spaces_between_boxed_digits_are_no_error() -> None:
    place: Polygon = ((0, 0), (200, 0), (200, 20), (0, 20))
    read = [piece("0 1 2 3 4 5", rectangle(0, 0, 200, 20)), piece("☐ Nam", rectangle(0, 90, 200, 120))]
    boxed, tick = score_page([Truth("012345", (place,), boxed=True), Truth("Nam")], read, UNTOLD)
    assert boxed.exact and tick.exact


def test_of_a_crop_all_that_is_read_counts() -> None:
    words = [piece("Hạnh", rectangle(0, 0, 9, 9)), piece("phúc", rectangle(10, 0, 19, 9))]
    assert score_crop("Hạnh phúc", words)[0].exact
    assert score_crop("Hạnh", words)[0].edits == 4, "a line costs at most its own length"
    assert score_crop("......", words) == []
    assert score_crop("Hạnh", [])[0].missed


def test_a_reader_reads_every_suite_and_a_page_it_cannot_take_counts_as_missed(
    peer: Peer, suites: list[Written]
) -> None:
    read = read_suites(peer, suites, two_cores(2))
    assert {name: (found.exact, found.lines) for name, found in read.suites.items()} == {
        "askew": (1, 2), "seals": (0, 1), "hand": (1, 2),
    }  # fmt: skip
    assert read.suites["seals"].missed == 1 and read.failed == {"seals-0": "ValueError: unreadable"}
    assert read.together is not None and (read.together.exact, read.together.lines) == (1, 3)
    assert read.says.startswith("test reader") and read.no_crops == ""


def test_a_reader_of_whole_pages_alone_says_why_it_reads_no_crops(peer: Peer, suites: list[Written]) -> None:
    whole = replace(peer, options={"pages-only": "1"})
    read = read_suites(whole, suites, two_cores(1))
    assert list(read.suites) == ["askew", "seals"] and read.no_crops == "whole pages only"
    with pytest.raises(Unavailable, match="whole pages only"):
        read_suites(whole, suites[2:], two_cores(1))


def test_the_card_shows_every_reader_and_who_was_left_out(peer: Peer, suites: list[Written]) -> None:
    whole = replace(peer, label="Whole", options={"pages-only": "1"})
    absent = replace(peer, label="Absent", options={"absent": "1"})
    *_, (reads, left_out) = read_all({"test": peer, "absent": absent, "whole": whole}, suites, two_cores(1))
    assert list(reads) == ["test", "whole"] and left_out == {"Absent": "not installed"}
    json.dumps({name: asdict(read) for name, read in reads.items()})
    card = markdown(ABOUT, suites, list(reads.values()), left_out)
    assert "| suite | Test | Whole |" in card
    assert "| askew | about askew | 2 | 2 |" in card and "| hand | about hand | 2 | 2 |" in card
    assert "| askew | 1 (50.0%) | 1 (50.0%) |" in card
    assert "| **these pages together** | 1 (33.3%) | 1 (33.3%) |" in card
    assert "| hand | 1 (50.0%) |  |" in card
    assert "- Test failed on seals-0: ValueError: unreadable" in card
    assert "- Whole reads no crops: whole pages only" in card and "- Absent was left out: not installed" in card
    assert "No real\nhandwriting was measured" in card


def test_tesseract_gets_a_border_of_the_papers_own_colour(tmp_path: Path) -> None:
    crop = np.full((20, 80, 3), (180, 200, 210), np.uint8)
    crop[8:12, 30:50] = 20
    cv2.imwrite(str(tmp_path / "crop.png"), crop)
    wider = cv2.imread(str(bordered(tmp_path / "crop.png", tmp_path)))
    assert wider.shape == (40, 100, 3) and np.array_equal(wider[10:30, 10:90], crop)
    assert (wider[:10] == (180, 200, 210)).all()
