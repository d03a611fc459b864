"""The box that a detector should find for a line, from the ink of the line and what stands in it.

The stock detector leaves a box as high as the font is, whatever letters the line has: as much above `8225` as above
`ĐỀ NGHỊ`. Boxes learnt must be like that, or the recogniser would be given crops that it does not know. So the size of
the font is told from the ink and its letters, and the box built on that.
"""

from __future__ import annotations

import unicodedata

import numpy as np

from dossiers.page import Polygon

_ABOVE, _BELOW = 0.78, 0.22
"""From the base line to the top and bottom of a box, in ems, where the ink does not go farther."""
_LEFT, _TOP, _RIGHT, _BOTTOM = 0.26, 0.12, 0.26, 0.08
"""Margins in ems around that: what the stock detector leaves around long and short lines of synthetic pages."""
_HANGING = frozenset("gjpqyQ,;()[]{}|/ç@$")
_FLAT = frozenset("-–—._…*~=+:’‘“”\"'°•· ")
_TALL = frozenset("bdfhkltđ()[]{}|/!?%&@#$")


def reach_of(text: str) -> tuple[float, float]:
    """How far the ink of `text` goes above and below the base line, in ems; (0, 0) when its signs do not tell."""
    above = below = 0.0
    for letter in text:
        base, marks = (parts := unicodedata.normalize("NFD", letter))[0], parts[1:]
        if letter in _FLAT:
            continue
        tall = base.isupper() or base.isdigit() or base in _TALL
        stacked = sum(1 for mark in marks if mark not in "\u0323\u031b")
        above = max(above, (0.7 if tall else 0.48) + 0.2 * stacked)
        below = max(below, 0.21 if base in _HANGING or "\u0323" in marks else 0.0)
    return above, below


def box_to_find(text: str, ink: tuple[float, float, float, float], typical: float) -> Polygon:
    """The box, clockwise from top-left, for ink (left, top, right, bottom); `typical`: height of ink on the page."""
    left, top, right, bottom = ink
    above, below = reach_of(text)
    if above:
        em = (bottom - top) / (above + below)
        base = bottom - below * em
    else:  # dashes and dots: half the height of a line, around them
        em = typical
        base = (top + bottom) / 2 + 0.3 * em
    up, down = base - max(above, _ABOVE) * em - _TOP * em, base + max(below, _BELOW) * em + _BOTTOM * em
    west, east = left - _LEFT * em, right + _RIGHT * em
    return (west, up), (east, up), (east, down), (west, down)


def unit(edge: np.ndarray) -> np.ndarray:
    """The direction of an edge."""
    return np.asarray(edge / max(1e-6, float(np.linalg.norm(edge))), np.float32)
