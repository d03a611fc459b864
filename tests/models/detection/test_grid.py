"""Ruled tables are stated with their rows and columns, and each line in them with its cell."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from dossiers.page import Box, Cell, Table
from models.detection.boxes import Corners
from models.detection.cells import tables_on
from models.detection.drawn import drawn_on
from models.detection.grid import in_tables
from models.evaluation.suites import SYNTHETIC
from models.evaluation.suites.base import PageSuite
from models.orientation.turning import turn
from models.protocols import Image, Layout
from models.reader import Reader
from models.synthesis.pages import finish
from models.synthesis.pages.ink import Face
from models.synthesis.pages.layout import LEFT, TOP, Run, Sheet, paragraph, table
from models.synthesis.pages.prose import prose_page

Frame = tuple[int, int, int, int]
Place = tuple[int, int, int, int]
FACE = Face("Tinos", "regular", 12)


def _paper() -> Image:
    return np.full((2339, 1654), 250, dtype=np.uint8)


def _rule(page: Image, frames: Sequence[Frame]) -> None:
    for left, top, right, bottom in frames:
        cv2.rectangle(page, (left, top), (right, bottom), (20,), 3)


def _box(middle: tuple[float, float], width: float = 70, height: float = 36) -> Corners:
    x, y = middle
    left, right, top, bottom = x - width / 2, x + width / 2, y - height / 2, y + height / 2
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]], dtype=np.float32)


def _inside(frames: Sequence[Frame]) -> list[Corners]:
    return [_box(((left + right) / 2, (top + bottom) / 2)) for left, top, right, bottom in frames]


def _stated(page: Image, boxes: Sequence[Corners]) -> tuple[list[Cell | None], tuple[Table, ...]]:
    return in_tables(boxes, tables_on(drawn_on(page)))


def _places(cells: Sequence[Cell | None]) -> list[Place]:
    return [(cell.row, cell.column, cell.row_span, cell.column_span) for cell in cells if cell]


MERGED = {
    (200, 300, 320, 460): (0, 0, 2, 1),
    (320, 300, 1100, 380): (0, 1, 1, 2),
    (1100, 300, 1400, 460): (0, 3, 2, 1),
    (320, 380, 700, 460): (1, 1, 1, 1),
    (700, 380, 1100, 460): (1, 2, 1, 1),
    (200, 460, 320, 540): (2, 0, 1, 1),
    (320, 460, 700, 540): (2, 1, 1, 1),
    (700, 460, 1100, 540): (2, 2, 1, 1),
    (1100, 460, 1400, 540): (2, 3, 1, 1),
}
"""The cells of a table whose header has two rows, and their places."""


@pytest.mark.parametrize("degrees", [0.0, 1.0, -2.0])
def test_merged_cells_of_a_header_take_several_rows_or_columns(degrees: float) -> None:
    page = _paper()
    _rule(page, list(MERGED))
    turned = cv2.getRotationMatrix2D((827, 1170), -degrees, 1.0)
    tilted = np.asarray(cv2.warpAffine(page, turned, (1654, 2339), borderValue=(250,)), dtype=np.uint8)
    long = [
        _box((x, y), min(right - left - 40, 300))
        for left, top, right, bottom in MERGED
        for x, y in [((left + right) / 2, (top + bottom) / 2)]
    ]
    boxes = [np.asarray(box @ turned[:, :2].T + turned[:, 2], dtype=np.float32) for box in long]
    cells, tables = _stated(tilted, boxes)
    assert tables == (Table(3, 4),)
    assert _places(cells) == list(MERGED.values())


THIRDS, HALVES = (200, 600, 1000, 1400), (200, 800, 1400)
UNEVEN = {
    "three over two": {
        **{(THIRDS[n], 300, THIRDS[n + 1], 380): ((0, 0, 1, 1), (0, 1, 1, 2), (0, 3, 1, 1))[n] for n in range(3)},
        **{(HALVES[n], 380, HALVES[n + 1], 460): (1, 2 * n, 1, 2) for n in range(2)},
    },
    "two beside three": {
        **{(200, 300 + 180 * n, 800, 480 + 180 * n): (2 * n, 0, 2, 1) for n in range(2)},
        **{(800, 300 + 120 * n, 1400, 420 + 120 * n): ((0, 1, 1, 1), (1, 1, 2, 1), (3, 1, 1, 1))[n] for n in range(3)},
    },
    "a third over a half": {
        (200, 300, 600, 380): (0, 0, 1, 1),
        (600, 300, 1400, 380): (0, 1, 1, 2),
        (200, 380, 800, 460): (1, 0, 1, 2),
        (800, 380, 1400, 460): (1, 2, 1, 1),
    },
}
"""Tables whose rows, or columns, are parted at other places than their neighbours."""


@pytest.mark.parametrize(
    ("name", "size"), [("three over two", (2, 4)), ("two beside three", (4, 2)), ("a third over a half", (2, 3))]
)
def test_rules_that_go_on_elsewhere_in_the_next_row_are_lines_of_their_own(name: str, size: tuple[int, int]) -> None:
    page = _paper()
    _rule(page, list(UNEVEN[name]))
    cells, tables = _stated(page, _inside(list(UNEVEN[name])))
    assert tables == (Table(*size),)
    assert _places(cells) == list(UNEVEN[name].values())


LARGE = {
    (left, 300 + 64 * row, right, 364 + 64 * row): (row, column, 1, 1)
    for row in range(28)
    for column, (left, right) in enumerate(itertools.pairwise((150, 230, 700, 1000, 1250, 1500)))
}
CORNERS = ((0, 0), (1654, 0), (1654, 2339), (0, 2339))


@pytest.mark.parametrize("frames", [LARGE, MERGED, *UNEVEN.values()])
@pytest.mark.parametrize(
    "corners",
    [
        ((160, 120), (1500, 90), (1650, 2330), (10, 2250)),
        ((100, 140), (1654, 0), (1600, 2200), (40, 2300)),
        ((20, 10), (1520, 130), (1600, 2330), (90, 2280)),
    ],
)
def test_a_photo_taken_at_an_angle_has_the_same_grid(
    frames: dict[Frame, Place], corners: tuple[tuple[int, int], ...]
) -> None:
    page = _paper()
    _rule(page, list(frames))
    seen = cv2.getPerspectiveTransform(np.array(CORNERS, dtype=np.float32), np.array(corners, dtype=np.float32))
    photo = np.asarray(cv2.warpPerspective(page, seen, (1654, 2339), borderValue=(250,)), dtype=np.uint8)
    middles = np.array([box.mean(axis=0) for box in _inside(list(frames))])[:, None]
    cells, tables = _stated(photo, [_box((x, y)) for ((x, y),) in cv2.perspectiveTransform(middles, seen).tolist()])
    assert len(tables) == 1
    assert _places(cells) == list(frames.values())


@pytest.mark.parametrize("axis", [0, 1])
def test_a_table_on_bent_paper_has_the_same_grid(axis: int) -> None:
    page = _paper()
    _rule(page, list(LARGE))
    places = np.mgrid[0:2339, 0:1654].astype(np.float32)[::-1]
    half = (page.shape[axis] - 1) / 2

    def bend(along: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.asarray(25 * (1 - (along / half - 1) ** 2), dtype=np.float32)  # 3 mm

    places[axis] -= bend(places[1 - axis])
    bent = np.asarray(cv2.remap(page, places[0], places[1], cv2.INTER_LINEAR, borderValue=(250,)), dtype=np.uint8)
    middles = np.array([box.mean(axis=0) for box in _inside(list(LARGE))])
    middles[:, axis] += bend(middles[:, 1 - axis])
    cells, tables = _stated(bent, [_box((x, y)) for x, y in middles.tolist()])
    assert tables == (Table(28, 5),)
    assert _places(cells) == list(LARGE.values())


def test_two_lines_of_a_merged_cell_stay_in_it_and_a_torn_rule_parts_what_it_made_one() -> None:
    page = _paper()
    _rule(page, list(MERGED))
    boxes = [_box((260, 350)), _box((260, 410)), *_inside([(320, 300, 1100, 380)]), _box((900, 420)), _box((900, 500))]
    page[450:470, 800:1000] = 250  # of the rule under the second row
    cells, tables = _stated(page, boxes)
    assert tables == (Table(3, 4),)
    assert _places(cells) == [(0, 0, 2, 1), (0, 0, 2, 1), (0, 1, 1, 2), (1, 2, 1, 1), (2, 2, 1, 1)]


def test_a_cell_whose_outline_is_spoilt_has_its_place_in_the_grid() -> None:
    page = _paper()
    frames = [(x, y, x + 300, y + 160) for y in (300, 460) for x in (200, 500, 800)]
    _rule(page, frames)
    cv2.line(page, (500, 300), (800, 460), (20,), 3)  # struck out
    cells, tables = _stated(page, _inside(frames))
    assert tables == (Table(2, 3),)
    assert _places(cells) == [(row, column, 1, 1) for row in (0, 1) for column in (0, 1, 2)]


def test_two_tables_are_numbered_as_they_are_read_and_text_between_them_is_in_none() -> None:
    page = _paper()
    small = [(x, 300, x + 400, 360) for x in (200, 600)]
    large = [(x, y, x + 400, y + 100) for y in (900, 1000, 1100) for x in (200, 600, 1000)]
    _rule(page, [*small, *large])
    cells, tables = _stated(page, [*_inside(small), _box((600, 600), 500), *_inside(large[1:])])
    assert tables == (Table(1, 2), Table(3, 3))
    assert [cell.table if cell else None for cell in cells] == [0, 0, None, *([1] * 8)]
    assert _places(cells[3:4]) == [(0, 1, 1, 1)]


def test_a_table_in_a_cell_has_the_lines_that_stand_in_it() -> None:
    page = _paper()
    outer = [(200, 300, 500, 900), (500, 300, 1400, 900), (200, 900, 500, 1000), (500, 900, 1400, 1000)]
    inner = [(x, 500, x + 300, 600) for x in (600, 900)]
    _rule(page, [*outer, *inner])
    cells, tables = _stated(page, [*_inside(outer[:1]), _box((900, 400)), *_inside(inner), *_inside(outer[2:])])
    assert tables == (Table(2, 2), Table(1, 2))
    assert [cell and (cell.table, cell.row, cell.column) for cell in cells] == [
        (0, 0, 0),
        (0, 0, 1),
        (1, 0, 0),
        (1, 0, 1),
        (0, 1, 0),
        (0, 1, 1),
    ]


def test_a_table_whose_lines_but_for_one_cell_stand_in_an_inner_table_is_not_stated() -> None:
    page = _paper()
    inner = [(x, 400, x + 200, 500) for x in (850, 1050)]
    _rule(page, [(200, 300, 800, 700), (800, 300, 1400, 700), *inner])
    boxes = [_box((500, 500)), *_inside(inner)]
    assert _stated(page, boxes) == ([None, Cell(0, 0, 0), Cell(0, 0, 1)], (Table(1, 2),))
    cells, tables = _stated(page, [*boxes, _box((1100, 600))])
    assert tables == (Table(1, 2), Table(1, 2))
    assert cells == [Cell(0, 0, 0), Cell(1, 0, 0), Cell(1, 0, 1), Cell(0, 0, 1)]


@pytest.mark.parametrize(("y", "row"), [(300, 0), (540, 2)])
@pytest.mark.parametrize("merged", [False, True])
def test_a_row_that_is_open_at_the_top_or_bottom_counts(y: int, row: int, merged: bool) -> None:
    frames = {
        (x, 300 + 80 * n, x + 300, 380 + 80 * n): (n, column, 1, 1)
        for n in range(3)
        for column, x in enumerate((200, 500, 800))
        if not (merged and n == row and column < 2)
    }
    if merged:
        frames[200, 300 + 80 * row, 800, 380 + 80 * row] = (row, 0, 1, 2)
    page = _paper()
    _rule(page, list(frames))
    for left, right in itertools.pairwise((200, 800, 1100) if merged else (200, 500, 800, 1100)):
        page[y - 3 : y + 4, left + 3 : right - 2] = 250
    cells, tables = _stated(page, _inside(list(frames)))
    assert tables == (Table(3, 3),)
    assert _places(cells) == list(frames.values())


def test_frames_for_digits_one_frame_and_a_table_open_at_a_side_are_not_stated() -> None:
    digits = [(x, 300, x + 48, 348) for x in range(200, 200 + 12 * 48, 48)]
    alone = [(200, 600, 700, 700), (700, 600, 1200, 700)]
    page = _paper()
    _rule(page, [*digits, *alone])
    boxes = [_box(((left + right) / 2, 324), 24) for left, _, right, _ in digits]
    assert _stated(page, [*boxes, *_inside(alone[:1])]) == ([None] * 13, ())
    frames = [(x, y, x + 300, y + 100) for y in (300, 400) for x in (200, 500, 800)]
    page = _paper()
    _rule(page, frames)
    page[290:510, 190:210] = 250
    assert _stated(page, _inside(frames)) == ([None] * 6, ())


def test_bricks_and_steps_are_no_grid() -> None:
    steps = [(200 + 10 * n, 300 + 60 * n, 260 + 10 * n, 360 + 60 * n) for n in range(12)]
    wall = [
        (200 + 100 * n + 25 * (row % 4), 1300 + 60 * row, 300 + 100 * n + 25 * (row % 4), 1360 + 60 * row)
        for row in range(8)
        for n in range(6)
    ]
    for frames in (steps, wall):
        page = _paper()
        _rule(page, frames)
        ruled = tables_on(drawn_on(page))
        assert [len(each.cells) for each in ruled] == [len(frames)]
        assert in_tables(_inside(frames), ruled) == ([None] * len(frames), ())


def test_nothing_drawn_and_nothing_found_have_no_tables() -> None:
    assert _stated(_paper(), [_box((500, 500))]) == ([None], ())
    page = _paper()
    _rule(page, list(MERGED))
    assert _stated(page, []) == ([], ())


def _bgr(sheet: Sheet) -> Image:
    return np.ascontiguousarray(finish(sheet).image[:, :, ::-1])


def test_what_is_detected_on_a_page_is_the_same_with_and_without_its_tables(reader: Reader) -> None:
    page = _bgr(prose_page(random.Random(4)))
    found = reader.layout(page)
    assert reader.detect(page) == found.polygons
    assert found == Layout(found.polygons, [None] * len(found.polygons), ())
    assert len(found.polygons) > 10


def _list() -> Sheet:
    sheet = Sheet("x")
    rows = [("TT", "Nội dung công việc", "Kết quả"), ("1", "Kiểm tra hồ sơ", ""), ("2", "Trả kết quả", "Đạt")]
    y = paragraph(sheet, [Run("DANH SÁCH CÔNG VIỆC", FACE)], TOP, align="center")
    y = table(sheet, (40, 180, 120), [[[Run(words, FACE)] for words in row] for row in rows], y, LEFT)
    for number in range(12):
        paragraph(
            sheet, [Run("Danh sách này do người có thẩm quyền lập và được lưu cùng hồ sơ.", FACE)], y + 30 + 20 * number
        )
    return sheet


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_a_table_is_read_in_the_order_of_the_upright_page(reader: Reader, rotation: int) -> None:
    reading = reader.read(turn(_bgr(_list()), rotation))
    assert reading.rotation == -rotation % 360
    assert reading.tables == (Table(3, 3),)
    cells = {(line.cell.row, line.cell.column): line.text for line in reading.lines if line.cell}
    assert cells[0, 1] == "Nội dung công việc"
    assert (cells[1, 1], cells[2, 1], cells[2, 2]) == ("Kiểm tra hồ sơ", "Trả kết quả", "Đạt")
    assert (1, 2) not in cells
    assert [line.cell for line in reading.lines if line.text.startswith("Danh sách này")] == [None] * 12


def test_cells_of_the_suite_of_tables_have_their_row_and_column(reader: Reader) -> None:
    suite = SYNTHETIC["pages-table"]
    assert isinstance(suite, PageSuite)
    for page in suite.items(2):
        found = reader.layout(page.image)
        middles = np.array(found.polygons).mean(axis=1)
        for each in page.truth:
            assert each.cell
            for box in map(Box.of, each.polygons):
                near = (np.abs(middles - ((box.left + box.right) / 2, (box.top + box.bottom) / 2))).sum(axis=1).argmin()
                assert found.cells[near] == Cell(0, *each.cell)
