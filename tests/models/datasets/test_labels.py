"""Quotation marks in `labels.tsv`: what a spreadsheet put there goes, what stands on the paper stays, doubt is said."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.datasets.folder import clean_text
from models.datasets.labels import COLUMNS, read_rows, write_rows


def text_of(row: str) -> str:
    (found,) = read_rows(row)
    assert not found.fault
    return found.cells["text"]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ('"Theo điều 1, ""giấy tờ"" gồm"', 'Theo điều 1, "giấy tờ" gồm'),
        ('"""1101 Dung dịch"""', '"1101 Dung dịch"'),
        ('""', ""),
        ("“ngân sách”", "“ngân sách”"),
        ('"1101 Dung dịch"', '"1101 Dung dịch"'),
        ('"1101 Dung dịch', '"1101 Dung dịch'),
        ('1101 Dung dịch"', '1101 Dung dịch"'),
        ('"Một" và "Hai"', '"Một" và "Hai"'),
        ('gồm "giấy tờ", "bản sao"', 'gồm "giấy tờ", "bản sao"'),
    ],
)
def test_marks_of_a_spreadsheet_go_and_marks_of_the_paper_stay(cell: str, text: str) -> None:
    assert text_of(f"0.png\t{cell}") == text


def test_an_open_mark_does_not_swallow_the_rows_after_it() -> None:
    found = read_rows('0.png\t"mở\n1.png\tHai, ba\n2.png\tđóng"')
    assert [(row.number, row.cells["text"]) for row in found] == [(1, '"mở'), (2, "Hai, ba"), (3, 'đóng"')]


def test_a_table_with_every_cell_in_marks_is_read() -> None:
    sink = io.StringIO()
    rows = [COLUMNS, ("0.png", "Hai, ba", "0.5", "Hai ba", "m@1"), ("1.png", '"Bốn"', "0.6", "Bốn", "m@1")]
    csv.writer(sink, "excel-tab", quoting=csv.QUOTE_ALL).writerows(rows)
    assert [row.cells["text"] for row in read_rows(sink.getvalue())] == ["Hai, ba", '"Bốn"']


def test_marks_that_may_be_a_spreadsheets_or_the_papers_are_a_fault() -> None:
    doubtful = '1.png\t"Hà Nội, ngày 5"'
    for other in ("0.png\tHai", "0.png\tHai, ba", '0.png\tHai, ba\n2.png\t"""Ba"""'):
        found = {row.number: row.fault for row in read_rows(f"{doubtful}\n{other}")}
        assert "quotation marks" in found.pop(1)
        assert not any(found.values())


def test_commas_in_marks_are_a_spreadsheets_where_it_wrote_all_of_them_so() -> None:
    head = "\t".join(COLUMNS)
    row = '0.png\t"Hà Nội, ngày 5"\t0.5\t"Ha Nội, ngày 5"\tm@1'
    (found,) = read_rows(f"{head}\n{row}")
    assert (found.cells["text"], found.cells["reading"], found.fault) == ("Hà Nội, ngày 5", "Ha Nội, ngày 5", "")


def test_a_cell_that_a_tab_tore_is_a_fault() -> None:
    (found,) = read_rows('0.png\t"Một\tHai"')
    assert "TAB" in found.fault


TEXTS = st.text(alphabet="ab \"“”,ấ#'", max_size=12).map(clean_text)


@given(st.lists(st.tuples(TEXTS, TEXTS), max_size=6))
def test_what_is_written_is_read_back_by_us_and_by_spreadsheets(texts: list[tuple[str, str]]) -> None:
    rows = [(f"crops/{n}.png", text, "0.500", read, "m@1") for n, (text, read) in enumerate(texts)]
    content = write_rows(rows)
    assert [tuple(row.cells.values()) for row in read_rows(content)] == rows
    assert [tuple(row) for row in csv.reader(io.StringIO(content), "excel-tab")] == [COLUMNS, *rows]


@given(st.lists(TEXTS.filter(bool), max_size=6))
def test_what_the_csv_module_writes_is_read_back(texts: list[str]) -> None:
    sink = io.StringIO()
    csv.writer(sink, "excel-tab").writerows((f"{n}.png", text) for n, text in enumerate(texts))
    assert [row.cells["text"] for row in read_rows(sink.getvalue())] == texts
