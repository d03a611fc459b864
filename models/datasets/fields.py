"""From a corrected field to a corrected line, where there is exactly one way to understand the correction.

A field's value is not a line: it may be normalised, put together from several lines, or ticked. It teaches a line only
when the very value stands once in the field's raw text, that once in one line under the field's box, and the officer
put another text of the same kind in its place. Everything else is refused with a reason, and counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from dossiers.page import Box, Line

PRINTED = frozenset({"text", "prose", "name", "address", "document_number"})
"""Kinds whose value is written as it is printed, but for what a form prints around it."""
AS_READ = frozenset({"date", "birth", "date_words", "personal_id", "phone", "email", "number", "money"})
"""Kinds that are normalised: they count only where the raw text is the value itself."""
ALIKE = 0.5
"""Below this likeness (difflib's ratio) an officer has written something else, not read the same place again."""


@dataclass(frozen=True, slots=True)
class FieldCorrection:
    """What became of a field. `kind`: its type in the form; `before`: the machine's value; `after`: the officer's."""

    kind: str
    raw: str
    before: str
    after: str
    box: Box


class FieldSkipped(Exception):
    """Why a field teaches no line: an outcome that is counted, nobody's error. `reason` holds no value."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def line_of_field(field: FieldCorrection, lines: Sequence[Line]) -> tuple[int, str]:
    """(index of the line, its corrected text). Raises `FieldSkipped`."""
    if field.before == field.after:
        raise FieldSkipped("field confirmed, not changed")
    if field.kind not in PRINTED | AS_READ:
        raise FieldSkipped("field of a kind that is not one printed text")
    if not field.before or not field.after:
        raise FieldSkipped("field was or became empty")
    if field.raw.count(field.before) != 1 or (field.kind in AS_READ and field.raw != field.before):
        raise FieldSkipped("field normalised: the value is not what is printed")
    if SequenceMatcher(None, field.before, field.after, autojunk=False).ratio() < ALIKE:
        raise FieldSkipped("field replaced by another text")
    holding = [
        i for i, line in enumerate(lines) if _overlap(Box.of(line.polygon), field.box) and field.raw in line.text
    ]
    if len(holding) != 1 or lines[holding[0]].text.count(field.raw) != 1:
        raise FieldSkipped("field not found once in one line")
    text = lines[holding[0]].text
    return holding[0], text.replace(field.raw, field.raw.replace(field.before, field.after))


def _overlap(one: Box, other: Box) -> bool:
    return one.left < other.right and other.left < one.right and one.top < other.bottom and other.top < one.bottom
