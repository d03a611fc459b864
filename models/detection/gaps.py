"""Boxes that run over two columns are cut at the white gap between them.

The network joins the two halves of a letter-head (agency on the left, nation and motto on the right) when they stand
close, and cells of a table without rules. A cut too many does no harm: both halves stay in their row.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.detection.boxes import Corners, between, sides
from models.detection.ink import flat_grey, ink
from models.protocols import Image

WIDEST_GAP = 1.2
"""A stretch without ink longer than this many line heights separates two lines."""
_ODD_GAP, _ODDER = 0.6, 2.4
"""So does one over the first many line heights that is the second many times as long as the usual space of its line,
with words on either side: two names side by side under a form. A justified line is wide everywhere."""
_SPACE = 0.15
"""Gaps longer than so many line heights are spaces between words."""
_MARGIN = 0.25
_PAPER, _SHARE = 80, 0.35


def _ink_columns(crop: Image) -> NDArray[np.bool_]:
    height = crop.shape[0]
    trimmed = crop[round(height * 0.12) : max(1, round(height * 0.88))]
    return np.asarray(ink(trimmed, _PAPER, _SHARE).any(axis=0), dtype=np.bool_)


def cut_at_gaps(grey: Image, box: Corners) -> list[Corners]:
    """`box` of a grey page, uint8 [h, w], whole, or its parts from left to right."""
    width, height = sides(box)
    if width < 6 * height or height < 6:
        return [box]
    inked = np.flatnonzero(_ink_columns(flat_grey(grey, box)))
    if inked.size < 2:
        return [box]
    jumps = _between_columns(np.diff(inked) / height)
    if not jumps.size:
        return [box]
    edge = _MARGIN * height
    starts = [0.0, *(float(inked[jump + 1]) - edge for jump in jumps)]
    ends = [*(float(inked[jump]) + edge for jump in jumps), width]
    return [between(box, start / width, min(1.0, end / width)) for start, end in zip(starts, ends, strict=True)]


def _between_columns(gaps: NDArray[np.float64]) -> NDArray[np.int64]:
    """Which of the distances between neighbouring columns of ink, in line heights, part two lines."""
    parting = gaps > WIDEST_GAP
    spaces = np.flatnonzero(gaps > _SPACE)
    inner = spaces[1:-1]  # before them a number may stand apart from its clause, behind them a mark
    if inner.size:
        parting[inner] |= gaps[inner] > max(_ODD_GAP, _ODDER * float(np.median(gaps[spaces])))
    return np.flatnonzero(parting)
