"""The cells of a ruled table: columns from its printed headings, rows from the numbers in its first column.

Works on text alone: a cell's pieces are those nearest to the column's middle, a row reaches half way to its neighbours.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from config.form import Column
from dossiers.values.text import clean, fold
from workers.understanding.layout import Piece
from workers.understanding.match import likeness


@dataclass(frozen=True, slots=True)
class Table:
    """`rows[i][key]` is the cell's text, "" if empty; `pieces` are those of all filled cells, headings left out.

    `unread`: there is a table, but its headings or the numbers of its rows were not found."""

    rows: tuple[dict[str, str], ...]
    pieces: tuple[Piece, ...]
    unread: bool = False


def table_of(pieces: Sequence[Piece], columns: Sequence[Column]) -> Table:
    """Read the table among `pieces` (one page, below the table's label). Without headings or numbers: no rows."""
    spots = _column_middles(pieces, columns)
    if len(spots) < 2:
        return Table((), (), unread=True)
    bottom = max(level for _, level in spots.values())
    middles = {key: middle for key, (middle, _) in spots.items()}
    body = [piece for piece in pieces if piece.level > bottom and re.search(r"\w", piece.text)]
    cells = [(min(middles, key=lambda key: abs(middles[key] - piece.middle[0])), piece) for piece in body]
    first = columns[0].key
    numbers = sorted(
        (piece.middle[1] for key, piece in cells if key == first and re.fullmatch(r"\W*\d{1,2}\W*", piece.text))
    )
    if not numbers:
        return Table((), (), unread=bool(body))
    pitch = min((b - a for a, b in itertools.pairwise(numbers)), default=_height(body) * 3)
    edges = [
        numbers[0] - pitch,
        *((a + b) / 2 for a, b in itertools.pairwise(numbers)),
        numbers[-1] + pitch / 2,
    ]
    rows: list[dict[str, str]] = []
    used: list[Piece] = []
    for top, low in itertools.pairwise(edges):
        inside = [(key, piece) for key, piece in cells if top < piece.middle[1] <= low]
        row = {column.key: _text([p for key, p in inside if key == column.key]) for column in columns}
        if any(text for key, text in row.items() if key != first):
            rows.append(row)
            used.extend(piece for key, piece in inside if key != first)
    return Table(tuple(rows), tuple(used))


def _text(pieces: Sequence[Piece]) -> str:
    ordered = sorted(pieces, key=lambda piece: (round(piece.level / max(piece.size, 1)), piece.box.left))
    return clean(" ".join(piece.text for piece in ordered))


def _column_middles(pieces: Sequence[Piece], columns: Sequence[Column]) -> dict[str, tuple[float, float]]:
    """Middle and lowest edge of each heading found; a heading may be broken over several lines."""
    found: dict[str, tuple[float, float]] = {}
    for column in columns:
        best: tuple[float, list[Piece]] = (0.0, [])
        for first in pieces:
            stack = [first, *_below(first, pieces)]
            for count in range(1, len(stack) + 1):
                text = " ".join(fold(piece.text) for piece in stack[:count])
                score = max(likeness(text, fold(name)) for name in (column.heading, *column.aliases))
                if score > best[0] + 1e-9:
                    best = (score, stack[:count])
        if best[0] > 0.75:
            left = min(piece.box.left for piece in best[1])
            right = max(piece.box.right for piece in best[1])
            found[column.key] = ((left + right) / 2, max(piece.level + piece.size / 2 for piece in best[1]))
    return found


def _below(first: Piece, pieces: Sequence[Piece]) -> list[Piece]:
    """Up to three pieces right under this one, each close to the one above."""
    stack = [first]
    for piece in sorted(pieces, key=lambda each: each.middle[1]):
        last = stack[-1]
        overlaps = min(last.box.right, piece.box.right) > max(last.box.left, piece.box.left)
        if overlaps and 0 < piece.level - last.level < 1.9 * last.size and len(stack) < 4:
            stack.append(piece)
    return stack[1:]


def _height(pieces: Sequence[Piece]) -> float:
    return sum(piece.size for piece in pieces) / max(len(pieces), 1)
