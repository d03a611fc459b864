"""The fields of one paper: places found, values normalised and judged, doubt where an officer should look."""

from __future__ import annotations

import re
from collections.abc import Sequence

from config.form import Form, FormField
from dossiers.document import Field
from dossiers.page import Box
from dossiers.values import parse
from dossiers.values.doubt import doubtful
from dossiers.values.text import bare
from workers.understanding.anchors import Anchor, anchors_of
from workers.understanding.layout import Piece, Stream, segments_of, stream_of
from workers.understanding.split import Paper
from workers.understanding.tables import Table, table_of
from workers.understanding.values import Filled, filled_places
from workers.understanding.zones import Placed, Sheet, place

_NOT_OK = 0.6  # a value that its own rule refuses is hardly as sure as its letters
_REPAIRED = 0.8
_DOUBTFUL = 0.8  # spelt as such a value can hardly be spelt: misread, or a rare name; an officer sees
_DIGIT_LIKE = str.maketrans(
    {"O": "0", "o": "0", "Q": "0", "D": "0", "l": "1", "I": "1", "i": "1", "Z": "2", "S": "5", "B": "8"}
)
_REPAIRABLE = frozenset({"personal_id", "phone"})
_TICKED = r"[☑☒✓✔]|\[\s*[xX✓]\s*\]|\(\s*[xX]\s*\)|■"
_EMPTY = r"[☐□]|\[\s*\]|\(\s*\)"


def fields_of(paper: Paper, form: Form) -> tuple[Field, ...]:
    """Every field whose place was found, in the form's order; those whose place is empty have the value ""."""
    rows = [row for laid in paper.pages for row in laid.rows]
    stream = stream_of(rows)
    anchors = anchors_of(stream, form)
    source = "text-layer" if all(laid.page.source == "text-layer" for laid in paper.pages if laid.rows) else "ocr"
    found: dict[str, Field] = {}
    for filled in filled_places(stream, anchors, form):
        found[filled.field.key] = _labelled(filled, form, source)
    for number, anchor in enumerate(anchors):
        field = form.field(anchor.field)
        if field and field.type == "table":
            end = anchors[number + 1].start if number + 1 < len(anchors) else len(stream.text)
            found[field.key] = _table(stream, anchor, end, field, form, source)
    sheets = [
        Sheet(tuple(segments_of(laid.rows)), laid.page.width, laid.page.height) for laid in paper.pages if laid.rows
    ]
    for field in form.fields:
        if field.find and (placed := place(sheets, field.find)):
            found[field.key] = _placed(placed, field, form, source)
    return tuple(found[field.key] for field in form.fields if field.key in found)


def _labelled(filled: Filled, form: Form, source: str) -> Field:
    field, raw = filled.field, _without_suffix(filled.raw, filled.field)
    if field.type == "enum" and (ticked := _ticked(raw, field.options)):
        raw = ticked
    return _field(field, form, raw, filled.confidence, filled.page, filled.box, source)


def _placed(placed: Placed, field: FormField, form: Form, source: str) -> Field:
    sure = min(part.piece.confidence for part in placed.parts)
    raw = placed.instead or placed.raw
    return _field(field, form, raw, sure, placed.parts[0].piece.page, placed.box, source)


def _table(stream: Stream, anchor: Anchor, end: int, field: FormField, form: Form, source: str) -> Field:
    label = stream.parts(anchor.start, anchor.end)
    page = label[0].piece.page
    pieces = [
        part.piece for part in stream.parts(anchor.value_start, end) if part.start == 0 and part.piece.page == page
    ]
    table = table_of(pieces, field.columns)
    cells = [(column.type, row[column.key]) for row in table.rows for column in field.columns if row[column.key]]
    doubt = table.unread or any(not parse(kind, text).ok or doubtful(kind, text) for kind, text in cells)
    sure = min((piece.confidence for piece in table.pieces), default=min(part.piece.confidence for part in label))
    confidence = round(sure * (_NOT_OK if doubt else 1.0), 4)
    return Field(
        key=field.key,
        label=field.label,
        value=_written(table, field),
        raw=" ".join(row[column.key] for row in table.rows for column in field.columns[1:] if row[column.key]),
        confidence=confidence,
        in_doubt=doubt or confidence < form.doubt_below,
        page=page,
        box=_around(list(table.pieces)) or label[0].box,
        source=source,
    )


def _written(table: Table, field: FormField) -> str:
    """Rows parted by " | ", cells by "; ", each cell normalised; the running number is left out."""
    return " | ".join(
        "; ".join(parse(column.type, row[column.key]).value for column in field.columns[1:]) for row in table.rows
    )


def _field(field: FormField, form: Form, raw: str, sure: float, page: int, box: Box | None, source: str) -> Field:
    parsed = parse(field.type, raw, options=field.options)
    confidence = sure
    repaired = False
    if not parsed.ok and field.type in _REPAIRABLE:
        again = parse(field.type, raw.translate(_DIGIT_LIKE))
        if again.ok:
            parsed, repaired = again, True
    if not parsed.ok:
        confidence *= _NOT_OK
    elif repaired:
        confidence *= _REPAIRED
    elif doubtful(field.type, parsed.value):
        confidence *= _DOUBTFUL
    confidence = round(min(max(confidence, 0.0), 1.0), 4)
    missing = field.required and not parsed.value
    return Field(
        key=field.key,
        label=field.label,
        value=parsed.value,
        raw=raw,
        confidence=confidence,
        in_doubt=missing or repaired or not parsed.ok or confidence < form.doubt_below,
        page=page,
        box=box,
        source=source,
    )


def _without_suffix(raw: str, field: FormField) -> str:
    for printed in (field.suffix, field.unit):
        if printed and bare(raw).lower().endswith(bare(printed).lower()):
            raw = raw[: -len(printed)].rstrip(" .,")
    return raw


def _ticked(raw: str, options: Sequence[str]) -> str:
    """The option with a tick, where the paper prints them all: "Nam ☑ Nữ ☐" or "[x] Nam [ ] Nữ"; else ""."""
    choice = "|".join(re.escape(option) for option in options)
    tokens = re.findall(rf"{_TICKED}|{_EMPTY}|(?<!\w)(?:{choice})(?!\w)", raw)
    box_first = bool(tokens) and tokens[0] not in options
    ticked: list[str] = []
    for at, token in enumerate(tokens):
        if re.fullmatch(_TICKED, token):
            neighbour = tokens[at + 1 : at + 2] if box_first else tokens[at - 1 : at]
            ticked.extend(option for option in neighbour if option in options)
    return ticked[0] if len(ticked) == 1 else ""


def _around(pieces: Sequence[Piece]) -> Box | None:
    if not pieces:
        return None
    box = pieces[0].box
    for piece in pieces[1:]:
        box = box.union(piece.box)
    return box
