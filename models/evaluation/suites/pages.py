"""Suites of synthetic pages: the same kinds of paper under one fault at a time, and tables cell by cell.

Every page is invented; its papers are official letters, filled forms, supporting papers and prose. Training never sees
this prose and these fonts; the printed words of forms, the font that a decree asks for and the kinds of faults it does.
What is given to the reader is what the file of such a capture decodes to (JPEG of its quality, or one bit).
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from dossiers.page import Line
from models.evaluation.suites.base import SEED, PageItem, PageSuite, Truth
from models.protocols import Image
from models.synthesis.degrade.page import Capture, clean, fax, flatbed
from models.synthesis.degrade.photo import photo
from models.synthesis.degrade.scan import faint_toner, hard_jpeg, shadow, skew
from models.synthesis.degrade.seal import seal_over_text
from models.synthesis.forms import birth, construction, residence
from models.synthesis.forms.case import Case, case
from models.synthesis.forms.catalogue import catalogue, form
from models.synthesis.forms.leaders import leader_form
from models.synthesis.pages import Page, PageTruth, finish, official, supporting
from models.synthesis.pages.layout import Sheet
from models.synthesis.pages.prose import prose_page
from models.synthesis.pages.tables import CELL, cell_of, table_page

SIZE = 6
UNTOLD = "☐☑☒✓"
_VERSION = 2
"""2: a line is answered by what stands at its place; until then another line of the page that reads alike could."""
_FORM_NAMES = sorted(catalogue())
Paper = Callable[[random.Random, Case], list[Sheet]]
Device = Callable[[random.Random, Page], Capture]
Draw = Callable[[random.Random, int], Sheet]
_PAPERS: tuple[Paper, ...] = (
    lambda rng, facts: [prose_page(rng)],
    birth.birth_registration,
    official.official_document,
    residence.residence_change,
    lambda rng, facts: [prose_page(rng)],
    construction.construction_permit,
    supporting.agreement,
    supporting.birth_notice,
)


def mixed_paper(rng: random.Random, number: int) -> Sheet:
    """The first sheet of paper `number`: prose, forms, letters and supporting papers in turn."""
    return _PAPERS[number % len(_PAPERS)](rng, case(rng))[0]


def as_filed(capture: Capture) -> Image:
    """uint8 BGR of a capture's file: after JPEG compression at its quality, or as it is when it has one bit."""
    image = capture.image
    shown = cv2.cvtColor(image, cv2.COLOR_GRAY2BGR) if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
    if capture.bilevel:
        return np.asarray(shown, np.uint8)
    _, data = cv2.imencode(".jpg", shown, [cv2.IMWRITE_JPEG_QUALITY, capture.quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)


def _lines(truth: PageTruth) -> tuple[Truth, ...]:
    return tuple(Truth(line.text, (line.polygon,), _boxed(line)) for line in truth.lines)


def _boxed(line: Line) -> bool:
    """Whether these are digits in boxes, one each: they stand wider apart than they are high."""
    (x0, y0), (x1, y1), (x2, y2), _ = line.polygon
    along, down = math.hypot(x1 - x0, y1 - y0), math.hypot(x2 - x1, y2 - y1)
    return line.text.isdigit() and len(line.text) > 4 and along / len(line.text) > 1.3 * down


def _cells(truth: PageTruth) -> tuple[Truth, ...]:
    return tuple(
        Truth(each.raw, each.polygons, cell=cell_of(each.key)) for each in truth.fields if each.key.startswith(CELL)
    )


@dataclass(frozen=True, slots=True)
class _Kind:
    """What sort of pages a suite has: the paper, and the device that sees it."""

    name: str
    en: str
    vi: str
    draw: Draw
    device: Device
    cells: bool = False
    usual: int = SIZE

    def pages(self, size: int, seed: int = SEED) -> Iterator[PageItem]:
        for number in range(size):
            rng = random.Random(f"{self.name}/{seed}/{number}")  # noqa: S311 - repeatable on purpose, nothing secret
            capture = self.device(rng, finish(self.draw(rng, number)))
            truth = _cells(capture.truth) if self.cells else _lines(capture.truth)
            yield PageItem(f"{self.name}-{number:03d}", as_filed(capture), truth)

    def suite(self) -> PageSuite:
        return PageSuite(self.name, _VERSION, self.usual, self.en, self.vi, self.pages, self.cells, untold=UNTOLD)


def _sealed(rng: random.Random, number: int) -> Sheet:
    return seal_over_text(rng, mixed_paper(rng, number))


def _leaders(rng: random.Random, number: int) -> Sheet:
    return leader_form(rng)


def _catalogue_form(rng: random.Random, number: int) -> Sheet:
    return rng.choice(form(rng, _FORM_NAMES[number % len(_FORM_NAMES)], kept_out=True))


_CLEAN = _Kind("pages-clean", "Pages as composed, no fault", "Trang sạch, không lỗi", mixed_paper, clean)
_DEGRADED = (
    _Kind("pages-skew", "Scans 1.5 to 5 degrees askew", "Quét lệch 1,5 đến 5 độ", mixed_paper, skew),
    _Kind("pages-shadow", "Shadow of an open lid or a hand", "Bóng tối do nắp mở hoặc tay che", mixed_paper, shadow),
    _Kind("pages-jpeg", "Small JPEG, quality 12 to 25", "JPEG nhỏ, chất lượng 12 đến 25", mixed_paper, hard_jpeg),
    _Kind("pages-toner", "Faint, streaked toner", "Mực in mờ, có vệt", mixed_paper, faint_toner),
    _Kind("pages-fax", "One-bit fax", "Fax đen trắng một bit", mixed_paper, fax),
    _Kind("pages-seal", "Red seals over text", "Dấu đỏ đè lên chữ", _sealed, flatbed),
    _Kind("pages-leaders", "Forms with dotted leaders", "Biểu mẫu có dòng chấm", _leaders, flatbed),
    _Kind("pages-phone", "Phone photos in perspective", "Ảnh điện thoại chụp nghiêng", mixed_paper, photo),
)
_FORMS = _Kind(
    "pages-forms", "The 19 administrative forms, filled in", "19 biểu mẫu hành chính đã điền", _catalogue_form, flatbed,
    usual=len(_FORM_NAMES),
)  # fmt: skip
_TABLE = _Kind("pages-table", "Tables; the unit is the cell", "Bảng; đơn vị đo là ô", table_page, flatbed, cells=True)
_KINDS = {kind.name: kind for kind in (_CLEAN, *_DEGRADED, _FORMS, _TABLE)}

DEGRADED = tuple(kind.suite() for kind in _DEGRADED)
SUITES = tuple(kind.suite() for kind in _KINDS.values())


def pages_like(name: str, size: int, seed: int) -> Iterator[PageItem]:
    """The first `size` pages of the suite `name` had it another seed: pages of its kind to fit on, never those of the
    suite itself."""
    return _KINDS[name].pages(size, seed)
