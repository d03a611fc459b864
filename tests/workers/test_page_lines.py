"""A page's lines are what was found and read; each keeps its own cell when another one came out empty."""

from __future__ import annotations

from dossiers.page import Cell, Line, Polygon, Table
from models.protocols import Layout
from workers.jobs.pages import lines_of


def _place(x: float) -> Polygon:
    return (x, 0.0), (x + 9, 0.0), (x + 9, 5.0), (x, 5.0)


def test_what_came_out_empty_is_no_line_and_takes_no_cell_with_it() -> None:
    cells = [None, Cell(0, 0, 0), Cell(0, 0, 1)]
    found = Layout([_place(0), _place(10), _place(20)], cells, (Table(1, 2),))
    lines = lines_of(found, [("Danh sách", 0.9), (" ", 0.2), ("Đạt", 0.8)], "m@1")
    assert lines == (Line("Danh sách", _place(0), 0.9, "m@1"), Line("Đạt", _place(20), 0.8, "m@1", Cell(0, 0, 1)))
