"""The second opinion on a page whose way up is in doubt: read a few lines each way and keep what reads best.

A classifier that sees 224 pixels is unsure of pages with little print; a recogniser is not: print that lies on its
side makes few long boxes, and print that is upside down reads with low confidence.
"""

from __future__ import annotations

from collections.abc import Iterable

from models.cropping import crop_lines
from models.orientation.turning import turn
from models.protocols import Detector, Image, Recogniser

_LINES = 6


def _length(crop: Image) -> float:
    return crop.shape[1] / crop.shape[0] if crop.size else 0.0


def readability(image: Image, detector: Detector, recogniser: Recogniser) -> float:
    """How well the longest lines of `image` read as it stands: signs read, weighted by confidence squared."""
    crops = sorted(crop_lines(image, detector.detect(image)), key=_length, reverse=True)[:_LINES]
    upright = [crop for crop in crops if _length(crop) > 1.5]
    return sum(min(len(text), 40) * confidence**2 for text, confidence in recogniser.recognise(upright))


def best_turn(image: Image, turns: Iterable[int], detector: Detector, recogniser: Recogniser) -> int:
    """The turn, of `turns` in order of preference, after which `image` reads best."""
    return max(turns, key=lambda degrees: readability(turn(image, degrees), detector, recogniser))
