"""The confidence is fitted on what detection makes of a page, each of its lines judged by what is printed there."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("onnx")

from dossiers.page import Line, Polygon
from models.evaluation.suites.base import PageItem, Truth
from models.evaluation.suites.pages import SUITES, pages_like
from models.recognition.evidence import NAMES
from models.training.recogniser import confidence
from models.training.recogniser.confidence import PAGES, SEED, calibrate, judged
from models.weights import HERE, registry


def _place(x0: float, y0: float, x1: float) -> Polygon:
    return (x0, y0), (x1, y0), (x1, y0 + 30), (x0, y0 + 30)


def _right(truth: list[Truth], *pieces: tuple[str, Polygon]) -> dict[str, bool]:
    lines = [Line(text, place, 1.0, "x@1") for text, place in pieces]
    page = PageItem("p", np.zeros((8, 8, 3), np.uint8), tuple(truth))
    return {lines[number].text: right for number, right in judged(page, lines)}


def test_of_a_line_in_pieces_the_misread_piece_is_wrong() -> None:
    truth = [Truth("Họ và tên: NGUYỄN VĂN AN", (_place(0, 0, 600),))]
    found = _right(truth, ("Họ và tên:", _place(0, 0, 200)), ("NGUYỄN VẦN AN", _place(220, 0, 600)))
    assert found == {"Họ và tên:": True, "NGUYỄN VẦN AN": False}


def test_a_line_that_reads_alike_elsewhere_answers_for_none_but_its_own() -> None:
    truth = [Truth("Năm sinh: 1995", (_place(0, 0, 300),)), Truth("Năm sinh: 1988", (_place(0, 100, 300),))]
    found = _right(truth, ("Năm sính: 1998", _place(0, 0, 300)), ("Năm sinh: 1988", _place(0, 100, 300)))
    assert found == {"Năm sính: 1998": False, "Năm sinh: 1988": True}


def test_lines_that_a_piece_joins_and_digits_found_one_by_one_are_left_out() -> None:
    joined = [Truth("Lê Anh Sơn", (_place(0, 0, 200),)), Truth("Vũ An", (_place(220, 0, 300),))]
    assert _right(joined, ("Lê Anh Sơn Vũ An", _place(0, 0, 300))) == {}
    boxed = [Truth("079085836811", (_place(0, 0, 600),), boxed=True)]
    assert _right(boxed, ("0790858", _place(0, 0, 300)), ("3 6 8 1", _place(310, 0, 600))) == {}


def test_digits_in_boxes_may_be_read_apart() -> None:
    boxed = [Truth("079085836811", (_place(0, 0, 600),), boxed=True)]
    assert _right(boxed, ("0 7 9 0 8 5 8 3 6 8 1 1", _place(0, 0, 600))) == {"0 7 9 0 8 5 8 3 6 8 1 1": True}


def test_pages_to_fit_on_are_never_those_that_measure() -> None:
    suites = {suite.name: suite for suite in SUITES}
    for name in PAGES[:2]:
        (fitted,), (measured,) = pages_like(name, 1, SEED), suites[name].items(1)
        assert [line.text for line in fitted.truth] != [line.text for line in measured.truth]
        (again,) = pages_like(name, 1, SEED)
        assert np.array_equal(again.image, fitted.image)


def test_lines_of_one_kind_only_cannot_be_fitted_on_and_the_error_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(confidence, "_noticed", lambda path, order: (np.zeros((3, len(NAMES))), np.ones(3, bool)))
    with pytest.raises(confidence.NotFitted, match=r"fresh.onnx: lines of one kind"):
        calibrate(tmp_path / "fresh.onnx", 6)


def test_coefficients_are_written_into_the_file_and_nothing_else_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(confidence, "PAGES", ("pages-fax",))
    monkeypatch.setattr(confidence, "LINES_TO_A_PAGE", 150)
    onnx = pytest.importorskip("onnx")
    path = tmp_path / "fresh.onnx"
    shutil.copy(HERE / registry()["recogniser"].file, path)
    before = onnx.load(str(path))
    same = shutil.copy(path, tmp_path / "same.onnx")
    fitted = calibrate(path, 150, 2)
    assert calibrate(same, 150).to_metadata() == fitted.to_metadata(), "it does not matter how many processes read"
    after = onnx.load(str(path))
    told = {entry.key: entry.value for entry in after.metadata_props}
    assert told["confidence"] == fitted.to_metadata()
    assert {entry.key for entry in before.metadata_props} == set(told)
    assert after.graph == before.graph
