"""Lines as they are cut from whole pages that a scanner, a fax or a phone saw, their exact text known.

Lines that are drawn alone never have a seal's rest across them, a neighbour's tail, a fax's broken scan line: what is
misread on worn pages is misread there. Guarantees that the lines of page `number` of `seed` are always the same, and
that none of their sentences and fonts are those that suites keep for themselves. Printed words of forms, seals and the
faults of devices are the same there.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np

from dossiers.page import Box, Line, Polygon
from models.charset import CHARSET
from models.cropping import crop_lines
from models.detection.gaps import cut_at_gaps
from models.evaluation.suites.pages import as_filed
from models.protocols import Image
from models.synthesis.degrade.page import Capture, fax, flatbed, photocopy
from models.synthesis.degrade.photo import photo
from models.synthesis.degrade.scan import faint_toner, hard_jpeg, shadow, skew
from models.synthesis.degrade.seal import seal_over_text
from models.synthesis.forms.catalogue import catalogue, form
from models.synthesis.forms.leaders import leader_form
from models.synthesis.lines.text import transcription
from models.synthesis.pages import Page, finish
from models.synthesis.pages.crowded import crowded_sheet
from models.synthesis.pages.ink import DPI, Glyphs, ink_box
from models.synthesis.pages.layout import Sheet
from models.synthesis.pages.prose import prose_page
from models.training.detector.boxes import box_to_find

_DEVICES: tuple[tuple[Callable[[random.Random, Page], Capture], int], ...] = (
    (flatbed, 25), (fax, 18), (photo, 14), (shadow, 12), (hard_jpeg, 10), (faint_toner, 10), (photocopy, 8), (skew, 6),
)  # fmt: skip
_SEALED = 0.35
MOST = 12
"""Lines taken from one page: they share its font and its faults, so a batch should not be full of them."""
BARE = 2
"""Boxes without text taken from one page, at most."""
_TRIED = 150
"""Places of a page that are looked at for them."""
_SIGNS = frozenset(CHARSET)
_SPOT = 0.004
"""Share of a box without text that is ink, at least, or there is hardly anything to mistake for text."""
_PLAIN = 0.005
"""Share of places with less ink that are taken nevertheless."""
_PAPER = 160
"""Grey levels below this are ink, on the page as composed."""


def cut_lines(seed: int, number: int) -> list[tuple[Image, str]]:
    """Up to 12 lines of page `number` of `seed`, and up to 2 boxes without text: (crop, uint8 [h, w, 3] BGR, as high as
    it was on the page; transcription, empty where there is no text)."""
    rng = random.Random(f"cut/{seed}/{number}")  # noqa: S311 - print, not secrets
    sheet = _sheet(rng)
    if rng.random() < _SEALED:
        sheet = seal_over_text(rng, sheet, rng.randint(1, 3))
    page = _boxed(finish(sheet), _without_leaders(sheet))
    kept = sorted(rng.sample(range(len(page.truth.lines)), min(MOST, len(page.truth.lines))))
    lines = (*(page.truth.lines[place] for place in kept), *_bare(rng, page, sheet))
    device = rng.choices([each for each, _ in _DEVICES], [weight for _, weight in _DEVICES])[0]
    capture = device(rng, replace(page, truth=replace(page.truth, lines=lines, fields=())))
    seen = capture.truth.lines
    crops = crop_lines(as_filed(capture), [line.polygon for line in seen])
    return [(crop, line.text) for crop, line in zip(crops, seen, strict=True) if crop.size]


def _sheet(rng: random.Random) -> Sheet:
    kind = rng.random()
    if kind < 0.3:
        return prose_page(rng, kept_out=False)
    if kind < 0.55:
        return rng.choice(form(rng, rng.choice(sorted(catalogue()))))
    if kind < 0.65:
        return leader_form(rng, kept_out=False)
    return crowded_sheet(rng, kept_out=False)


def _without_leaders(sheet: Sheet) -> set[int]:
    """Numbers of the printed lines without dots between their words: where these stand is told by no truth."""
    dots = [mark for mark in sheet.marks if isinstance(mark, Glyphs) and len(mark.text) > 2 and set(mark.text) == {"."}]
    return {
        number
        for number, line in enumerate(line for line in sheet.lines if line.box)
        if line.box and not any(_within(line.box, mark) for mark in dots)
    }


def _within(box: Box, dots: Glyphs) -> bool:
    return box.top < dots.y < box.bottom + 2 and box.left < dots.x < box.right - 1


def _bare(rng: random.Random, page: Page, sheet: Sheet) -> list[Line]:
    """Boxes as high as a line where nothing can be read: on rules and seals, now and then on bare paper. A leader is
    read as such, so it is none."""
    words = [_pixels(ink_box(mark)) for mark in sheet.marks if isinstance(mark, Glyphs)]
    words += [_pixels(stamp.box) for name, stamp in sheet.stamps if name != "seal"]
    found: list[Line] = []
    for _ in range(_TRIED):
        height = rng.uniform(24, 60)
        width = height * math.exp(rng.uniform(0, math.log(14)))
        left, top = rng.uniform(0, page.truth.width - width), rng.uniform(0, page.truth.height - height)
        box = Box(left, top, left + width, top + height)
        if any(_meet(box, word, height / 4) for word in words):
            continue
        ink = (page.image[round(top) : round(box.bottom), round(left) : round(box.right)] < _PAPER).any(axis=2).mean()
        if ink > _SPOT or rng.random() < _PLAIN:
            found.append(Line("", ((left, top), (box.right, top), (box.right, box.bottom), (left, box.bottom)), 1.0))
        if len(found) == BARE:
            break
    return found


def _pixels(box: Box) -> Box:
    scale = DPI / 72
    return Box(box.left * scale, box.top * scale, box.right * scale, box.bottom * scale)


def _meet(one: Box, other: Box, room: float) -> bool:
    """Whether two boxes come nearer than `room`."""
    beside = one.right + room < other.left or other.right + room < one.left
    return not (beside or one.bottom + room < other.top or other.bottom + room < one.top)


def _boxed(page: Page, wanted: set[int]) -> Page:
    """The page with the lines in `wanted` alone, each in the box that a detector would find. Left out are lines with
    wide gaps, which would be found in parts."""
    grey = np.asarray(cv2.cvtColor(page.image, cv2.COLOR_RGB2GRAY), np.uint8)
    typical = float(np.median([line.polygon[3][1] - line.polygon[0][1] for line in page.truth.lines] or [0]))
    lines = []
    for number, line in enumerate(page.truth.lines):
        text = transcription(line.text)
        if number not in wanted or not text or not set(text) <= _SIGNS:
            continue
        if len(cut_at_gaps(grey, np.array(line.polygon, np.float32))) > 1:
            continue
        lines.append(replace(line, text=text, polygon=_free(grey, line, typical)))
    return replace(page, truth=replace(page.truth, lines=tuple(lines)))


def _free(grey: Image, line: Line, typical: float) -> Polygon:
    """The box to be found for a line, its left and right margins ended where other ink begins: a leader, a frame."""
    (left, top), (right, bottom) = line.polygon[0], line.polygon[2]
    (west, up), _, (east, down), _ = box_to_find(line.text, (left, top, right, bottom), typical)
    inked = np.asarray((grey[max(0, round(top)) : round(bottom)] < _PAPER).any(axis=0), np.bool_)
    before, after = inked[max(0, round(west)) : round(left) - 1], inked[round(right) + 1 : round(east)]
    if before.any():
        west = left - float(np.argmax(before[::-1]))
    if after.any():
        east = right + float(np.argmax(after))
    return (west, up), (east, up), (east, down), (west, down)
