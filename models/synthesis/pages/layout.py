"""Setting type on a sheet: paragraphs, form rows with dotted leaders, cells for digits, ticks, tables.

Guarantees that every printed line is recorded with its text and ink box, and that every field value is recorded
with the boxes of its printed parts. Leaders, rules, ticks, seals and signatures are ink without text.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from dossiers.page import Box
from models.synthesis.pages.ink import HEIGHT_PT, WIDTH_PT, Face, Glyphs, Mark, Stamp, Stroke, ink_box, width_of

Align = Literal["left", "center", "justify", "right"]
LEFT, RIGHT = 85.0, WIDTH_PT - 48.0  # 30 mm and 17 mm: margins of Nghị định 30/2020/NĐ-CP, annex I
TOP, BOTTOM = 62.0, HEIGHT_PT - 58.0
LEADING = 1.38


@dataclass(frozen=True, slots=True)
class Run:
    """Text in one face; `key` names the field whose printed value it is."""

    text: str
    face: Face
    key: str = ""


@dataclass(slots=True)
class PrintedLine:
    """One printed line under way: words left to right and the box of their ink."""

    words: list[str] = field(default_factory=list)
    box: Box | None = None

    def add(self, text: str, box: Box, glue: bool) -> None:
        if glue and self.words:
            self.words[-1] += text
        else:
            self.words.append(text)
        self.box = box if self.box is None else self.box.union(box)


@dataclass(slots=True)
class FieldParts:
    """The printed parts of one field value, in reading order: text and ink box of each printed line's share."""

    parts: list[tuple[int, str, Box]] = field(default_factory=list)

    def add(self, line: int, text: str, box: Box, glue: bool) -> None:
        if self.parts and self.parts[-1][0] == line:
            _, before, known = self.parts[-1]
            self.parts[-1] = (line, before + ("" if glue else " ") + text, known.union(box))
        else:
            self.parts.append((line, text, box))


@dataclass(slots=True)
class Sheet:
    """One page under composition. `values` holds normalised field values where they differ from what is printed."""

    kind: str
    marks: list[Mark] = field(default_factory=list)
    stamps: list[tuple[str, Stamp]] = field(default_factory=list)
    lines: list[PrintedLine] = field(default_factory=list)
    fields: dict[str, FieldParts] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)

    def new_line(self) -> int:
        """Open a printed line; words are then put on it by its number."""
        self.lines.append(PrintedLine())
        return len(self.lines) - 1

    def word(self, line: int, x: float, y: float, run: Run, *, glue: bool = False) -> float:
        """Put one word on a line; returns the x of its right end. `glue`: no space before it."""
        glyphs = Glyphs(x, y, run.text, run.face)
        self.marks.append(glyphs)
        box = ink_box(glyphs)
        self.lines[line].add(run.text, box, glue)
        if run.key:
            self.fields.setdefault(run.key, FieldParts()).add(line, run.text, box, glue)
        return x + width_of(run.text, run.face)

    def rule(self, x0: float, y0: float, x1: float, y1: float, width: float = 0.6) -> None:
        self.marks.append(Stroke(((x0, y0), (x1, y1)), width))

    def frame(self, box: Box, width: float = 0.6) -> None:
        corners = ((box.left, box.top), (box.right, box.top), (box.right, box.bottom), (box.left, box.bottom))
        self.marks.append(Stroke((*corners, corners[0]), width))

    def dots(self, x0: float, x1: float, y: float, face: Face) -> None:
        """A dotted leader from x0 to x1, aligned to x1 as a word processor's tab leader is."""
        step = width_of(".", face)
        count = int((x1 - x0) / step)
        if count > 2:
            self.marks.append(Glyphs(x1 - count * step, y, "." * count, face))


Token = list[Run]  # runs without a space between them: they break together


def tokens_of(runs: Sequence[Run]) -> list[Token]:
    """Split runs at spaces into unbreakable tokens."""
    tokens: list[Token] = [[]]
    for run in runs:
        for number, word in enumerate(run.text.split(" ")):
            if number and tokens[-1]:
                tokens.append([])
            if word:
                tokens[-1].append(Run(word, run.face, run.key))
    return [token for token in tokens if token]


def token_width(token: Token) -> float:
    return sum(width_of(run.text, run.face) for run in token)


def _space(token: Token) -> float:
    return width_of(" ", token[-1].face)


def break_lines(tokens: list[Token], width: float, indent: float = 0.0) -> list[list[Token]]:
    """Greedy line breaking; the first line is shorter by `indent`."""
    rows: list[list[Token]] = [[]]
    room = width - indent
    for token in tokens:
        need = token_width(token) + (_space(rows[-1][-1]) if rows[-1] else 0.0)
        if rows[-1] and need > room:
            rows.append([])
            room, need = width, token_width(token)
        rows[-1].append(token)
        room -= need
    return [row for row in rows if row]


