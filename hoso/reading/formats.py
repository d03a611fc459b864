"""What `hoso read` writes for a page: JSON, plain text, hOCR (the 1.2 specification), its tables as CSV (RFC 4180)."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Iterator

from dossiers.page import Box, Line, PageReading

_FORMULA = re.compile(r"[=@\t\r]|[+-](?![\d.,\s%]*\Z)")
"""The begin of a cell that a spreadsheet would run; a sign alone or before nothing but a number is harmless."""


def plain_text(reading: PageReading) -> str:
    """One line of the page a line, in reading order."""
    return "".join(f"{line.text}\n" for line in reading.lines)


def tables_csv(reading: PageReading) -> list[str]:
    """Each table of the page, a row a record; lines of a cell joined by spaces, a merged cell in its first place. What
    a spreadsheet would run as a formula has an apostrophe before it."""
    tables = [[[""] * table.columns for _ in range(table.rows)] for table in reading.tables]
    for line in reading.lines:
        if cell := line.cell:
            row = tables[cell.table][cell.row]
            row[cell.column] = f"{row[cell.column]} {line.text}".strip()
    return [_csv(rows) for rows in tables]


def _csv(rows: list[list[str]]) -> str:
    written = io.StringIO()
    csv.writer(written).writerows([f"'{cell}" if _FORMULA.match(cell) else cell for cell in row] for row in rows)
    return written.getvalue()


def hocr(reading: PageReading, name: str) -> str:
    """A page as XHTML. Words get their share of the line's box by their number of letters."""
    lines = "\n".join(_line(line, number) for number, line in enumerate(reading.lines, 1))
    title = html.escape(name)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="vi" lang="vi">
<head><title>{title}</title>
<meta http-equiv="Content-Type" content="text/html;charset=utf-8"/>
<meta name="ocr-system" content="hoso"/>
<meta name="ocr-capabilities" content="ocr_page ocr_line ocrx_word"/>
</head>
<body>
<div class="ocr_page" id="page_1" title="image &quot;{title}&quot;; bbox 0 0 {reading.width} {reading.height}">
{lines}
</div>
</body>
</html>
"""


def _line(line: Line, number: int) -> str:
    box, confidence = Box.of(line.polygon), round(line.confidence * 100)
    words = " ".join(
        f'<span class="ocrx_word" id="word_1_{number}_{place}" title="{_bbox(part)}; x_wconf {confidence}">'
        f"{html.escape(word)}</span>"
        for place, (word, part) in enumerate(_words(line), 1)
    )
    return f'<span class="ocr_line" id="line_1_{number}" title="{_bbox(box)}; x_wconf {confidence}">{words}</span>'


def _words(line: Line) -> Iterator[tuple[str, Box]]:
    """Each word with the upright box of its share of the polygon."""
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = line.polygon
    length, place = max(len(line.text), 1), 0
    for word in line.text.split(" "):
        begin, end = place / length, (place + len(word)) / length
        place += len(word) + 1
        if not word:
            continue
        corners = (
            (ax + (bx - ax) * begin, ay + (by - ay) * begin),
            (ax + (bx - ax) * end, ay + (by - ay) * end),
            (dx + (cx - dx) * end, dy + (cy - dy) * end),
            (dx + (cx - dx) * begin, dy + (cy - dy) * begin),
        )
        yield word, Box.of(corners)


def _bbox(box: Box) -> str:
    return f"bbox {max(0, round(box.left))} {max(0, round(box.top))} {round(box.right)} {round(box.bottom)}"
