"""Lines into rows, rows into one stream of text that remembers where every character stands.

A reader may cut one printed line into several pieces or join two columns into one; rows put the pieces of one baseline
back together, left to right, and known header phrases that were joined to their neighbours are cut off first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from dossiers.page import Box
from dossiers.values.text import bare, nfc
from workers.understanding.pages import ReadPage

# What stands right of the agency at the head of a document and is often read as one line with it.
_RIGHT_COLUMN = re.compile(r"(?<=\S)\s+(?=CONG H[OA]{2} XA HOI CHU NGH|Doc lap\s*[-–]\s*Tu do)")
_NARROW, _WIDE = frozenset("iljtfrI.,:;'|()[]! /-1"), frozenset("mwMW@%")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text read as one: `plain` is `text` without tones and marks, character by character."""

    text: str
    plain: str
    box: Box
    confidence: float
    page: int

    @property
    def middle(self) -> tuple[float, float]:
        return (self.box.left + self.box.right) / 2, (self.box.top + self.box.bottom) / 2


@dataclass(frozen=True, slots=True)
class Row:
    """Pieces of one baseline, left to right."""

    pieces: tuple[Piece, ...]
    page: int

    @property
    def text(self) -> str:
        return " ".join(piece.text for piece in self.pieces)

    @property
    def box(self) -> Box:
        box = self.pieces[0].box
        for piece in self.pieces[1:]:
            box = box.union(piece.box)
        return box


@dataclass(frozen=True, slots=True)
class Part:
    """`text[start:end]` of the piece `piece` of a stream, on row `row`."""

    row: int
    piece: Piece
    start: int
    end: int

    @property
    def text(self) -> str:
        return self.piece.text[self.start : self.end]

    @property
    def box(self) -> Box:
        return cut(self.piece, self.start, self.end)


@dataclass(frozen=True, slots=True)
class Stream:
    """Rows as one text, rows parted by newlines and pieces by spaces; `spots` says for each character its row, and
    its piece and place in it unless it only parts."""

    rows: tuple[Row, ...]
    text: str
    plain: str
    spots: tuple[tuple[int, int, int], ...]  # row, piece (-1: separator), character

    def parts(self, start: int, end: int) -> list[Part]:
        """The stretch `[start, end)` by piece, in order; separators and blank edges of pieces are left out."""
        found: list[list[int]] = []
        for row, piece, char in self.spots[start:end]:
            if piece < 0:
                continue
            if found and found[-1][:2] == [row, piece]:
                found[-1][3] = char + 1
            else:
                found.append([row, piece, char, char + 1])
        parts = [Part(row, self.rows[row].pieces[piece], first, last) for row, piece, first, last in found]
        return [part for part in parts if part.text.strip()]

    def starts_piece(self, at: int) -> bool:
        """Whether nothing of the same piece stands before this character."""
        return self.spots[at][2] == 0

    def starts_row(self, at: int) -> bool:
        """Whether nothing of the same row stands before this character."""
        return self.spots[at][1:] == (0, 0)


def pieces_of(page: ReadPage) -> list[Piece]:
    """The page's lines in reading order, joined columns cut apart, empty lines dropped."""
    pieces: list[Piece] = []
    for line in page.lines:
        text = re.sub(r"\s", " ", nfc(line.text))
        if text.strip():
            pieces.extend(_split(Piece(text, bare(text), Box.of(line.polygon), line.confidence, page.number)))
    return pieces


def rows_of(pieces: Iterable[Piece]) -> list[Row]:
    """Pieces of one page grouped by baseline, top to bottom."""
    groups: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda each: each.middle[1]):
        group = next((each for each in reversed(groups[-4:]) if _same_row(each, piece)), None)
        if group is None:
            groups.append([piece])
        else:
            group.append(piece)
    rows = [tuple(sorted(group, key=lambda each: each.box.left)) for group in groups]
    return [Row(row, row[0].page) for row in sorted(rows, key=lambda row: sum(p.middle[1] for p in row) / len(row))]


def stream_of(rows: Sequence[Row]) -> Stream:
    """One text of all rows."""
    text: list[str] = []
    plain: list[str] = []
    spots: list[tuple[int, int, int]] = []
    for number, row in enumerate(rows):
        for index, piece in enumerate(row.pieces):
            if index:
                text.append(" ")
                plain.append(" ")
                spots.append((number, -1, 0))
            text.append(piece.text)
            plain.append(piece.plain)
            spots.extend((number, index, char) for char in range(len(piece.text)))
        text.append("\n")
        plain.append("\n")
        spots.append((number, -1, 0))
    return Stream(tuple(rows), "".join(text), "".join(plain), tuple(spots))


def cut(piece: Piece, start: int, end: int) -> Box:
    """The part of a piece's box that holds `text[start:end]`, by the usual widths of letters."""
    stretch = piece.text[start:end]
    start, end = start + len(stretch) - len(stretch.lstrip()), end - len(stretch) + len(stretch.rstrip())
    widths = [_width(char) for char in piece.text]
    scale = piece.box.width / max(sum(widths), 1e-6)
    left = piece.box.left + scale * sum(widths[:start])
    return replace(piece.box, left=left, right=left + scale * sum(widths[start:end]))


def _width(char: str) -> float:
    if char in _NARROW:
        return 0.55
    if char in _WIDE:
        return 1.5
    return 1.35 if char.isupper() else 1.0


def _same_row(group: list[Piece], piece: Piece) -> bool:
    top = sum(each.box.top for each in group) / len(group)
    bottom = sum(each.box.bottom for each in group) / len(group)
    height = min(bottom - top, piece.box.height)
    return abs(piece.middle[1] - (top + bottom) / 2) < 0.5 * height


def _split(piece: Piece) -> list[Piece]:
    cuts = [match.end() for match in _RIGHT_COLUMN.finditer(piece.plain)]
    edges = [0, *cuts, len(piece.text)]
    if not cuts:
        return [piece]
    return [
        replace(piece, text=piece.text[a:b].rstrip(), plain=piece.plain[a:b].rstrip(), box=cut(piece, a, b))
        for a, b in zip(edges, edges[1:], strict=False)
        if piece.text[a:b].strip()
    ]
