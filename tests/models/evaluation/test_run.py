"""Models in processes of their own: figures, causes, errors that cross, and a report with the worst lines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from multiprocessing import Pipe
from pathlib import Path
from threading import Thread

import numpy as np
import pytest

from models.engines import Hardware
from models.evaluation.contender import Contender, ModelUnknown, from_file, shipped
from models.evaluation.report import differences, html, worst, write_report
from models.evaluation.result import result_from_json
from models.evaluation.run import NoLinesForDetector, SuiteRun, evaluate
from models.evaluation.station import ModelUnfit, _serve
from models.evaluation.suites import SYNTHETIC
from models.evaluation.suites.base import LineItem, LineSuite, PageItem, PageSuite, SuiteEmpty, Truth
from models.synthesis.lines import sample_line
from models.weights import WeightsRejected, registry
from tests.models.conftest import draw_page
from tests.models.versions import another_version
from workers.stages.prepare import prepare

ONE_THREAD = Hardware(threads=1)
LIE = "KHÔNG PHẢI <DÒNG> NÀY"


def _lines(size: int) -> Iterator[LineItem]:
    """Clear lines; the truth of the last one is a lie, so that one line is surely wrong."""
    for index in range(size):
        image, text = sample_line(99, index, strength=0.0, by_hand=0.0)
        yield LineItem(image, LIE if index == size - 1 else text)


def _pages(size: int) -> Iterator[PageItem]:
    """A drawn page, of which one line was wiped out."""
    page = draw_page(11, lines=10)
    image = page.image.copy()
    left, top, right, bottom = (round(at) for at in page.lines[4][1])
    image[top - 4 : bottom + 4, left - 4 : right + 4] = 251
    truth = []
    for words, (x0, y0, x1, y1) in page.lines:
        truth.append(Truth(words, (((x0, y0), (x1, y0), (x1, y1), (x0, y1)),)))
    yield PageItem("drawn", image, tuple(truth))


TINY = LineSuite("lines-tiny", 1, 6, "a few lines", "vài dòng", _lines)
PAGE = PageSuite("pages-tiny", 1, 1, "a page", "một trang", _pages)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Contender:
    """The network of the shipped recogniser as a bare file of another version."""
    folder = tmp_path_factory.mktemp("bare")
    return from_file(folder / another_version(folder, "8.0").file)


@pytest.fixture(scope="module")
def runs(copy: Contender) -> list[SuiteRun]:
    return evaluate([shipped(), copy], [TINY, PAGE], ONE_THREAD, prepare)


def test_a_bare_file_is_known_by_its_name_and_its_hash(copy: Contender) -> None:
    assert copy.weights.role == "recogniser"
    assert copy.weights.sha256 == sha256((copy.folder / copy.weights.file).read_bytes()).hexdigest()
    assert copy.model == f"{shipped().weights.name}@8.0"


def test_two_models_side_by_side_see_the_same_lines_and_equal_files_read_alike(runs: list[SuiteRun]) -> None:
    assert [run.suite.name for run in runs] == ["lines-tiny", "lines-tiny", "pages-tiny", "pages-tiny"]
    one, other = runs[0].result, runs[1].result
    assert one.digest == other.digest
    assert (one.cer, one.exact, one.ece, one.review_threshold) == (
        other.cer,
        other.exact,
        other.ece,
        other.review_threshold,
    )
    assert one.model != other.model
    for run in runs:
        assert run.result.lines_per_second > 0
        assert 50 < run.result.peak_mib < 4000


def test_all_results_of_a_run_name_it_and_what_was_measured(runs: list[SuiteRun]) -> None:
    assert len({run.result.run for run in runs}) == 1
    assert runs[0].result.beside(runs[1].result)
    assert [(run.result.items, run.result.version) for run in runs] == [(6, 1), (6, 1), (1, 1), (1, 1)]


def test_the_order_of_suites_changes_no_figure_of_memory(runs: list[SuiteRun]) -> None:
    page, lines = evaluate([shipped()], [PAGE, TINY], ONE_THREAD, prepare)
    assert page.result.peak_mib > 1.5 * lines.result.peak_mib, "a page needs a detector, and lines do not"
    assert lines.result.peak_mib < 1.2 * runs[0].result.peak_mib
    assert not lines.result.beside(runs[0].result), "two runs"


def test_the_line_whose_truth_is_a_lie_is_the_worst_one_and_has_its_picture(runs: list[SuiteRun]) -> None:
    first = worst(runs[0].judged)[0]
    assert first.score.truth == LIE
    assert first.picture.startswith(b"\x89PNG")
    assert runs[0].result.missed == 0


def test_a_wiped_out_line_of_a_page_is_missed_and_the_others_are_found(runs: list[SuiteRun]) -> None:
    page = runs[2]
    assert page.result.lines == 10
    missed = [each for each in page.judged if each.score.missed]
    assert len(missed) == 1
    assert missed[0].cause == "recognition"  # even told where to look, nobody can read it
    assert page.result.exact.value >= 0.7


def test_a_report_is_one_file_with_the_worst_lines_escaped_and_highlighted(
    runs: list[SuiteRun], tmp_path: Path
) -> None:
    write_report(runs, tmp_path / "out", "vi", "hoso evaluate")
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "&lt;" in page and "<DÒNG>" not in page
    assert "data:image/png;base64," in page
    assert "<svg" in page and "http" not in page.replace("http-equiv", "")
    assert "Kết quả đánh giá" in page
    held = json.loads((tmp_path / "out" / "results.json").read_text(encoding="utf-8"))
    assert [result_from_json(each) for each in held] == [run.result for run in runs]


def test_the_report_says_plainly_that_no_real_handwriting_was_measured(runs: list[SuiteRun]) -> None:
    hand = SuiteRun(SYNTHETIC["lines-hand"], runs[0].result, runs[0].judged)
    assert "no real handwriting was measured" in html([hand], "en", "")
    assert "no real handwriting was measured" not in html(runs, "en", "")


def test_differences_are_cut_where_the_texts_differ() -> None:
    left, right = differences("chữ ký số 12", "chừ kí số 1")
    assert [(piece.text, piece.kind) for piece in left] == [
        ("ch", ""), ("ữ", "tone"), (" k", ""), ("ý", "wrong"), (" số 1", ""), ("2", "gone")
    ]  # fmt: skip
    assert [piece.kind for piece in right] == ["", "tone", "", "wrong", ""]


def test_errors_of_a_model_cross_from_its_process(tmp_path: Path) -> None:
    weights = shipped().weights
    (tmp_path / weights.file).write_bytes(b"not a model")
    with pytest.raises(WeightsRejected, match="sha256"):
        evaluate([Contender(weights, tmp_path)], [TINY], ONE_THREAD, prepare, size=2)


def test_a_model_of_another_role_is_said_to_be_unfit() -> None:
    orienter = registry()["orienter"]
    weights = replace(shipped().weights, file=orienter.file, sha256=orienter.sha256)
    with pytest.raises((ModelUnfit, WeightsRejected), match=weights.file):
        evaluate([Contender(weights)], [TINY], ONE_THREAD, prepare, size=2)


def test_an_error_of_the_runtime_is_the_models_and_not_the_machines(monkeypatch: pytest.MonkeyPatch) -> None:
    theirs, ours = Pipe()
    monkeypatch.setattr(Contender, "reader", lambda *_: 1 / 0)
    theirs.send(("peak", None))
    serving = Thread(target=_serve, args=(ours, shipped(), ONE_THREAD, None))
    serving.start()
    answer = theirs.recv()
    theirs.close()  # ends it
    serving.join(10)
    assert isinstance(answer, ModelUnfit) and "ZeroDivisionError" in answer.detail


def test_a_suite_without_a_line_gives_no_figures() -> None:
    empty = LineSuite("lines-none", 1, 3, "", "", lambda size: iter(()))
    with pytest.raises(SuiteEmpty, match="lines-none"):
        evaluate([shipped()], [empty], ONE_THREAD, prepare)


def test_a_detector_is_not_measured_on_crops() -> None:
    with pytest.raises(NoLinesForDetector, match="lines-tiny"):
        evaluate([shipped("detector")], [TINY], ONE_THREAD, prepare)


def test_no_such_file_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(ModelUnknown):
        from_file(tmp_path / "none.onnx")


def test_cells_are_read_in_their_own_places() -> None:
    (run,) = evaluate([shipped()], [SYNTHETIC["pages-table"]], ONE_THREAD, prepare, size=1)
    assert run.result.lines > 30
    assert run.result.exact.value > 0.85
    assert np.isfinite(run.result.ece)