def put_tokens(sheet: Sheet, row: list[Token], x: float, y: float, *, line: int, extra: float = 0.0) -> float:
    """Set tokens from x on one line; returns the right end. `extra` widens each gap (justification)."""
    for token in row:
        for number, run in enumerate(token):
            x = sheet.word(line, x, y, run, glue=number > 0)
        x += _space(token) + extra
    return x - _space(row[-1]) - extra


def row_width(row: list[Token]) -> float:
    return sum(token_width(token) + _space(token) for token in row) - _space(row[-1])


def paragraph(
    sheet: Sheet,
    runs: Sequence[Run],
    y: float,
    *,
    x: float = LEFT,
    width: float = RIGHT - LEFT,
    align: Align = "justify",
    indent: float = 0.0,
    hang: float = 0.0,
    leading: float = LEADING,
    leader: Face | None = None,
) -> float:
    """Set a paragraph from the baseline `y`; returns the next baseline. `leader` fills the last line with dots."""
    step = max(run.face.size for run in runs) * leading
    rows = break_lines(tokens_of(runs), width - hang, indent - hang)
    for number, row in enumerate(rows):
        at = x + (indent if number == 0 else hang)
        spare = x + width - at - row_width(row)
        extra = 0.0
        if align in ("center", "right"):
            at += spare / (2 if align == "center" else 1)
        elif align == "justify" and number < len(rows) - 1 and len(row) > 1:
            extra = min(spare / (len(row) - 1), 9.0)
        end = put_tokens(sheet, row, at, y, line=sheet.new_line(), extra=extra)
        if leader and number == len(rows) - 1:
            sheet.dots(end + 1.0, x + width, y, leader)
        y += step
    return y


@dataclass(frozen=True, slots=True)
class Cell:
    """A stretch of a form row: its runs start at `x` and dots fill up to `end`."""

    x: float
    end: float
    runs: tuple[Run, ...]


def form_row(sheet: Sheet, cells: Sequence[Cell], y: float, leader: Face | None) -> None:
    """Set cells on one baseline: one printed line where leaders join them, a line each where white space parts them."""
    line, end = -1, -math.inf
    for cell in cells:
        start = max(cell.x, end + 5.0)
        if line < 0 or (leader is None and start - end > 22.0):
            line = sheet.new_line()
        end = put_tokens(sheet, tokens_of(cell.runs), start, y, line=line)
        if leader:
            sheet.dots(end + 1.0, cell.end, y, leader)


def digit_cells(sheet: Sheet, digits: str, key: str, x: float, y: float, face: Face, side: float = 17.5) -> None:
    """One frame a digit, as the boxes for personal numbers; the digits are one printed line without spaces."""
    line = sheet.new_line()
    top = y - face.size * 0.34 - side / 2
    sheet.frame(Box(x, top, x + side * len(digits), top + side))
    for number, digit in enumerate(digits):
        if number:
            sheet.rule(x + number * side, top, x + number * side, top + side)
        inset = (side - width_of(digit, face)) / 2
        sheet.word(line, x + number * side + inset, y, Run(digit, face, key), glue=number > 0)


def tick_box(sheet: Sheet, x: float, y: float, ticked: bool, side: float = 10.0) -> None:
    """A small square whose bottom is on the baseline, with a pen tick when chosen."""
    sheet.frame(Box(x, y - side + 1, x + side, y + 1), 0.8)
    if ticked:
        at = ((x + 2, y - side / 2 + 1), (x + side * 0.42, y - 1), (x + side + 1.5, y - side - 1))
        sheet.marks.append(Stroke(at, 1.5))


def table(sheet: Sheet, columns: Sequence[float], rows: Sequence[Sequence[Sequence[Run]]], y: float, x: float) -> float:
    """A ruled table: column widths in points, rows of cells of runs, centred; returns the y of its bottom edge."""
    top = y
    for row in rows:
        laid = [
            break_lines(tokens_of(cell), width - 6.0) if cell else [] for cell, width in zip(row, columns, strict=True)
        ]
        size = max(run.face.size for cell in row for run in cell)
        height = max(1, *(len(lines) for lines in laid)) * size * 1.2 + 7.0
        left = x
        for lines, width in zip(laid, columns, strict=True):
            baseline = y + (height - len(lines) * size * 1.2) / 2 + size * 0.92
            for line in lines:
                put_tokens(sheet, line, left + (width - row_width(line)) / 2, baseline, line=sheet.new_line())
                baseline += size * 1.2
            left += width
        sheet.rule(x, y, left, y)
        y += height
    sheet.rule(x, y, x + sum(columns), y)
    edge = x
    for width in (*columns, 0.0):
        sheet.rule(edge, top, edge, y)
        edge += width
    return y
