"""What the ink of a line's crop says against its reading: ink at an end, and ink for which no sign was read.

At an end the box was drawn too tight, through a sign or just before one; a mark that stands apart and was not read is a
sign that was lost. Looked at on the picture that the recogniser sees, so that both depend on the crop alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from models.recognition.prepare import HEIGHT, Crop

_COLUMNS = 3
"""So many columns at each end, of a line 48 px high, are looked at."""
_ROWS = slice(HEIGHT // 7, HEIGHT - HEIGHT // 7)
"""Slivers of the lines above and below are left out."""
_LEAST_CONTRAST = 8.0
_MARK = 0.3
"""What is darker than the paper by so much of the contrast holds a mark together: at half of it the last stroke of a
blurred `m` stands apart."""
_BEFORE, _BEHIND = 13, 8
"""So many columns before and behind a mark its sign may have been seen: what a fax tears off is the end of an `m`."""


class Ink(NamedTuple):
    """`cut`: how dark the darkest ink at the left or right end is, 0 as paper, 1 as the line's ink; `unread`: the side
    of the largest mark for which no sign was read, were it a square, in shares of the line's height."""

    cut: float
    unread: float


def ink_of(line: Crop, seen_at: Sequence[float]) -> Ink:
    """Of a line, uint8 [48, w, 3]; `seen_at`: the columns at which its signs were seen, in order."""
    grey = cv2.cvtColor(line, cv2.COLOR_BGR2GRAY)
    body = grey[_ROWS]
    light = np.asarray(cv2.reduce(grey, 0, cv2.REDUCE_MAX))[0]
    dark = np.asarray(cv2.reduce(body, 0, cv2.REDUCE_MIN))[0]
    paper = float(np.partition(light, light.size // 2)[light.size // 2])
    ink = float(np.partition(dark, dark.size // 20)[dark.size // 20])
    contrast = max(_LEAST_CONTRAST, paper - ink)
    ends = float(min(dark[:_COLUMNS].min(), dark[-_COLUMNS:].min()))
    cut = min(1.0, max(0.0, (paper - ends) / contrast))
    return Ink(cut, _unread(body < paper - _MARK * contrast, np.asarray(seen_at, np.float64)) ** 0.5 / HEIGHT)


def _unread(inked: NDArray[np.bool_], seen_at: NDArray[np.float64]) -> int:
    """The pixels of the largest mark, between columns of paper, beside which no sign was seen; rules, which run through
    all rows, left out."""
    filled = inked.sum(axis=0)
    edges = np.flatnonzero(np.diff(filled > 0, prepend=False, append=False))
    starts, ends = edges[::2], edges[1::2]
    lost = np.searchsorted(seen_at, starts - _BEFORE) == np.searchsorted(seen_at, ends + _BEHIND)
    marks = [slice(start, end) for start, end in zip(starts[lost].tolist(), ends[lost].tolist(), strict=True)]
    return max((int(filled[mark].sum()) for mark in marks if not inked[[0, -1], mark].any(axis=1).all()), default=0)
