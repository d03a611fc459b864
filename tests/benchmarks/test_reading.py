"""Readers side by side: their processes, what they say, how they are scored; a broken one never spoils the run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.readers.card import markdown
from benchmarks.readers.measuring import Page, layouts, measure
from benchmarks.readers.reading import Unavailable, piece, rectangle
from benchmarks.readers.running import Crew, Layout, Peer, two_cores
from benchmarks.readers.scoring import figures, score_page
from benchmarks.readers.soak import trend
from benchmarks.readers.tesseract import words_of
from benchmarks.reading import pages_in
from models.evaluation.suites.base import Truth


@pytest.fixture
def peer() -> Peer:
    return Peer("Test", "tests.benchmarks.echo")


def pages(folder: Path, *texts: str) -> list[Path]:
    found = []
    for number, text in enumerate(texts):
        found.append(folder / f"{number}.txt")
        found[-1].write_text(text, encoding="utf-8")
    return found


@pytest.mark.parametrize("layout", [Layout(1, 1, 2), Layout(2, 1, 1), Layout(1, 2, 1)])
def test_answers_come_back_in_the_order_of_pages_in_every_layout(peer: Peer, layout: Layout, tmp_path: Path) -> None:
    texts = [f"dòng {number}" for number in range(9)]
    with Crew(peer, layout, two_cores(2)) as crew:
        assert crew.says == f"test reader, threads {layout.threads}"
        _, answers = crew.read_all(pages(tmp_path, *texts))
    assert [answer.lines[0]["text"] for answer in answers] == texts
    assert all(answer.resident_mib > 5 and answer.seconds >= 0.02 for answer in answers)
    assert crew.peak_mib > 5 * layout.processes


def test_a_page_that_a_reader_cannot_take_is_a_result_and_the_next_is_read(peer: Peer, tmp_path: Path) -> None:
    with Crew(peer, Layout(1, 1, 1), two_cores(1)) as crew:
        _, (bad, good) = crew.read_all(pages(tmp_path, "error", "tốt"))
    assert bad.error == "ValueError: unreadable" and bad.lines == []
    assert good.lines[0]["text"] == "tốt"


def test_a_reader_that_dies_is_unavailable_instead_of_a_hang(peer: Peer, tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="it ended"), Crew(peer, Layout(1, 1, 1), two_cores(1)) as crew:
        crew.read_all(pages(tmp_path, "tốt", "crash", "tốt", "tốt"))


def test_a_reader_that_dies_while_a_program_of_its_own_goes_on_is_no_hang(peer: Peer, tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="it ended"), Crew(peer, Layout(1, 1, 1), two_cores(1)) as crew:
        crew.read_all(pages(tmp_path, "orphan", "tốt", "tốt"))


def test_a_reader_that_is_not_there_says_why(peer: Peer) -> None:
    with pytest.raises(Unavailable, match="not installed"):
        Crew(replace(peer, options={"absent": "1"}), Layout(1, 1, 1), two_cores(1))
    with pytest.raises(Unavailable, match=r"\.venv-nobody"):
        Crew(replace(peer, environment=".venv-nobody"), Layout(1, 1, 1), two_cores(1))


def test_a_reader_is_measured_scored_and_put_on_the_card(peer: Peer, tmp_path: Path) -> None:
    first, second, table = pages(tmp_path, "Độc lập - Tự do", "Hạnh phúc", "ô 1")
    held = [Page(first, ("Độc lập – Tự do",)), Page(second, ("Hạnh phục", "không có")), Page(table, ("ô 1",))]
    result, read = measure(peer, held, "2", two_cores(2), repeats=2)
    assert read == ["Độc lập - Tự do", "Hạnh phúc", "", "ô 1"]
    assert result.text is not None and result.table is not None
    assert (result.text.exact, result.text.lines, result.text.missed) == (1, 3, 1)
    assert result.text.tone_only == 100.0, "ú for ụ is wrong in tone alone"
    assert (result.table.exact, result.table.lines) == (1, 1)
    assert result.same and result.best.pages_per_second == max(t.pages_per_second for t in result.tried)
    about = {"at": "now", "machine": "here", "cores": 2, "python": "3", "command": "c", "note": ""}
    about["pages"] = {"0": 1, "1": 2, "2": 1}
    card = markdown(about, "2", [result], {"Absent": "not installed"})
    assert "| Test |" in card and "1 of 1 (100.0%)" in card and "Absent was left out: not installed" in card


def test_strangers_get_a_process_a_core_and_hoso_one_for_all() -> None:
    assert layouts(Peer("a", "b"), 2) == (Layout(1, 1, 2), Layout(2, 1, 1))
    assert layouts(Peer("a", "b", shares_process=True), 2) == (Layout(1, 1, 2), Layout(1, 3, 1))


def test_pieces_of_one_row_are_joined_and_what_is_beyond_the_truth_is_not_punished() -> None:
    pieces = [
        piece("CỘNG HÒA", rectangle(0, 0, 100, 20)),
        piece("XÃ HỘI", rectangle(110, 2, 200, 22)),
        piece("dấu đỏ", rectangle(0, 300, 90, 330)),
    ]
    found = figures(score_page([Truth("CỘNG HÒA XÃ HỘI")], pieces))
    assert (found.cer, found.exact, found.lines) == (0.0, 1, 1)


def test_words_of_tesseract_are_a_piece_each() -> None:
    head = [
        "level",
        "page_num",
        "block_num",
        "par_num",
        "line_num",
        "word_num",
        "left",
        "top",
        "width",
        "height",
        "conf",
        "text",
    ]
    rows = [
        [4, 1, 1, 1, 1, 0, 10, 10, 200, 20, -1, ""],
        [5, 1, 1, 1, 1, 1, 10, 12, 50, 18, 96, "Độc"],
        [5, 1, 1, 1, 1, 2, 70, 10, 60, 20, 90, "lập"],
        [5, 1, 1, 1, 2, 1, 10, 40, 60, 20, 80, '"tự'],
    ]
    table = "\n".join("\t".join(map(str, row)) for row in [head, *rows])
    first, second, third = words_of(table)
    assert first == {"text": "Độc", "polygon": [[10, 12], [60, 12], [60, 30], [10, 30]], "confidence": 0.96}
    assert (second["text"], third["text"]) == ("lập", '"tự')


def test_a_slope_is_found_after_the_warm_up_and_needs_pages_enough() -> None:
    leaking = [500.0 * (number < 30) + 100 + 0.5 * number for number in range(120)]
    start, end, slope = trend(leaking)
    assert slope == pytest.approx(0.5, abs=1e-6) and end - start == pytest.approx(36, abs=1)
    assert trend([300.0] * 90)[2] == pytest.approx(0, abs=1e-9)
    with pytest.raises(ValueError, match="30"):
        trend([1.0] * 29)


def test_pages_are_found_with_their_transcriptions(tmp_path: Path) -> None:
    (tmp_path / "gt").mkdir()
    for name in ("b.jpg", "a.png", "notes.txt"):
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "gt" / "a.txt").write_text("một\n\nhai\n", encoding="utf-8")
    assert [(page.name, page.truth) for page in pages_in(tmp_path)] == [("a", ("một", "hai")), ("b", ())]
