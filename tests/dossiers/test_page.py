"""A reading is stored and read again with its tables; one of a time without them is still read."""

from __future__ import annotations

import json

from dossiers.page import Cell, Line, PageReading, Table, reading_from_json, reading_to_json

PLACE = ((1.0, 2.0), (30.0, 2.0), (30.0, 9.5), (1.0, 9.5))
OUTSIDE = Line("Danh sách", PLACE, 0.9, "m@1")
INSIDE = Line("Họ và tên", PLACE, 0.8, "m@1", Cell(0, 1, 2, 1, 2))


def test_tables_and_cells_come_back_as_they_were() -> None:
    reading = PageReading((OUTSIDE, INSIDE), 40, 20, 90, 1.5, (Table(3, 4),))
    data = json.loads(json.dumps(reading_to_json(reading)))
    assert reading_from_json(data) == reading
    assert data["tables"] == [{"rows": 3, "columns": 4}]
    assert data["lines"][1]["cell"] == {"table": 0, "row": 1, "column": 2, "row_span": 1, "column_span": 2}
    assert "cell" not in data["lines"][0]


def test_a_reading_of_a_time_without_tables_has_none() -> None:
    line = {"text": "Danh sách", "polygon": [list(corner) for corner in PLACE], "confidence": 0.9, "model": "m@1"}
    old = {"lines": [line], "width": 40, "height": 20, "rotation": 0, "seconds": 0.5}
    assert reading_from_json(old) == PageReading((OUTSIDE,), 40, 20, 0, 0.5)


def test_no_cell_and_no_tables_may_be_null_and_what_a_later_time_adds_is_left() -> None:
    reading = PageReading((OUTSIDE, INSIDE), 40, 20, 90, 1.5, (Table(3, 4),))
    data = reading_to_json(reading)
    data["lines"][0]["cell"] = None
    for each in (data, data["lines"][1], data["lines"][1]["cell"], data["tables"][0]):
        each["added"] = "later"
    assert reading_from_json(data) == reading
    data["lines"][1]["cell"] = data["tables"] = None
    assert reading_from_json(data).tables == ()
