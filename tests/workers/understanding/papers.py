"""Papers for these tests: generated ones with exact truth, and lines written by hand."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pytest

from dossiers.page import Line
from models.synthesis import pages as synthetic
from models.synthesis.forms import birth, construction, residence
from models.synthesis.forms.case import Case, case
from models.synthesis.pages import official, supporting
from models.synthesis.pages.layout import Sheet
from workers.stages.understand import ReadPage, Understood

Maker = Callable[[random.Random, Case], list[Sheet]]
PAPERS: dict[str, Maker] = {
    "to_khai_dang_ky_khai_sinh": birth.birth_registration,
    "ct01_thay_doi_thong_tin_cu_tru": residence.residence_change,
    "don_de_nghi_cap_gpxd": construction.construction_permit,
    "van_ban_hanh_chinh": official.official_document,
    "giay_chung_sinh": supporting.birth_notice,
    "van_ban_thoa_thuan": supporting.agreement,
}


@dataclass(frozen=True, slots=True)
class Paper:
    """Pages numbered from 1 in one file, and what every field must be: (value, raw)."""

    pages: list[ReadPage]
    fields: dict[str, tuple[str, str]]


def generated(monkeypatch: pytest.MonkeyPatch, kind: str, seed: int) -> Paper:
    """A generated paper with its true lines. Nothing is drawn: only the truth is used here."""
    monkeypatch.setattr(synthetic, "rasterise", lambda *_: np.zeros((2339, 1654, 3), np.uint8))
    rng = random.Random(seed)
    truths = [synthetic.finish(sheet).truth for sheet in PAPERS[kind](rng, case(rng))]
    pages = [ReadPage(n, 1, truth.lines, truth.width, truth.height) for n, truth in enumerate(truths, 1)]
    fields = {field.key: (field.value, field.raw) for truth in truths for field in truth.fields if field.key}
    return Paper(pages, fields)


def wrong_fields(paper: Paper, found: Understood) -> dict[str, tuple[str, str | None]]:
    """Every field that is not exactly as printed: key to (truth, found). A table is compared as read."""
    values = {field.key: field for document in found.documents for field in document.fields}
    wrong: dict[str, tuple[str, str | None]] = {}
    for key, (value, raw) in paper.fields.items():
        field = values.get(key)
        got = None if field is None else field.raw if key == "members_table" else field.value
        if got != (raw if key == "members_table" else value):
            wrong[key] = (value, got)
    return wrong


def line(text: str, x: float, y: float, width: float, height: float = 34, confidence: float = 0.98) -> Line:
    """One upright line whose top left corner is (x, y)."""
    return Line(text, ((x, y), (x + width, y), (x + width, y + height), (x, y + height)), confidence)


def page(lines: Sequence[Line], number: int = 1, file: int = 1, blank: bool = False) -> ReadPage:
    """An A4 page at 200 dpi."""
    return ReadPage(number, file, tuple(lines), 1654, 2339, blank=blank)


def column(*texts: str, top: float = 120, pitch: float = 52, left: float = 240) -> list[Line]:
    """Texts under each other, each as wide as its letters."""
    return [line(text, left, top + n * pitch, 15.0 * len(text)) for n, text in enumerate(texts)]
