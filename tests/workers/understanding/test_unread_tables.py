"""A table that cannot be taken apart says so, rather than passing for an empty one."""

from __future__ import annotations

from config.catalogue import forms
from dossiers.page import Box
from workers.understanding.layout import Piece
from workers.understanding.tables import table_of

_FORM = forms().get("ct01_thay_doi_thong_tin_cu_tru")
COLUMNS = next(field for field in _FORM.fields if field.type == "table").columns if _FORM else ()


def _piece(text: str, column: int, level: float) -> Piece:
    left = 200.0 * column
    return Piece(text, text, Box(left, level - 10, left + 150, level + 10), 0.99, 1, level, 20)


def _row(texts: list[str], level: float) -> list[Piece]:
    return [_piece(text, column, level) for column, text in enumerate(texts) if text]


HEADINGS = _row([column.heading for column in COLUMNS], 100)
FILLED = ["1", *("Lê An" for _ in COLUMNS[1:])]


def test_rows_with_numbers_are_read() -> None:
    table = table_of([*HEADINGS, *_row(FILLED, 200)], COLUMNS)
    assert len(table.rows) == 1
    assert not table.unread


def test_an_empty_table_is_no_doubt() -> None:
    assert not table_of(HEADINGS, COLUMNS).unread


def test_rows_whose_numbers_were_not_read_are() -> None:
    assert table_of([*HEADINGS, *_row(["", *FILLED[1:]], 200)], COLUMNS).unread


def test_a_table_without_its_headings_is() -> None:
    assert table_of(_row(FILLED, 200), COLUMNS).unread
