"""When a corrected field teaches a line, and when it must not."""

from __future__ import annotations

import pytest

from dossiers.page import Box, Line
from models.datasets.fields import FieldCorrection, FieldSkipped, line_of_field


def line(text: str, top: float, left: float = 100) -> Line:
    return Line(text, ((left, top), (900, top), (900, top + 40), (left, top + 40)), 0.9, "m@1")


LINES = [
    line("Họ và tên mẹ: Nguyễn Thị Hưu", 100),
    line("Họ và tên bố: Lê Văn Hưu, sinh ngày 02/10/1990", 160),
    line("Nguyễn Thị Hưu và Nguyễn Thị Hưu", 220),
    line("Diện tích: 120 m2. Giới tính: Nam Nữ", 280),
]


def field(kind: str, before: str, after: str, *, raw: str = "", top: float = 100) -> FieldCorrection:
    return FieldCorrection(kind, raw or before, before, after, Box(300, top + 4, 800, top + 36))


def test_a_name_that_stands_once_in_one_line_is_put_right_in_it() -> None:
    found = line_of_field(field("name", "Nguyễn Thị Hưu", "Nguyễn Thị Hữu"), LINES)
    assert found == (0, "Họ và tên mẹ: Nguyễn Thị Hữu")


def test_what_the_form_prints_around_a_value_stays() -> None:
    lines = [line("Nơi sinh: …Bệnh viện Sản Nhì….", 100)]
    raw = "…Bệnh viện Sản Nhì…."
    assert line_of_field(field("text", "Bệnh viện Sản Nhì", "Bệnh viện Sản Nhi", raw=raw), lines) == (
        0,
        "Nơi sinh: …Bệnh viện Sản Nhi….",
    )


def test_a_number_that_is_written_as_its_value_counts() -> None:
    found = line_of_field(field("number", "120", "126", top=280), LINES)
    assert found == (3, "Diện tích: 126 m2. Giới tính: Nam Nữ")


@pytest.mark.parametrize(
    ("correction", "reason"),
    [
        (field("name", "Nguyễn Thị Hưu", "Nguyễn Thị Hưu"), "confirmed"),
        (field("name", "Nguyễn Thị Hưu", "Nguyễn Thị Hữu", top=220), "not found once"),
        (field("name", "Nguyễn Thị Hưu", "Nguyễn Thị Hữu", top=160), "not found once"),
        (field("date", "1990-10-02", "1990-10-03", raw="02/10/1990", top=160), "normalised"),
        (field("number", "1250", "1260", raw="1.250 m2", top=280), "normalised"),
        (field("name", "Nguyễn Thị Hưu", "Phạm Quốc Bảo"), "another text"),
        (field("enum", "Nam", "Nữ", top=280), "of a kind"),
        (field("name", "Lê Văn Hưu", "", top=160), "empty"),
    ],
)
def test_what_can_be_understood_in_two_ways_is_left_out(correction: FieldCorrection, reason: str) -> None:
    with pytest.raises(FieldSkipped, match=reason):
        line_of_field(correction, LINES)


def test_a_value_in_two_lines_under_one_box_is_left_out() -> None:
    twice = [line("tên: Lê Hưu", 100), line("tên: Lê Hưu", 120)]
    with pytest.raises(FieldSkipped, match="not found once"):
        line_of_field(FieldCorrection("name", "Lê Hưu", "Lê Hưu", "Lê Hữu", Box(100, 110, 500, 150)), twice)
