"""Columns are read one after the other, tables cell by cell; forms and letter-heads stay rows."""

from __future__ import annotations

import random
from collections.abc import Sequence

import cv2
import numpy as np
import pytest

from dossiers.page import Line
from models.detection.boxes import Corners
from models.detection.cells import Table, tables_on
from models.detection.drawn import drawn_on
from models.detection.order import in_reading_order
from models.protocols import Image
from models.reader import Reader
from models.synthesis import text
from models.synthesis.forms.parts import MOTTO, NATION
from models.synthesis.pages import finish
from models.synthesis.pages.columns import column_of_prose, column_page
from models.synthesis.pages.ink import Face
from models.synthesis.pages.layout import LEFT, RIGHT, TOP, Run, Sheet, paragraph, table
from models.synthesis.pages.prose import sentences

FACE = Face("Tinos", "regular", 12)
MIDDLE = (LEFT + RIGHT) / 2


def _found(lines: Sequence[Line], slope: float = 0.0) -> list[Corners]:
    """The boxes that a detector finds around printed lines, all about equally high, on a page of this slope."""
    height = 1.15 * np.percentile([line.polygon[3][1] - line.polygon[0][1] for line in lines], 80)
    boxes = []
    for line in lines:
        (left, top), (right, _), (_, bottom), _ = line.polygon
        middle, half = (top + bottom) / 2, max(height, bottom - top) / 2
        top, bottom = middle - half, middle + half
        corners = (left, top), (right, top), (right, bottom), (left, bottom)
        boxes.append(np.array([[x - slope * y, y + slope * x] for x, y in corners], dtype=np.float32))
    return boxes


def _read(boxes: Sequence[Corners], tables: Sequence[Table] = ()) -> list[int]:
    """Which of the boxes is read when, whatever the order in which they were found."""
    mixed = random.Random(3).sample(range(len(boxes)), len(boxes))
    number = {id(boxes[n]): n for n in mixed}
    return [number[id(box)] for box in in_reading_order([boxes[n] for n in mixed], tables)]


def _grey(sheet: Sheet) -> Image:
    return np.asarray(cv2.cvtColor(finish(sheet).image, cv2.COLOR_RGB2GRAY), dtype=np.uint8)


@pytest.mark.parametrize("slope", [0.0, 0.018, -0.035])
@pytest.mark.parametrize(("columns", "seed"), [(2, 0), (2, 2), (2, 3), (3, 4), (3, 5)])
def test_columns_are_read_one_after_the_other(columns: int, seed: int, slope: float) -> None:
    lines = finish(column_page(random.Random(seed), columns)).truth.lines
    assert _read(_found(lines, slope)) == list(range(len(lines)))


@pytest.mark.parametrize("align", ["left", "justify"])
def test_columns_whose_lines_stand_in_rows_are_columns_too(align: str) -> None:
    sheet, rng = Sheet("x"), random.Random(4)
    for x in (LEFT, MIDDLE + 14):
        y = TOP
        while y < 560:
            run = Run(" ".join(rng.sample(sentences(), 3)), FACE)
            y = paragraph(sheet, [run], y, x=x, width=MIDDLE - LEFT - 14, align=align)  # type: ignore[arg-type]
    lines = finish(sheet).truth.lines
    assert _read(_found(lines)) == list(range(len(lines)))


def _in_rows(rows: Sequence[tuple[str, ...]], places: Sequence[float], face: Face = FACE) -> Sheet:
    sheet = Sheet("x")
    for number, row in enumerate(rows):
        for words, x in zip(row, places, strict=True):
            paragraph(sheet, [Run(words, face)], TOP + number * face.size * 1.5, x=x, width=900, align="left")
    return sheet


@pytest.mark.parametrize("seed", range(6))
def test_labels_and_values_and_lists_stay_rows(seed: int) -> None:
    rng = random.Random(seed)

    def name() -> str:
        return text.full_name(rng, "Nữ")

    kinds = (
        lambda: (f"Họ, chữ đệm và tên: {name()}", f"Nơi cư trú: {text.address_two_tier(rng)}"),
        lambda: (name(), name()),
        lambda: (text.address_two_tier(rng), text.address_two_tier(rng)),
        lambda: (f"{rng.randrange(10**11, 10**12):012d}", f"{rng.randrange(10**11, 10**12):012d}"),
    )
    for fill in kinds:
        lines = finish(_in_rows([fill() for _ in range(14)], (LEFT, LEFT + 330))).truth.lines
        assert _read(_found(lines)) == list(range(len(lines)))


HEAD = (("ỦY BAN NHÂN DÂN", NATION), ("PHƯỜNG AN HÒA", MOTTO), ("Số: 12/BC-UBND", "An Hòa, ngày 3 tháng 5 năm 2026"))
FOOT = (("Nơi nhận:", "KT. CHỦ TỊCH"), ("- Như trên;", "PHÓ CHỦ TỊCH"), ("- Lưu: VT.", "(Đã ký)"))


