"""From anchors to the stretch of the page that was filled in for each field.

A value runs from its label to whatever printed text comes next. A field of one line stays on its label's row, or, if
nothing stands there, is the row below if that reads as such a value. A field of several lines goes on until the next
printed text or a gap that is clearly wider than the form's rows.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from config.form import Form, FormField
from dossiers.page import Box
from dossiers.values import parse
from dossiers.values.text import clean, tidy
from workers.understanding.anchors import Anchor
from workers.understanding.layout import Part, Row, Stream

_WIDE_GAP = 2.1  # in row pitches
_TEXTUAL = frozenset({"text", "prose", "address", "date_words"})


@dataclass(frozen=True, slots=True)
class Filled:
    """What stands at a field's place: its parts by piece (none: empty), and the anchor that led there."""

    field: FormField
    anchor: Anchor
    parts: tuple[Part, ...]
    label: tuple[Part, ...]

    @property
    def raw(self) -> str:
        """The value as read: rows joined by spaces, what the form printed around it taken off."""
        return tidy(" ".join(part.text.strip() for part in self.parts))

    @property
    def box(self) -> Box | None:
        """The rectangle around the value's parts on its first page; of an empty place, around the label."""
        parts = [part for part in self.parts if re.search(r"\w", part.text)] or list(self.label)
        boxes = [part.box for part in parts if part.piece.page == parts[0].piece.page] if parts else []
        return _around(boxes)

    @property
    def page(self) -> int:
        return (self.parts or self.label)[0].piece.page

    @property
    def confidence(self) -> float:
        """Of the least sure piece, times how well the label was read (weighed lightly: it only led here)."""
        sure = min((part.piece.confidence for part in self.parts or self.label), default=0.0)
        return sure * (0.7 + 0.3 * self.anchor.likeness)


def filled_places(stream: Stream, anchors: Sequence[Anchor], form: Form) -> list[Filled]:
    """The place of every field whose label was found, in order of place. Tables are left to `tables`."""
    pitch = _pitch(stream.rows)
    places: list[Filled] = []
    for number, anchor in enumerate(anchors):
        field = form.field(anchor.field)
        if field is None or field.type == "table":
            continue
        end = anchors[number + 1].start if number + 1 < len(anchors) else len(stream.text)
        if field.pattern:
            end = anchor.end
        parts = stream.parts(anchor.value_start, end)
        label = tuple(stream.parts(anchor.start, anchor.end))
        row = stream.spots[max(anchor.value_start - 1, 0)][0] if not field.pattern else parts[0].row
        kept = (
            _several(parts, row, stream.rows, pitch) if field.multiline else _one(parts, row, field, stream.rows, pitch)
        )
        places.append(Filled(field, anchor, tuple(kept), label))
    return places


def _one(parts: Sequence[Part], row: int, field: FormField, rows: Sequence[Row], pitch: float) -> list[Part]:
    here = [part for part in parts if part.row == row]
    if _says_something(here):
        return here
    below = [part for part in parts if part.row == row + 1]
    if not below or not _says_something(below) or _gap(rows[row], rows[row + 1]) > _WIDE_GAP * pitch:
        return []
    text = clean(" ".join(part.text for part in below))
    if field.type in _TEXTUAL:
        return below if len(text) < 60 else []
    return below if parse(field.type, text, options=field.options).ok else []


def _several(parts: Sequence[Part], row: int, rows: Sequence[Row], pitch: float) -> list[Part]:
    kept: list[Part] = []
    last = row
    for part in parts:
        if part.row > last:
            if part.row > last + 1 or _gap(rows[last], rows[part.row]) > _WIDE_GAP * pitch:
                break
            if _is_page_number(rows[part.row]):
                break
            last = part.row
        kept.append(part)
    return kept if _says_something(kept) else []


def _says_something(parts: Sequence[Part]) -> bool:
    return bool(re.search(r"\w", clean(" ".join(part.text for part in parts))))


def _is_page_number(row: Row) -> bool:
    return bool(re.fullmatch(r"\W*\d{1,3}\W*", row.text))


def _gap(above: Row, below: Row) -> float:
    """Between baselines of rows; infinite across pages, where only a row without a gap to measure could follow."""
    if above.page != below.page:
        return 0.0
    return below.level - above.level


def _pitch(rows: Sequence[Row]) -> float:
    """The usual distance of two rows."""
    gaps = [_gap(one, other) for one, other in itertools.pairwise(rows) if one.page == other.page]
    return median([gap for gap in gaps if gap > 0] or [1e9])


def _around(boxes: Sequence[Box]) -> Box | None:
    if not boxes:
        return None
    box = boxes[0]
    for other in boxes[1:]:
        box = box.union(other)
    return box
