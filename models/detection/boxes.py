"""From a map of text chances to line boxes: the second half of Differentiable Binarization (Liao et al., 2020).

The network marks the core of each line, shrunk by a fixed share of its area over its perimeter. Here the core is
found, enclosed in the smallest rotated rectangle, and grown back by the same rule. Growing a rectangle by an offset
is moving its four sides, so no polygon-clipping library is needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Corners = NDArray[np.float32]
"""float32 [4, 2]: x, y; clockwise from the corner that is top-left."""
Spans = NDArray[np.float64]
"""float64 [n, 4]: left, top, right, bottom of n boxes in pixels, after the slope of the page is taken out."""
Places = NDArray[np.int64]
"""int64 [k]: which of the boxes of a page, each once."""


@dataclass(frozen=True, slots=True)
class BoxRules:
    """`core`: chance from which a pixel belongs to a core; `sure`: mean chance from which a core is a line;
    `grow`: area over perimeter times this is how far the sides move; `least`: shortest side of a core, in pixels."""

    core: float = 0.3
    sure: float = 0.5
    grow: float = 1.6
    least: float = 3.0


def order_corners(corners: NDArray[np.float32]) -> Corners:
    """Clockwise from the top-left corner of a box whose text runs within 45 degrees of level."""
    by_x = corners[np.argsort(corners[:, 0], kind="stable")]
    left = by_x[:2][np.argsort(by_x[:2, 1], kind="stable")]
    right = by_x[2:][np.argsort(by_x[2:, 1], kind="stable")]
    return np.array([left[0], right[0], right[1], left[1]], dtype=np.float32)


def _grown(centre: tuple[float, float], size: tuple[float, float], angle: float, grow: float) -> Corners:
    width, height = size
    offset = width * height * grow / (2 * (width + height))
    box = cv2.boxPoints((centre, (width + 2 * offset, height + 2 * offset), angle))
    return order_corners(np.asarray(box, dtype=np.float32))


def _mean_chance(chances: NDArray[np.float32], contour: NDArray[np.int32]) -> float:
    x, y, width, height = cv2.boundingRect(contour)
    mask = np.zeros((height, width), dtype=np.uint8)
    cv2.fillPoly(mask, [contour - np.array([[x, y]], dtype=np.int32)], 1)
    return float(cv2.mean(chances[y : y + height, x : x + width], mask)[0])


def sides(box: Corners) -> tuple[float, float]:
    """The length of a box along its line and its height there, in pixels."""
    return float(np.linalg.norm(box[1] - box[0])), float(np.linalg.norm(box[3] - box[0]))


def taller(box: Corners, above: float, below: float) -> Corners:
    """A box grown by shares of its height above and below its line."""
    left, right = box[3] - box[0], box[2] - box[1]
    return np.array(
        [box[0] - left * above, box[1] - right * above, box[2] + right * below, box[3] + left * below], dtype=np.float32
    )


def between(box: Corners, start: float, end: float) -> Corners:
    """The part of a box from share `start` to share `end` of its length; outside 0..1 it grows along its line."""
    top, bottom = box[1] - box[0], box[2] - box[3]
    return np.array(
        [box[0] + top * start, box[0] + top * end, box[3] + bottom * end, box[3] + bottom * start], dtype=np.float32
    )


def boxes_from_chances(chances: NDArray[np.float32], rules: BoxRules, wide: float = 1.0) -> list[Corners]:
    """float32 [h, w] in 0..1 -> boxes in pixels as high as those of the map, in no particular order. `wide`: how wide a
    pixel of the map is where the page was narrowed; boxes are as on the whole page."""
    cores = (chances > rules.core).astype(np.uint8)
    contours, _ = cv2.findContours(cores, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    found: list[Corners] = []
    for contour in contours:
        centre, size, angle = cv2.minAreaRect((contour * (wide, 1)).astype(np.float32))
        if min(size) < rules.least - 1 or _mean_chance(chances, contour) < rules.sure:
            continue
        # Corners of pixels, not their middles: a core of n pixels is n wide.
        along, across = (wide, 1.0) if angle < 45 else (1.0, wide)
        middle = centre[0] + wide / 2, centre[1] + 0.5
        found.append(_grown(middle, (size[0] + along, size[1] + across), angle, rules.grow))
    return found


def outside(boxes: Sequence[Corners], others: Sequence[Corners]) -> list[Corners]:
    """Those of `boxes` whose middle lies in none of `others`."""
    spans = [(other.min(axis=0), other.max(axis=0)) for other in others]
    middles = [(box, box.mean(axis=0)) for box in boxes]
    return [box for box, at in middles if not any((low < at).all() and (at < high).all() for low, high in spans)]
