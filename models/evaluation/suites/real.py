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
    """(image, transcription) of each transcribed page, by name; an image without a transcription is left out.

    Names are compared as people read them, composed or not. `SuiteEmpty` when there is no transcription, or one whose
    image is missing: a page that is not measured must not go unnoticed."""
    images: dict[str, Path] = {}
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.suffix.lower() in _SUFFIXES:
            images.setdefault(_name(path), path)
    texts = sorted((folder / "gt").glob("*.txt"))
    alone = [text.name for text in texts if _name(text) not in images]
    if alone or not texts:
        raise SuiteEmpty(f"{folder}: NAME.jpg + gt/{', gt/'.join(alone) or 'NAME.txt'}")
    return [(images[_name(text)], text) for text in texts]


def _name(path: Path) -> str:
    return unicodedata.normalize("NFC", path.stem)


def real(folder: Path) -> PageSuite:
    """The suite of the pages in `folder`."""
    pages = pages_of(folder)

    def items(size: int) -> Iterator[PageItem]:
        for image, text in pages[:size]:
            pixels = cv2.imdecode(np.frombuffer(image.read_bytes(), np.uint8), cv2.IMREAD_COLOR)
            if pixels is None:
                raise SuiteEmpty(image.name)
            try:
                written = text.read_text(encoding="utf-8-sig")
            except UnicodeDecodeError as error:
                raise SuiteEmpty(f"{text.name}: UTF-8") from error
            lines = unicodedata.normalize("NFC", written).splitlines()
            truth = tuple(Truth(line.strip()) for line in lines if line.strip())
            yield PageItem(image.stem, np.asarray(pixels, np.uint8), truth)

    return PageSuite(
        NAME, 1, len(pages), "Real pages with transcribed lines", "Trang thật có bản chép từng dòng", items
    )
