"""The scans that stand in for a newcomer's own, and the person who corrects them."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import finetuning


@pytest.fixture
def one_page(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The office sends one page alone; the lines on it."""
    monkeypatch.setattr(finetuning, "PAGES", 1)
    ((_, lines),) = finetuning.printed_pages()
    return lines


def test_a_scan_is_the_same_each_time_and_full_of_lines(one_page: list[str], tmp_path: Path) -> None:
    for name in ("one", "again"):
        finetuning.write_pages(tmp_path / name)
    assert (tmp_path / "one" / "scan-1.png").read_bytes() == (tmp_path / "again" / "scan-1.png").read_bytes()
    assert len(one_page) > 20 and len(set(one_page)) == len(one_page)


def test_the_person_writes_what_stands_there_and_deletes_what_is_no_line(one_page: list[str], tmp_path: Path) -> None:
    long = max(one_page, key=len)
    rows = ["file\ttext\tconfidence", f"1.png\t{one_page[0]}\t0.9", f"2.png\tx{long[1:]}\t0.2", "3.png\t@@@@@@@@\t0.1"]
    (tmp_path / "labels.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    assert finetuning.correct(tmp_path) == (2, 1)
    left = (tmp_path / "labels.tsv").read_text(encoding="utf-8").splitlines()
    assert left == [rows[0], rows[1], f"2.png\t{long}\t0.2"]
