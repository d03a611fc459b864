"""Boxes that run over the border of a table cell are cut at the border.

A printed rule goes on above or below the line of text that a box encloses; no letter does. So a narrow column of
ink that spans the box and a good part beyond its top or its bottom is a rule; the edge of a shadow, which grows dark
little by little, is none.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from models.detection.boxes import Corners, between, sides, taller
from models.detection.ink import flat_grey, ink
from models.protocols import Image

_BEYOND = 0.3
"""How far above or below a box a rule must go on, in line heights."""
_SPANS = 0.94
"""Share of the rows in which a rule must have ink: scans tear it here and there."""
_WIDEST = 0.2
"""A rule is at most so wide, in line heights."""
_BESIDE = 0.12
"""Paper is looked for so far beside a rule, in line heights."""
_DEEP = 12.0
"""A rule is so much darker than the paper beside it, in grey levels."""
_PAPER, _SHARE = 85, 0.3
_THREE_COLUMNS = np.ones((1, 3), dtype=np.uint8)
_LEAST = 0.35
"""A part narrower than this, in line heights, holds no text."""


def _rule_columns(crop: Image) -> list[tuple[int, int]]:
    """First and last column + 1 of each vertical rule in a crop that is taller than its line."""
    # A rule that leans by a pixel or two still fills three columns together.
    wide = cv2.dilate(ink(crop, _PAPER, _SHARE).view(np.uint8), _THREE_COLUMNS)
    past = round(crop.shape[0] * _BEYOND / (1 + 2 * _BEYOND))
    high = crop.shape[0] - past
    full = _filled(wide[past:]) | _filled(wide[:high])
    edges = np.flatnonzero(np.diff(np.r_[False, full, False].astype(np.int8)))
    return [
        (int(a), int(b))
        for a, b in zip(edges[::2], edges[1::2], strict=True)
        if max((marked := _stands_out(crop, a, b))[past:].mean(), marked[:high].mean()) >= _SPANS
    ]


def _stands_out(crop: Image, start: int, end: int) -> NDArray[np.bool_]:
    """In which rows the columns from `start` to `end` are darker than the paper on both of their sides, bool [h]."""
    reach = max(2, round(crop.shape[0] / (1 + 2 * _BEYOND) * _BESIDE))
    left, right = (
        side.max(axis=1, initial=0) for side in (crop[:, max(0, start - reach) : start], crop[:, end : end + reach])
    )
    paper = np.minimum(left, right) if start and end < crop.shape[1] else np.maximum(left, right)
    return np.asarray(crop[:, start:end].min(axis=1) + _DEEP < paper)


def _filled(wide: NDArray[np.uint8]) -> NDArray[np.bool_]:
    rows = cv2.reduce(wide, 0, cv2.REDUCE_SUM, dtype=cv2.CV_32S)[0]
    return np.asarray(rows >= _SPANS * wide.shape[0], dtype=np.bool_)


def cut_at_rules(grey: Image, box: Corners) -> list[Corners]:
    """`box` of a grey page, uint8 [h, w], whole, or its parts between vertical rules, from left to right."""
    width, height = sides(box)
    if width < 1.5 * height or height < 8:
        return [box]
    crop = flat_grey(grey, taller(box, _BEYOND, _BEYOND))
    if not crop.size:
        return [box]
    rules = [(a, b) for a, b in _rule_columns(crop) if b - a <= _WIDEST * height + 2]
    if not rules:
        return [box]
    starts, ends = [0, *(b for _, b in rules)], [*(a for a, _ in rules), crop.shape[1]]
    kept = [
        (a / crop.shape[1], b / crop.shape[1]) for a, b in zip(starts, ends, strict=True) if b - a > _LEAST * height
    ]
    return [between(box, a, b) for a, b in kept] or [box]
