"""Ink on the grey crop of a line: what is clearly darker than its paper.

The parts of detection that look into a box (rules, gaps, leaders) all look at it this way: laid flat in grey, split at
a level between its own paper and its own darkest ink, so that shadow and faint toner count by what is around them.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from models.cropping import lay_flat
from models.detection.boxes import Corners
from models.protocols import Image

_DARKEST = 2
"""Percentile of a crop's grey levels that stands for its ink."""
_LEAST_CONTRAST = 24.0
"""Ink is at least so many grey levels darker than paper: less is the grain of the paper."""


def flat_grey(grey: Image, box: Corners) -> Image:
    """`box` of a grey page laid flat, uint8 [h, w]; perhaps a view of the page."""
    return lay_flat(grey, box, fine=False)


def ink(grey: Image, paper: float, share: float) -> NDArray[np.bool_]:
    """Which pixels of `grey` [h, w] are ink: darker than its `paper` percentile by over `share` of its contrast."""
    light, dark = percentiles(grey, (paper, _DARKEST))
    return np.asarray(grey < light - max(_LEAST_CONTRAST, share * (light - dark)), dtype=np.bool_)


def percentiles(grey: Image, shares: Sequence[float]) -> list[float]:
    """`np.percentile` of grey levels, each share in 0..100, from their histogram instead of their order."""
    up_to = np.cumsum(cv2.calcHist([grey], [0], None, [256], [0, 256]).ravel())
    places = [share / 100 * (grey.size - 1) for share in shares]
    below = np.searchsorted(up_to, np.floor(places), side="right")
    above = np.searchsorted(up_to, np.ceil(places), side="right")
    return [float(a + (b - a) * (place % 1)) for a, b, place in zip(below, above, places, strict=True)]
