"""What was read in a table cell: the pieces whose middles lie where the cell's text is printed."""

from __future__ import annotations

from collections.abc import Sequence

from dossiers.page import Box, Line, Polygon
from models.evaluation.matching import Candidate, rows

_REACH = 6.0  # pixels around the printed text: less than the rule of the cell is away


def read_in_cell(lines: Sequence[Line], places: Sequence[Polygon]) -> Candidate | None:
    """The pieces inside the box around `places`, joined row by row; None when there is none.

    `places`: the cell's printed parts, in pixels of the page as it was read. A piece that runs over two cells belongs
    to at most one of them, and spoils it."""
    around = Box.of(places[0])
    for place in places[1:]:
        around = around.union(Box.of(place))
    inside = tuple(line for line in lines if _holds(around, Box.of(line.polygon)))
    ordered = tuple(line for row in rows(inside) for line in row)
    return Candidate(" ".join(line.text for line in ordered), ordered) if ordered else None


def _holds(around: Box, piece: Box) -> bool:
    x, y = (piece.left + piece.right) / 2, (piece.top + piece.bottom) / 2
    return around.left - _REACH <= x <= around.right + _REACH and around.top - _REACH <= y <= around.bottom + _REACH
