"""Pieces of a page are matched to transcribed lines by the rule that the measuring tool beside this checkout has."""

from __future__ import annotations

import importlib.util
import random
from typing import Any

import pytest

from dossiers.page import Line
from models.evaluation.matching import best, candidates, normalise, rows
from models.evaluation.scores import score_line
from models.synthesis import text
from tests.hoso.support import ROOT

TOOL = ROOT.parent / "shared" / "tools" / "score_pages.py"


def piece(words: str, left: float, top: float, confidence: float = 0.9) -> Line:
    right, bottom = left + 12 * len(words), top + 30
    return Line(words, ((left, top), (right, top), (right, bottom), (left, bottom)), confidence)


def test_quotes_dashes_and_leaders_do_not_count() -> None:
    assert normalise("“Họ và tên”: ………… – ……") == '"Họ và tên": -'
    assert normalise("a … b") == "a b"
    assert normalise("số 1.2.3") == "số 1.2.3"


def test_pieces_of_one_height_are_one_row_from_left_to_right() -> None:
    found = rows([piece("phải", 500, 103), piece("trái", 100, 100), piece("dưới", 100, 150), piece(" ", 300, 100)])
    assert [[line.text for line in row] for row in found] == [["trái", "phải"], ["dưới"]]


def test_a_line_cut_in_two_is_put_together_and_its_confidence_is_that_of_both() -> None:
    edits, found = best(
        "Kính gửi: Bộ Công an", candidates([piece("Kính gửi:", 0, 0), piece("Bộ Công an", 200, 2, 0.5)])
    )
    assert edits == 0
    assert found is not None
    assert found.confidence == pytest.approx(0.45)


def test_what_no_piece_resembles_is_missed() -> None:
    edits, found = best("Số: 12/QĐ-UBND", candidates([piece("xxxxxxxxxxxx", 0, 0)]))
    assert edits == len("Số: 12/QĐ-UBND")
    assert found is None


def test_the_totals_are_those_of_the_measuring_tool() -> None:
    if not TOOL.is_file():
        pytest.skip("the scoring tool is not beside this checkout")
    spec = importlib.util.spec_from_file_location("score_pages", TOOL)
    assert spec is not None and spec.loader is not None
    tool: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    rng = random.Random(5)
    truth, lines = [], []
    for number in range(24):
        words = rng.choice([line for line in text.prose() if 30 < len(line) < 70])
        truth.append(words)
        spoilt = "".join(rng.choice("aăâ.") if rng.random() < 0.04 else sign for sign in words)
        middle = spoilt.find(" ", 12)
        lines.append(piece(spoilt[:middle], 100, 60 * number))
        if number % 6:
            lines.append(piece(spoilt[middle + 1 :], 700, 60 * number + rng.uniform(-4, 4)))
    plain = [{"text": line.text, "polygon": line.polygon} for line in lines]
    theirs = tool.score(truth, plain)
    among = candidates(lines)
    ours = []
    for each in truth:
        _, found = best(normalise(each), among)
        score = score_line(each, found.text if found else "", found.confidence if found else None)
        assert score is not None
        ours.append(score)
    assert theirs["err"] == sum(s.edits for s in ours) > 0
    assert theirs["chars"] == sum(s.signs for s in ours)
    assert theirs["words"] == sum(s.words for s in ours)
    assert theirs["exact"] == sum(s.exact for s in ours) > 0
    assert theirs["missed"] == sum(s.missed for s in ours)
    assert theirs["werr"] == sum(s.word_edits for s in ours)
    assert (theirs["subs"], theirs["tone"]) == (sum(s.substitutions for s in ours), sum(s.tone_only for s in ours))
