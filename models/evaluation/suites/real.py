"""The suite `real`: page images of a folder with their lines transcribed in `gt/NAME.txt`, a line a line.

Its pictures and texts stay where they are: nothing of it is copied but into a report that the user asks for.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from models.evaluation.suites.base import PageItem, PageSuite, SuiteEmpty, Truth

NAME = "real"
_SUFFIXES = (".jpg", ".jpeg", ".png", ".tif", ".tiff")


def pages_of(folder: Path) -> list[tuple[Path, Path]]:
    """(image, transcription) of each page that has both, by name. `SuiteEmpty` when there is none."""
    found = []
    for text in sorted((folder / "gt").glob("*.txt")):
        images = [path for suffix in _SUFFIXES if (path := folder / f"{text.stem}{suffix}").is_file()]
        found += [(images[0], text)] if images else []
    if not found:
        raise SuiteEmpty(f"{folder}: NAME.jpg + gt/NAME.txt")
    return found


def real(folder: Path) -> PageSuite:
    """The suite of the pages in `folder`."""
    pages = pages_of(folder)

    def items(size: int) -> Iterator[PageItem]:
        for image, text in pages[:size]:
            pixels = cv2.imdecode(np.frombuffer(image.read_bytes(), np.uint8), cv2.IMREAD_COLOR)
            if pixels is None:
                raise SuiteEmpty(image.name)
            lines = unicodedata.normalize("NFC", text.read_text(encoding="utf-8")).splitlines()
            truth = tuple(Truth(line.strip()) for line in lines if line.strip())
            yield PageItem(image.stem, np.asarray(pixels, np.uint8), truth)

    return PageSuite(
        NAME, 1, len(pages), "Real pages with transcribed lines", "Trang thật có bản chép từng dòng", items
    )
