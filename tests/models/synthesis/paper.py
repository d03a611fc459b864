"""What the tests of this folder share: every paper that can be made, and crops of printed lines."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from dossiers.page import Polygon
from models.synthesis.dossiers import KINDS, compose
from models.synthesis.forms.case import case
from models.synthesis.pages import Page, finish
from models.synthesis.pages.layout import Sheet
from models.synthesis.pages.official import official_document
from models.synthesis.pages.official_texts import letters


@cache
def sheets(seed: int) -> tuple[Sheet, ...]:
    """Every kind of paper that the generator can make, for one seed."""
    made: list[Sheet] = []
    for kind in KINDS:
        rng = random.Random(f"{kind}{seed}")
        papers = compose(kind, rng, case(rng, "2024" if kind == "xay-dung" else "2025"))
        made += [sheet for paper in papers for sheet in paper]
    rng = random.Random(seed)
    facts = case(rng)
    for letter in letters(rng, facts):
        made += official_document(rng, facts, letter)
    return tuple(made)


@cache
def pages(seed: int) -> tuple[Page, ...]:
    return tuple(finish(sheet) for sheet in sheets(seed))


def crop(image: NDArray[np.uint8], polygon: Polygon, size: tuple[int, int]) -> NDArray[np.float32]:
    """The polygon's content in grey, upright, stretched to `size` (width, height)."""
    width, height = size
    target = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    matrix = cv2.getPerspectiveTransform(np.array(polygon, np.float32), target)
    grey = image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    return cv2.warpPerspective(grey, matrix, size).astype(np.float32)


def size_of(polygon: Polygon) -> tuple[int, int]:
    (x0, y0), (x1, _), (_, y2), _ = polygon
    return max(4, round(x1 - x0)), max(4, round(y2 - y0))


def likeness(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """Correlation of two crops after a little blur: 1 for the same words, near 0 for others."""
    a, b = (cv2.GaussianBlur(each, (0, 0), 2.0).ravel() for each in (one, other))
    return float(np.corrcoef(a, b)[0, 1])


def printed(page: Page) -> Iterator[str]:
    for line in page.truth.lines:
        yield line.text
