"""Pages that a detector learns from: dossiers, forms, and crowded sheets that hold what detectors miss.

Seals lie over lines of any sheet. A page and its boxes are functions of seed and number alone.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np

from dossiers.page import Line
from models.detection.gaps import cut_at_gaps
from models.evaluation.suites.pages import as_filed
from models.protocols import Image
from models.synthesis.degrade.page import Capture, clean, fax, flatbed, photocopy
from models.synthesis.degrade.photo import photo
from models.synthesis.degrade.scan import faint_toner, hard_jpeg, shadow, skew
from models.synthesis.degrade.seal import seal_over_text
from models.synthesis.dossiers import KINDS, compose
from models.synthesis.forms.case import case
from models.synthesis.forms.catalogue import catalogue, form
from models.synthesis.pages import TRUTH, Page, finish
from models.synthesis.pages.crowded import crowded_sheet
from models.synthesis.pages.layout import Sheet
from models.training.detector.boxes import box_to_find

_DEVICES: tuple[tuple[Callable[[random.Random, Page], Capture], int], ...] = (
    (clean, 10), (flatbed, 27), (photocopy, 13), (fax, 10), (photo, 15), (skew, 8), (faint_toner, 5), (hard_jpeg, 8),
    (shadow, 4),
)  # fmt: skip
Boxes = list[np.ndarray]
"""Corners, float32 [4, 2]: x, y; clockwise from the text's top-left."""


def drawn_page(seed: int, number: int, *, held_out: bool = False) -> tuple[Image, Boxes]:
    """Page `number` of `seed`: (uint8 BGR as its file gives it, the box that a detector should find for each line).

    Words of one line that a wide gap parts are boxes of their own, as `models.detection.gaps` cuts them.
    `held_out`: with fonts that training never sees.
    """
    rng = random.Random(f"page/{seed}/{number}/{held_out}")  # noqa: S311 - print, not secrets
    sheet = _sheet(rng, held_out)
    if rng.random() < 0.3:
        sheet = seal_over_text(rng, sheet, rng.randint(1, 3))
    device = rng.choices([each for each, _ in _DEVICES], [weight for _, weight in _DEVICES])[0]
    capture = device(rng, _parted(finish(sheet)))
    return as_filed(capture), [np.array(line.polygon, np.float32) for line in capture.truth.lines]


def _parted(page: Page) -> Page:
    """The page with a box to be found for each line, cut where the printed ink has wide gaps; seen before any device
    adds its dirt."""
    grey = np.asarray(cv2.cvtColor(page.image, cv2.COLOR_RGB2GRAY), np.uint8)
    typical = float(np.median([line.polygon[3][1] - line.polygon[0][1] for line in page.truth.lines] or [0]))
    lines = []
    for line in page.truth.lines:
        for part in cut_at_gaps(grey, np.array(line.polygon, np.float32)):
            (left, top), (right, bottom) = (tuple(map(float, part[corner])) for corner in (0, 2))
            a, b, c, d = box_to_find(line.text, (left, top, right, bottom), typical)
            lines.append(Line("", (a, b, c, d), 1.0, TRUTH))
    return Page(page.image, replace(page.truth, lines=tuple(lines), fields=()))


def _sheet(rng: random.Random, held_out: bool) -> Sheet:
    kind = rng.random()
    if kind < 0.35:
        papers = compose(rng.choice(KINDS), rng, case(rng, rng.choice(("2024", "2025"))))
        return rng.choice([sheet for sheets in papers for sheet in sheets])
    if kind < 0.6:
        return rng.choice(form(rng, rng.choice(sorted(catalogue())), kept_out=held_out))
    return crowded_sheet(rng, kept_out=held_out)
