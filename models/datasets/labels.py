"""`labels.tsv`: a line of text a row, columns by TAB, as people keep it in an editor or a spreadsheet.

A spreadsheet puts a cell that holds quotation marks into quotation marks and doubles those inside (the csv module's
excel-tab); a person types what stands on the paper, which may begin or end with such marks. A cell is read the first
way only where a spreadsheet had a reason to write it so. What both may have written is a fault and not guessed.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass

COLUMNS = ("file", "text", "confidence", "reading", "model")
"""What `hoso data lines` writes. A table without a head has the first two."""
_EITHER = 'quotation marks around the whole text: write """text""" when they stand on the paper, else take them out'


@dataclass(frozen=True, slots=True)
class Row:
    """One row. `number` counts lines of the file from 1; `cells` by column; `fault` says why it cannot be used."""

    number: int
    cells: dict[str, str]
    fault: str = ""


def write_rows(rows: Sequence[Sequence[str]]) -> str:
    """The table with its head. Editors, spreadsheets and `read_rows` give every cell back as it is."""
    return "".join("\t".join(map(_written, row)) + "\n" for row in (COLUMNS, *rows))


def _written(cell: str) -> str:
    # Marks further in are read as they are by everybody, and nobody has to edit around doubled ones.
    return '"' + cell.replace('"', '""') + '"' if cell.startswith('"') else cell


def read_rows(content: str) -> list[Row]:
    """The rows of a table without head, empty rows and remarks (`#`)."""
    columns: Sequence[str] = COLUMNS[:2]
    found: list[tuple[int, str, dict[str, str]]] = []
    for number, line in enumerate(content.splitlines(), start=1):
        raw = [cell.strip() for cell in line.split("\t")]
        first = raw[0] if (inside := _inside(raw[0])) is None else inside
        if number == 1 and first == "file" and len(raw) > 1:
            columns = [cell if (inside := _inside(cell)) is None else inside for cell in raw]
        elif any(raw) and not first.startswith("#"):
            found.append((number, line, dict(zip(columns, raw, strict=False))))
    excel = _quotes_commas([cells for _, _, cells in found])
    return [_row(number, line, cells, excel) for number, line, cells in found]


def _row(number: int, line: str, raw: dict[str, str], excel: bool) -> Row:
    if "text" not in raw or "file" not in raw:
        return Row(number, {}, "no TAB between file and text")
    if _torn(line):
        return Row(number, {}, "a TAB between quotation marks")
    everything = _inside(raw["file"]) is not None  # nobody quotes the name of a file by hand
    cells, fault = {}, ""
    for column, cell in raw.items():
        inside = _inside(cell)
        needed = inside is not None and (everything or not inside or '"' in inside or inside != inside.strip())
        comma = inside is not None and not needed and "," in inside
        if comma and not excel and column == "text":
            fault = _EITHER
        cells[column] = inside if inside is not None and (needed or (comma and excel)) else cell
    return Row(number, cells, fault)


def _inside(cell: str) -> str | None:
    """What a cell in quotation marks holds by the rules of spreadsheets; None for a cell that is not written so."""
    if not cell.startswith('"'):
        return None
    try:
        (value,) = next(csv.reader([cell], "excel-tab", strict=True))
    except csv.Error:
        return None
    return value


def _torn(line: str) -> bool:
    """Whether a spreadsheet would see fewer cells, because a TAB stands inside of one."""
    try:
        return len(next(csv.reader([line], "excel-tab", strict=True))) != line.count("\t") + 1
    except csv.Error:
        return False


def _quotes_commas(rows: list[dict[str, str]]) -> bool:
    """Whether what wrote the table also quotes cells with a comma, as Excel does: it left none bare, and it is sure
    that a program wrote them (marks were doubled, or stand in a column that nobody types in)."""
    sure = False
    for column, cell in (pair for cells in rows for pair in cells.items()):
        inside = _inside(cell)
        if inside is None and "," in cell:
            return False
        sure |= inside is not None and ('"' in inside or ("," in inside and column != "text"))
    return sure
