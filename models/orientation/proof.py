"""The second opinion on a page whose way up is in doubt: read a few lines each way and keep what reads best.

A classifier that sees 224 pixels is unsure of pages with little print; a recogniser is not: print that lies on its
side makes few long boxes, and print that is upside down reads with low confidence.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from dossiers.page import Polygon
from models.cropping import crop_lines
from models.orientation.turning import turn
from models.protocols import Detector, Image, Recogniser

_LINES = 6
_LEVEL = 1.5
"""Boxes less than this many times longer than high may be print that lies on its side."""
_SIGNS = 40


def _length(polygon: Polygon) -> float:
    return math.dist(polygon[0], polygon[1]) / max(math.dist(polygon[0], polygon[3]), 1.0)


def readability(image: Image, detector: Detector, recogniser: Recogniser) -> float:
    """How well the longest level lines of `image` read as it stands: signs read, weighted by confidence."""
    level = [polygon for polygon in detector.detect(image) if _length(polygon) > _LEVEL]
    longest = sorted(level, key=_length, reverse=True)[:_LINES]
    read = recogniser.recognise(crop_lines(image, longest), again=False)
    return sum(min(len(text), _SIGNS) * confidence for text, confidence in read)


def best_turn(image: Image, turns: Iterable[int], detector: Detector, recogniser: Recogniser) -> int:
    """The turn, of `turns` in order of preference, after which `image` reads best."""
    return max(turns, key=lambda degrees: readability(turn(image, degrees), detector, recogniser))
