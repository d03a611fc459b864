"""Values that have no label but a place: the rules of `find:` in `config/forms`, applied to the pieces of a paper."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from config.form import Find
from dossiers.page import Box
from dossiers.values.text import bare, tidy
from workers.understanding.layout import Part, Piece

_SMALL = 0.5  # of the usual letter height: stamps of signing software, not the document
_NOISE = 0.5  # what a reader makes of seals and pen strokes is hardly ever surer; labels and values are


@dataclass(frozen=True, slots=True)
class Placed:
    """What a rule found: the value's text, its parts, and the value to take instead if the rule names one."""

    raw: str
    parts: tuple[Part, ...]
    instead: str

    @property
    def box(self) -> Box:
        box = self.parts[0].box
        for part in self.parts[1:]:
            if part.piece.page == self.parts[0].piece.page:
                box = box.union(part.box)
        return box


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page of the paper: its pieces top to bottom, and its size."""

    pieces: tuple[Piece, ...]
    width: int
    height: int


def place(sheets: Sequence[Sheet], rules: Sequence[Find]) -> Placed | None:
    """What the first rule that finds anything finds."""
    for rule in rules:
        chosen = {"first": sheets[:1], "last": sheets[-1:], "any": sheets}[rule.pages]
        for sheet in chosen:
            if found := _apply(sheet, rule):
                return found
    return None


def _apply(sheet: Sheet, rule: Find) -> Placed | None:
    stretches = _stretches(sheet, rule)
    units: list[list[Part]] = []
    for part in stretches:
        plain = bare(part.text).strip()
        if (rule.keep and not re.search(rule.keep, plain)) or (rule.skip and re.search(rule.skip, plain)):
            continue
        if units and rule.glue and re.search(rule.glue, plain):
            units[-1].append(part)
        else:
            units.append([part])
    picked = {"all": units, "first": units[:1], "last": units[-1:], "but_last": units[:-1]}[rule.pick]
    parts = tuple(part for unit in picked for part in unit)
    if not parts:
        return None
    if rule.strip and (match := re.match(rule.strip, bare(parts[0].text))):
        first = parts[0]
        parts = (Part(first.row, first.piece, first.start + match.end(), first.end), *parts[1:])
    raw = tidy(rule.join.join(part.text.strip() for part in parts))
    return Placed(raw, parts, rule.value) if re.search(r"\w", raw) else None


def _stretches(sheet: Sheet, rule: Find) -> list[Part]:
    """The part of each line between `start` and `stop`, in order, without a gap wider than the rule allows."""
    taken: list[Part] = []
    open_ = not rule.start
    last: Box | None = None
    first: Piece | None = None
    for piece in _inside(sheet, rule):
        if not open_:
            match = re.search(rule.start, piece.plain)
            if not match:
                continue
            open_, last, first = True, piece.box, piece
            if "value" in match.re.groupindex and match["value"]:
                taken.append(Part(0, piece, *match.span("value")))
            continue
        if piece.confidence < _NOISE or (first and rule.aligned and not _belongs(piece, first, rule, sheet)):
            continue
        if rule.stop and re.search(rule.stop, piece.plain.strip()):
            break
        if last and piece.box.bottom - last.bottom > rule.max_gap * 1.6 * max(last.height, piece.box.height):
            break
        if len(taken) >= rule.max_lines:
            break
        taken.append(Part(0, piece, 0, len(piece.text)))
        last = piece.box
    if rule.value and open_ and not taken and last:
        taken = [Part(0, piece, 0, len(piece.text)) for piece in _inside(sheet, rule) if piece.box == last]
    return taken[: rule.max_lines]


def _belongs(piece: Piece, first: Piece, rule: Find, sheet: Sheet) -> bool:
    """Centred under the first line and of letters like its own: not a piece of the seal that lies over both."""
    off = abs(piece.middle[0] - first.middle[0])
    return off <= rule.aligned * sheet.width and piece.size > _SMALL * 1.2 * first.size


def _inside(sheet: Sheet, rule: Find) -> list[Piece]:
    usual = median(piece.size for piece in sheet.pieces) if sheet.pieces else 0.0
    found = [
        piece
        for piece in sheet.pieces
        if piece.size > _SMALL * usual
        and rule.columns[0] * sheet.width <= piece.middle[0] <= rule.columns[1] * sheet.width
        and rule.rows[0] * sheet.height <= piece.middle[1] <= rule.rows[1] * sheet.height
    ]
    return sorted(found, key=lambda piece: (piece.middle[1], piece.middle[0]))