def _halves(sheet: Sheet, rows: Sequence[tuple[str, str]], y: float) -> None:
    for number, (left, right) in enumerate(rows):
        paragraph(sheet, [Run(left, FACE)], y + 18 * number, width=180, align="center")
        paragraph(sheet, [Run(right, FACE)], y + 18 * number, x=LEFT + 190, width=270, align="center")


def test_a_letter_head_and_a_foot_stay_rows() -> None:
    sheet = Sheet("x")
    _halves(sheet, HEAD, TOP)
    y = paragraph(sheet, [Run(" ".join(sentences()[:8]), FACE)], TOP + 80)
    _halves(sheet, FOOT, y + 30)
    lines = finish(sheet).truth.lines
    assert _read(_found(lines)) == list(range(len(lines)))


def test_a_letter_head_over_columns_stays_rows() -> None:
    sheet, rng = Sheet("x"), random.Random(0)
    _halves(sheet, HEAD, TOP)
    for x in (LEFT, MIDDLE + 12):
        column_of_prose(sheet, rng, FACE, (x, MIDDLE - LEFT - 12), (TOP + 76, 600.0))
    lines = finish(sheet).truth.lines
    assert _read(_found(lines)) == list(range(len(lines)))


def _table(widths: Sequence[float] = (40, 180, 120)) -> Sheet:
    sheet = Sheet("x")
    rows = [[[Run(words, FACE)] for words in ("TT", "Nội dung công việc", "Người thực hiện")]]
    for number in range(1, 5):
        cells = (str(number), sentences()[number][:70], "Nguyễn Thị Phương Thảo, Trần Văn Quyết")
        rows.append([[Run(words, FACE)] for words in cells])
    y = paragraph(sheet, [Run("DANH SÁCH", FACE)], TOP, align="center")
    y = table(sheet, widths, rows, y, LEFT)
    paragraph(sheet, [Run("Danh sách này có 4 việc.", FACE)], y + 30)
    return sheet


def test_lines_of_one_cell_stay_together() -> None:
    sheet = _table()
    lines, tables = finish(sheet).truth.lines, tables_on(drawn_on(_grey(sheet)))
    assert [len(each.cells) for each in tables] == [15]
    assert _read(_found(lines)) != list(range(len(lines)))
    assert _read(_found(lines), tables) == list(range(len(lines)))


@pytest.mark.parametrize("degrees", [1.0, -2.5])
def test_a_tilted_table_is_read_cell_by_cell(degrees: float) -> None:
    sheet = _table()
    grey = _grey(sheet)
    height, width = grey.shape
    turned = cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 1.0)
    tilted = np.asarray(cv2.warpAffine(grey, turned, (width, height), borderValue=250), dtype=np.uint8)
    boxes = [
        np.asarray(box @ turned[:, :2].T + turned[:, 2], dtype=np.float32) for box in _found(finish(sheet).truth.lines)
    ]
    assert _read(boxes, tables_on(drawn_on(tilted))) == list(range(len(boxes)))


def test_a_torn_rule_does_not_mix_two_rows() -> None:
    sheet = _table()
    lines, grey = finish(sheet).truth.lines, _grey(sheet)
    second, third = (next(n for n, line in enumerate(lines) if line.text == row) for row in "23")
    low, high = int(lines[second + 1].polygon[0][1]) + 40, int(lines[third + 1].polygon[0][1])
    left = int(lines[second + 1].polygon[0][0])
    grey[low:high, left : left + 60] = 255  # a piece of the rule under the second row's work
    tables = tables_on(drawn_on(grey))
    assert [len(each.cells) for each in tables] == [14]
    assert _read(_found(lines), tables) == list(range(len(lines)))


def test_a_table_that_is_open_at_a_side_is_left_as_it_is() -> None:
    sheet = _table()
    lines, grey = finish(sheet).truth.lines, _grey(sheet)
    edge = int((LEFT + 340) * 200 / 72)
    grey[:, edge - 4 : edge + 5] = 255
    assert _read(_found(lines), tables_on(drawn_on(grey))) == _read(_found(lines))


def test_text_beside_a_table_keeps_its_rows() -> None:
    sheet = _table()
    note = sheet.new_line()
    sheet.word(note, LEFT + 370, TOP + 90, Run("Ghi chú", FACE))
    lines = finish(sheet).truth.lines
    assert _read(_found(lines), tables_on(drawn_on(_grey(sheet)))) == _read(_found(lines))


def test_the_detector_reads_columns_and_cells_in_order(reader: Reader) -> None:
    for sheet in (column_page(random.Random(2)), _table()):
        page = finish(sheet)
        found = reader.detect(np.ascontiguousarray(page.image[:, :, ::-1]))
        centres = [np.mean(polygon, axis=0) for polygon in found]
        order = [
            min(
                range(len(page.truth.lines)),
                key=lambda n: float(np.abs(np.mean(page.truth.lines[n].polygon, axis=0) - centre).sum()),
            )
            for centre in centres
        ]
        assert order == sorted(order)
        assert len(set(order)) > 0.9 * len(page.truth.lines)
