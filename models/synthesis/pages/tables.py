"""Pages with one ruled table each, as lists of people, areas, prices and places: what stands in every cell is known.

Guarantees that each cell that is not empty is a field of the page's truth named `cell:ROW:COLUMN`, its printed parts in
reading order, and that fonts are kept out of training.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from models.synthesis import text
from models.synthesis.lines.cells import numbers_in_a_row
from models.synthesis.pages.ink import Face
from models.synthesis.pages.layout import BOTTOM, LEFT, RIGHT, TOP, Run, Sheet, paragraph, table
from models.synthesis.pages.prose import body_face, sentences

KIND = "bang"
CELL = "cell:"
_Column = tuple[str, float, Callable[[random.Random, int], str]]


def _words(rng: random.Random, low: int, high: int) -> str:
    return " ".join(rng.choice(sentences()).split()[: rng.randint(low, high)]).rstrip(",;:.")


def _name(rng: random.Random, _: int) -> str:
    return text.full_name(rng, rng.choice(("Nam", "Nữ")))


def _province(rng: random.Random, _: int) -> str:
    return rng.choice(text.places("2025")).province.removeprefix("Tỉnh ").removeprefix("Thành phố ")


def _commune(rng: random.Random, _: int) -> str:
    return rng.choice(text.places("2025")).commune


def _amount(rng: random.Random, _: int) -> str:
    return f"{rng.randint(10, 99_999_000):,}".replace(",", ".")


def _area(rng: random.Random, _: int) -> str:
    return f"{rng.uniform(1, 900):.1f}".replace(".", ",")


def _day(rng: random.Random, _: int) -> str:
    return f"{rng.randint(1, 28):02d}/{rng.randint(1, 12):02d}/{rng.randint(1950, 2026)}"


def _numbers(rng: random.Random, row: int) -> str:
    """Numbers in a row that can be broken to fit a narrow column."""
    joined = numbers_in_a_row(rng)
    return joined if max(map(len, joined.split())) <= 13 else _numbers(rng, row)


def _note(rng: random.Random, _: int) -> str:
    return rng.choice(("", "", "", "nt", "x", "Đạt", "Không đạt", "Chưa nộp", "Mới"))


_PEOPLE: tuple[_Column, ...] = (
    ("STT", 0.5, lambda _, row: str(row)),
    ("Họ và tên", 2.2, _name),
    ("Ngày sinh", 1.2, _day),
    ("Giới tính", 0.8, lambda rng, _: rng.choice(("Nam", "Nữ"))),
    ("Số định danh cá nhân", 1.6, lambda rng, _: f"{rng.randrange(10**11, 10**12):012d}"),
    ("Ghi chú", 1.0, _note),
)
_PLACES: tuple[_Column, ...] = (
    ("TT", 0.5, lambda _, row: str(row)),
    ("Tỉnh, thành phố", 1.6, _province),
    ("Xã, phường", 2.0, _commune),
    ("Ký hiệu", 1.6, _numbers),
    ("Số lượng", 0.9, lambda rng, _: str(rng.randint(1, 999))),
)
_PRICES: tuple[_Column, ...] = (
    ("Số TT", 0.6, lambda _, row: f"{row:02d}"),
    ("Nội dung", 2.8, lambda rng, _: _words(rng, 2, 8)),
    ("ĐVT", 0.7, lambda rng, _: rng.choice(("cái", "m²", "bộ", "kg", "tấn", "người", "%"))),
    ("Khối lượng", 1.0, _area),
    ("Đơn giá (đồng)", 1.2, _amount),
    ("Thành tiền (đồng)", 1.3, _amount),
)
_DUTIES: tuple[_Column, ...] = (
    ("TT", 0.5, lambda _, row: str(row)),
    ("Nội dung công việc", 3.2, lambda rng, _: _words(rng, 4, 14)),
    ("Người thực hiện", 1.6, _name),
    ("Thời hạn", 1.1, _day),
    ("Kết quả", 1.0, _note),
)
_TABLES = (_PEOPLE, _PLACES, _PRICES, _DUTIES)


def table_page(rng: random.Random, number: int) -> Sheet:
    """A title and a table over most of the sheet; `number` chooses which of the four kinds of table."""
    columns, face = _TABLES[number % len(_TABLES)], body_face(rng, 10.5, 12.5)
    sheet = Sheet(KIND)
    heading = face.bold().sized(face.size + 2)
    y = paragraph(sheet, [Run(f"DANH SÁCH {rng.randint(1, 9)}", heading)], TOP + 12, align="center")
    y = paragraph(sheet, [Run(_words(rng, 5, 10), face.italic())], y, align="center")
    room = RIGHT - LEFT
    whole = sum(share for _, share, _ in columns)
    widths = [room * share / whole for _, share, _ in columns]
    rows = [_row([name for name, _, _ in columns], 0, face.bold())]
    tall = 2.6 if columns in (_PRICES, _DUTIES) else 1.7  # rows of text, on the average
    fitting = int((BOTTOM - y - 40) / (face.size * 1.2 * tall + 7))
    for row in range(1, min(fitting, rng.randint(8, 22)) + 1):
        rows.append(_row([fill(rng, row) for _, _, fill in columns], row, face))
    table(sheet, widths, rows, y, LEFT)
    return sheet


def cell_of(key: str) -> tuple[int, int]:
    """Row and column, from 0, of the cell that a field of a table page is."""
    row, column = key.removeprefix(CELL).split(":")
    return int(row), int(column)


def _row(values: Sequence[str], number: int, face: Face) -> list[list[Run]]:
    return [[Run(value, face, f"{CELL}{number}:{column}" if value else "")] for column, value in enumerate(values)]
