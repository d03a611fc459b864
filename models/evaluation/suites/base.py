"""What a suite is: named lines or pages with their truth, the same for the same size whenever they are made."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from dossiers.errors import InputError
from dossiers.page import Polygon
from models.protocols import Image

SEED = 7_700_000
"""Decides all synthetic suites. Training draws with other seeds and never with what suites are held out on."""


class SuiteUnknown(InputError):
    """No suite has this name; `detail` lists those that there are."""

    code = "evaluation.suite_unknown"
    vi = "Không có bộ đo nào tên như vậy. Hãy chọn một tên trong chi tiết."
    en = "No suite has this name. Choose one of those in the detail."


class SuiteEmpty(InputError):
    """A suite's folder is missing or holds nothing to measure on; `detail` says which."""

    code = "evaluation.suite_empty"
    vi = "Bộ đo không có dữ liệu. Hãy kiểm tra thư mục ghi trong chi tiết (ảnh và gt/*.txt, hoặc labels.tsv)."
    en = "The suite has nothing to measure on. Check the folder in the detail (images and gt/*.txt, or labels.tsv)."


@dataclass(frozen=True, slots=True)
class LineItem:
    """A crop, uint8 [h, w, 3] BGR, and what stands on it (NFC)."""

    image: Image
    text: str


@dataclass(frozen=True, slots=True)
class Truth:
    """One line or one table cell of a page: its text (NFC), and where it is in pixels of the page as given, a polygon
    for each printed part; empty where nobody drew it in. `boxed`: each sign stands in a box of its own, so that spaces
    between them are no error. `cell`: row and column of a table's cell, from 0."""

    text: str
    polygons: tuple[Polygon, ...] = ()
    boxed: bool = False
    cell: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class PageItem:
    """A page image as it came, uint8 [h, w, 3] BGR, with its lines (or, in a suite of cells, its cells)."""

    name: str
    image: Image
    truth: tuple[Truth, ...]


@dataclass(frozen=True, slots=True)
class LineSuite:
    """Crops for recognisers alone. `items(size)` makes or reads the first `size` of them; `size` is the default."""

    name: str
    version: int
    size: int
    about_en: str
    about_vi: str
    items: Callable[[int], Iterator[LineItem]]


@dataclass(frozen=True, slots=True)
class PageSuite:
    """Whole pages for the whole reading. `cells`: the truth is table cells instead of lines. `untold`: signs that the
    truth leaves out, so that reading them is no error (boxes to tick are ink without text)."""

    name: str
    version: int
    size: int
    about_en: str
    about_vi: str
    items: Callable[[int], Iterator[PageItem]]
    cells: bool = False
    untold: str = ""


Suite = LineSuite | PageSuite


def digest(suite: Suite, size: int, truth: Iterable[Sequence[str]]) -> str:
    """SHA-256 (hex) over the suite's name and version, the seed, the size and the truth of each item."""
    content = [suite.name, suite.version, SEED, size, [list(texts) for texts in truth]]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()
