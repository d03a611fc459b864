"""Lines into rows, rows into one stream of text that remembers where every character stands.

A reader may cut one printed line into several pieces or join two columns into one; rows put the pieces of one baseline
back together, left to right, and known header phrases that were joined to their neighbours are cut off first.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from dossiers.page import Box, Line, Polygon
from dossiers.values.text import bare, nfc
from workers.understanding.pages import ReadPage

# What stands right of the agency at the head of a document and is often read as one line with it.
_HEADER = r"CONG H[OA]{2} XA HOI CHU NGH|Doc lap\s*[-–]\s*Tu do"
_RIGHT_COLUMN = re.compile(rf"(?<=\S)\s+(?={_HEADER})")
_WORD_GAP = 0.7  # in letter heights
_STEEPEST = 0.12  # a page is straightened before it is read; what is steeper is a stamp
_NARROW, _WIDE = frozenset("iljtfrI.,:;'|()[]! /-1"), frozenset("mwMW@%")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text read as one: `plain` is `text` without tones and marks, character by character.

    `level` is the height of its middle after the page's slope is taken out, `size` the height of its letters: on a
    photo the two ends of one row may lie further apart than two rows.
    """

    text: str
    plain: str
    box: Box
    confidence: float
    page: int
    level: float
    size: float

    @property
    def middle(self) -> tuple[float, float]:
        """(x, level)."""
        return (self.box.left + self.box.right) / 2, self.level


@dataclass(frozen=True, slots=True)
class Row:
    """Pieces of one baseline, left to right."""

    pieces: tuple[Piece, ...]
    page: int

    @property
    def text(self) -> str:
        return " ".join(piece.text for piece in self.pieces)

    @property
    def level(self) -> float:
        """The mean level of its pieces."""
        return sum(piece.level for piece in self.pieces) / len(self.pieces)

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


def pieces_of(page: ReadPage) -> list[Piece]:
    """The page's lines in reading order, joined columns cut apart, empty lines dropped."""
    pieces: list[Piece] = []
    slope = slope_of(page.lines)
    for line in page.lines:
        text = re.sub(r"\s", " ", nfc(line.text))
        if not text.strip():
            continue
        box = Box.of(line.polygon)
        x, y = (box.left + box.right) / 2, (box.top + box.bottom) / 2
        level = y - slope(y) * (x - page.width / 2)
        size = min(_side(line.polygon, 0, 3), _side(line.polygon, 1, 2)) or box.height
        pieces.extend(_split(Piece(text, bare(text), box, line.confidence, page.number, level, size)))
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
    return sorted((Row(row, row[0].page) for row in rows), key=lambda row: row.level)


def segments_of(rows: Iterable[Row]) -> list[Piece]:
    """Rows cut where columns part: pieces of one row that stand no further apart than words do become one piece.

    The joined piece is as sure as its least sure part.
    """
    segments: list[Piece] = []
    for row in rows:
        joined = [row.pieces[0]]
        for piece in row.pieces[1:]:
            last = joined[-1]
            near = piece.box.left - last.box.right < _WORD_GAP * min(last.size, piece.size)
            if near and not re.match(_HEADER, piece.plain):
                joined[-1] = Piece(
                    f"{last.text} {piece.text}",
                    f"{last.plain} {piece.plain}",
                    last.box.union(piece.box),
                    min(last.confidence, piece.confidence),
                    last.page,
                    (last.level + piece.level) / 2,
                    max(last.size, piece.size),
                )
            else:
                joined.append(piece)
        segments.extend(joined)
    return segments


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


def slope_of(lines: Sequence[Line]) -> Callable[[float], float]:
    """How much rows fall per pixel to the right, as a function of the height on the page (perspective bends it).

    A straight line fitted to the slopes of long lines, each weighing its length; flat where too few are long.
    """
    points: list[tuple[float, float, float]] = []
    for line in lines:
        (x0, y0), (x1, y1), (x2, y2), (x3, y3) = line.polygon
        width, height = (x1 + x2 - x0 - x3) / 2, abs(y3 + y2 - y0 - y1) / 2
        if width > 6 * height > 0:
            fall = (y1 + y2 - y0 - y3) / 2 / width
            if abs(fall) < _STEEPEST:
                points.append(((y0 + y1 + y2 + y3) / 4, fall, width))
    total = sum(weight for *_, weight in points)
    if len(points) < 4:
        return lambda _y: 0.0
    centre = sum(y * weight for y, _, weight in points) / total
    mean = sum(fall * weight for _, fall, weight in points) / total
    spread = sum(weight * (y - centre) ** 2 for y, _, weight in points)
    bend = sum(weight * (y - centre) * (fall - mean) for y, fall, weight in points) / spread if spread else 0.0
    return lambda y: mean + bend * (y - centre)


def _side(polygon: Polygon, one: int, other: int) -> float:
    return math.dist(polygon[one], polygon[other])


def _width(char: str) -> float:
    if char in _NARROW:
        return 0.55
    if char in _WIDE:
        return 1.5
    return 1.35 if char.isupper() else 1.0


def _same_row(group: list[Piece], piece: Piece) -> bool:
    level = sum(each.level for each in group) / len(group)
    size = sum(each.size for each in group) / len(group)
    return abs(piece.level - level) < 0.5 * min(size, piece.size)


def _split(piece: Piece) -> list[Piece]:
    cuts = [match.end() for match in _RIGHT_COLUMN.finditer(piece.plain)]
    edges = [0, *cuts, len(piece.text)]
    if not cuts:
        return [piece]
    return [
        replace(piece, text=piece.text[a:b].rstrip(), plain=piece.plain[a:b].rstrip(), box=cut(piece, a, b))
        for a, b in itertools.pairwise(edges)
        if piece.text[a:b].strip()
    ]
