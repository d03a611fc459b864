"""Round seals are taken off a page before its lines are sought and read.

A Vietnamese agency seal is red, round, 25 to 45 mm wide, and by rule covers a third of the signature (Decree
30/2020/NĐ-CP, article 33); it hides the print under it from a detector. Red ink is bright in the red channel, so the
brightest channel of each pixel shows the page without it. Only round red patches of a seal's size are changed:
red headings, numbers and the rectangular marks of digital signatures stay as they are.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from models.protocols import Image

_WORK_SIDE = 700
_LEAST, _MOST = 0.07, 0.22
"""Width of a seal as a share of the page's long side: 25 mm of A4 to 45 mm of A5."""
_ROUND = 0.04
"""At most this share of a seal's ink lies outside its circle; a rectangle leaves its corners there."""


def _red(small: Image) -> NDArray[np.uint8]:
    blue, green, red = (small[:, :, channel].astype(np.int16) for channel in range(3))
    rest = np.maximum(blue, green)
    return ((red - rest > 38) & (red > 90)).astype(np.uint8)


def find_seals(image: Image) -> list[tuple[int, int, int, int]]:
    """Boxes (left, top, right, bottom) of round red seals, in pixels of `image`."""
    height, width = image.shape[:2]
    scale = min(1.0, _WORK_SIDE / max(height, width))
    small = cv2.resize(
        image, (max(1, round(width * scale)), max(1, round(height * scale))), interpolation=cv2.INTER_AREA
    )
    red = _red(small)
    if red.sum() < 150:
        return []
    reach = max(3, round(_WORK_SIDE * 0.012)) | 1
    joined = cv2.morphologyEx(red, cv2.MORPH_CLOSE, np.ones((reach, reach), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined)
    found = []
    longest = max(small.shape[:2])
    for number in range(1, count):
        left, top, wide, high = (int(v) for v in stats[number, :4])
        if not (_LEAST * longest <= max(wide, high) <= _MOST * longest and 0.72 <= wide / high <= 1.4):
            continue
        ys, xs = np.nonzero((labels == number) & (red > 0))
        radius = max(wide, high) / 2
        far = np.hypot(xs - (left + wide / 2 - 0.5), ys - (top + high / 2 - 0.5)) > radius * 1.06
        if float(far.mean()) <= _ROUND:
            edge = 3
            box = (left - edge, top - edge, left + wide + edge, top + high + edge)
            found.append(tuple(round(v / scale) for v in box))
    return [(max(0, a), max(0, b), min(width, c), min(height, d)) for a, b, c, d in found]


def without_seals(image: Image) -> Image:
    """`image` itself when it has no seal, else a copy with their red ink bleached and dark ink kept."""
    seals = find_seals(image)
    if not seals:
        return image
    cleared = image.copy()
    for left, top, right, bottom in seals:
        cleared[top:bottom, left:right] = image[top:bottom, left:right].max(axis=2)[:, :, None]
    return cleared
