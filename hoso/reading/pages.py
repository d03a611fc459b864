"""Pages of files, each read with its lines in pixels of the page image as given.

"As given" is the image as its file says it stands (EXIF turns applied) or the PDF page as rasterised. What was done to
read it (turning, straightening, cutting out of a photo) is undone for the polygons.
"""

from __future__ import annotations

import threading
import time
import unicodedata
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from config.settings import Limits, Settings
from dossiers.errors import HosoError
from dossiers.page import Line, PageReading, Polygon
from models.reader import Reader
from models.seals import without_seals
from workers.formats import sniff
from workers.stages.ingest import SourceFile, ingest
from workers.stages.prepare import prepare
from workers.stages.rasterise import rasterise


@dataclass(frozen=True, slots=True)
class Page:
    """One page to read: where it is and how its results are to be called."""

    name: str
    path: Path
    media_type: str
    index: int
    text_layer: bool


@dataclass(frozen=True, slots=True)
class Listing:
    """The pages found in the inputs, and what was left out: (file, why in Vietnamese, why in English)."""

    pages: tuple[Page, ...]
    refused: tuple[tuple[str, str, str], ...]
    skipped: tuple[str, ...]


def list_pages(paths: list[Path], limits: Limits, workdir: Path) -> Listing:
    """Look into files and folders (not into folders inside them). In a folder, what is no document is skipped."""
    pages: list[Page] = []
    refused: list[tuple[str, str, str]] = []
    skipped: list[str] = []
    taken: set[str] = set()
    for number, (path, named) in enumerate(_files(paths)):
        if not named and sniff.media_type(path) is None:
            skipped.append(path.name)
            continue
        folder = workdir / str(number)
        folder.mkdir()
        found = ingest(SourceFile(1, path.name, path), limits, folder)
        refused += [(path.name, f.vi, f.en) for f in found.findings if f.severity == "error"]
        inside = [(member, index) for member in found.members for index in range(member.pages)]
        several = len(inside) > 1 or found.media_type == sniff.ZIP
        names = _free_names(path, len(inside) if several else 0, taken)
        for name, (member, index) in zip(names, inside, strict=False):
            pages.append(Page(name, member.path, member.media_type, index, index in member.text_pages))
    return Listing(tuple(pages), tuple(refused), tuple(skipped))


def _files(paths: list[Path]) -> Iterator[tuple[Path, bool]]:
    """Each file, and whether the user named it (or only its folder)."""
    for path in paths:
        if path.is_dir():
            yield from ((p, False) for p in sorted(path.iterdir()) if p.is_file() and not p.name.startswith("."))
        else:
            yield path, True


def _free_names(path: Path, numbered: int, taken: set[str]) -> list[str]:
    """Names of a file's pages: its stem with so many numbers; 0: the stem alone.

    With the extension, then a count, when one of them is another file's, be it in other letters: some disks hold `Don`
    and `don` for the same.
    """
    for stem in chain((path.stem, path.name.replace(".", "-")), (f"{path.stem}-{n}" for n in count(2))):
        names = [f"{stem}-{number:04d}" for number in range(1, numbered + 1)] or [stem]
        keys = {unicodedata.normalize("NFC", name.casefold()) for name in (stem, *names)}
        if keys.isdisjoint(taken):
            break
    taken |= keys
    return names


_pdfium = threading.Lock()  # it draws one page at a time


class PageReader:
    """Reads pages; opening it loads the models, unless a `reader` that is open already is given. May be called from
    several threads at once."""

    def __init__(self, settings: Settings, *, ocr_always: bool = False, reader: Reader | None = None) -> None:
        self._limits, self._ocr_always = settings.limits, ocr_always
        self._reader = reader or Reader.open(settings)

    def read(self, page: Page) -> PageReading:
        """The page's lines and tables. Raises `FileError` when it cannot be drawn."""
        began = time.perf_counter()
        keep = page.text_layer and not self._ocr_always
        with _pdfium if page.media_type == sniff.PDF else nullcontext():
            drawn = rasterise(page.path, page.media_type, page.index, self._limits, with_text=keep)
        height, width = drawn.image.shape[:2]
        if drawn.text_lines is not None:
            return PageReading(drawn.text_lines, width, height, 0, time.perf_counter() - began)
        ready = prepare(drawn.image, self._reader.orient)
        if ready.blank:
            return PageReading((), width, height, 0, time.perf_counter() - began)
        seen = without_seals(ready.image)  # once for both: a page without them is soon looked through
        found = self._reader.layout(seen)
        texts = self._reader.recognise(self._reader.crop(seen, found.polygons))
        scale = _given_size(page, width) / width
        back = np.diag([scale, scale, 1.0]) @ np.linalg.inv(np.array(ready.matrix))
        lines = tuple(
            Line(text, _moved(polygon, back), confidence, self._reader.model, cell)
            for polygon, cell, (text, confidence) in zip(found.polygons, found.cells, texts, strict=True)
            if text
        )
        size = round(width * scale), round(height * scale)
        return PageReading(lines, *size, ready.rotation, time.perf_counter() - began, found.tables)


def read_all(
    settings: Settings, pages: Sequence[Page], *, ocr_always: bool = False
) -> Iterator[tuple[Page, PageReading | HosoError]]:
    """Each of `pages`, in order, with its reading or why there is none, on `pool.reader_threads` cores.

    A page alone takes all cores; several take one each, which is faster, and one more is in work than there are cores,
    because now and then one waits for Python's lock. OpenCV then computes on one thread in all of this process.
    PaddleOCR's pages wait for each other anyway.
    """
    cores = settings.pool.reader_threads
    if not pages:
        return
    if min(len(pages), cores) == 1 or settings.pool.engine == "paddleocr":
        at_once, reader = 1, PageReader(settings, ocr_always=ocr_always)
    else:
        cv2.setNumThreads(1)
        opened = Reader.open(settings, threads=1, calls=cores)
        at_once, reader = cores + 1, PageReader(settings, ocr_always=ocr_always, reader=opened)

    def tried(page: Page) -> PageReading | HosoError:
        try:
            return reader.read(page)
        except HosoError as error:
            return error

    with ThreadPoolExecutor(at_once) as threads:
        asked: deque[tuple[Page, Future[PageReading | HosoError]]] = deque()
        for page in pages:
            asked.append((page, threads.submit(tried, page)))
            if len(asked) == 2 * at_once:  # few enough that whoever interrupts this waits for few
                first, reading = asked.popleft()
                yield first, reading.result()
        for page, reading in asked:
            yield page, reading.result()


def _given_size(page: Page, width: int) -> int:
    """The width of the image in its file, which is larger than what is read when it was scaled down to the limit."""
    if page.media_type == sniff.PDF:
        return width
    with Pillow.open(page.path) as image:
        image.seek(page.index)
        turned = image.getexif().get(0x0112, 1) >= 5  # EXIF orientation: stored on its side
        return image.height if turned else image.width


def _moved(polygon: Polygon, matrix: NDArray[np.float64]) -> Polygon:
    """The corners under a perspective map, in the same order."""
    points = cv2.perspectiveTransform(np.array([polygon], np.float64), matrix)[0]
    return cast(Polygon, tuple((float(x), float(y)) for x, y in points))
