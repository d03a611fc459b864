"""Round seals are taken off a page before its lines are sought and read.

A Vietnamese agency seal is red, round, 25 to 45 mm wide, and by rule covers a third of the signature (Decree
30/2020/NĐ-CP, article 33); it hides the print under it from a detector. Red ink is bright in the red channel, so that
channel shows the page without it, once the little that the ink takes off there is divided out. Only round red patches
of a seal's size and whole red rings are changed: red headings, numbers and the rectangular marks of digital signatures
stay as they are.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from models.protocols import Image
from models.sampling import sampled

Box = tuple[int, int, int, int]
"""Left, top, right, bottom."""

_WORK_SIDE = 700
_LEAST, _MOST = 0.07, 0.22
"""Width of a seal as a share of the page's long side: 25 mm of A4 to 45 mm of A5."""
_ROUND = 0.04
"""At most this share of a seal's ink lies outside its circle; a rectangle leaves its corners there."""
_LITTLE = 150
"""Less red than so many pixels of the small copy is no seal."""
_WHOLE = 0.93
"""A ring is a seal's when so much of it is red: true ones have 0.95 and more, chance circles in red writing,
moved to where they are reddest, 0.92 at most (1,349 of them)."""
_PROMISING = 0.6
_OFF = range(-6, 7, 2)
"""So many pixels each way a circle's centre may be off; a true one is red all around up to two pixels beside it."""
_EDGE = 3


def _red(small: Image) -> NDArray[np.uint8]:
    blue, green, red = cv2.split(small)
    redness = cv2.subtract(red, cv2.max(blue, green))
    return np.asarray((redness > 38) & (red > 90)).view(np.uint8)


def find_seals(image: Image) -> list[Box]:
    """Boxes of round red seals, in pixels of `image`; they may overlap each other."""
    height, width = image.shape[:2]
    scale = min(1.0, _WORK_SIDE / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    # Most pages have no red ink, or only some that is lower than a seal: single pixels show that sooner than averages.
    look = _red(np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_NEAREST), np.uint8))
    _, _, wide, high = cv2.boundingRect(look)
    if cv2.countNonZero(look) < _LITTLE / 2 or min(wide, high) < 0.7 * _LEAST * max(size):
        return []
    red = _red(sampled(image, *size))
    if cv2.countNonZero(red) < _LITTLE:
        return []
    found = _alone(red, max(size))
    rest = red.copy()  # ink enough for a ring must be left beside the seals that stand alone
    for a, b, c, d in found:
        rest[max(0, b) : d, max(0, a) : c] = 0
    if cv2.countNonZero(rest) >= _LITTLE:
        found += _rings(red, max(size), found)
    boxes = [tuple(round(v / scale) for v in box) for box in found]
    return [(max(0, a), max(0, b), min(width, c), min(height, d)) for a, b, c, d in boxes]


def _alone(red: NDArray[np.uint8], longest: int) -> list[Box]:
    """Seals that touch no other red ink."""
    reach = max(3, round(_WORK_SIDE * 0.012)) | 1
    joined = cv2.morphologyEx(red, cv2.MORPH_CLOSE, np.ones((reach, reach), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined)
    found = []
    for number in range(1, count):
        left, top, wide, high = (int(v) for v in stats[number, :4])
        if not (_LEAST * longest <= max(wide, high) <= _MOST * longest and 0.72 <= wide / high <= 1.4):
            continue
        ys, xs = np.nonzero((labels == number) & (red > 0))
        radius = max(wide, high) / 2
        far = np.hypot(xs - (left + wide / 2 - 0.5), ys - (top + high / 2 - 0.5)) > radius * 1.06
        if float(far.mean()) <= _ROUND:
            found.append((left - _EDGE, top - _EDGE, left + wide + _EDGE, top + high + _EDGE))
    return found


def _rings(red: NDArray[np.uint8], longest: int, known: Sequence[Box]) -> list[Box]:
    """Seals by their rings, which stay whole where two seals overlap or red writing touches one; not those `known`."""
    least, most = int(_LEAST * longest / 2), int(_MOST * longest / 2)
    soft = cv2.GaussianBlur(red * 255, (0, 0), 1.2)
    circles = cv2.HoughCircles(soft, cv2.HOUGH_GRADIENT, dp=1.5, minDist=20, param1=100, param2=28,
                               minRadius=max(4, least - 6), maxRadius=most)  # fmt: skip
    if circles is None:
        return []
    near = cv2.dilate(red, np.ones((3, 3), np.uint8))
    found = []
    for x, y, radius in circles[0]:
        if any(a < x < c and b < y < d for a, b, c, d in known):
            continue
        sizes = np.arange(radius - 3, min(radius * 1.5, most) + 1)
        if _share_of_ring(near, x, y, sizes).max() < _PROMISING:
            continue
        (x, y), shares = _centred(near, x, y, sizes)
        whole = np.flatnonzero(shares >= _WHOLE)
        if whole.size and sizes[whole[-1]] >= least:
            reach = float(sizes[whole[-1]]) * 1.06 + _EDGE
            found.append((round(x - reach), round(y - reach), round(x + reach), round(y + reach)))
    return found


def _centred(
    red: NDArray[np.uint8], x: float, y: float, sizes: NDArray[np.float64]
) -> tuple[tuple[float, float], NDArray[np.float64]]:
    """The place near x, y around which a circle of one of `sizes` is reddest, and the share of each that is red: where
    two seals touch, a circle is first found some pixels off."""
    places = np.array([(x + dx, y + dy) for dx in _OFF for dy in _OFF])
    reddest = np.array([_share_of_ring(red, cx, cy, sizes).max() for cx, cy in places])
    x, y = places[reddest == reddest.max()].mean(axis=0)  # rings are some pixels thick: the middle of all such places
    return (float(x), float(y)), _share_of_ring(red, x, y, sizes)


def _share_of_ring(red: NDArray[np.uint8], x: float, y: float, sizes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Which share of a circle of each of `sizes` around x, y is red."""
    turns = np.linspace(0, 2 * np.pi, 120, endpoint=False)
    xs = np.clip(np.rint(x + sizes[:, None] * np.cos(turns)).astype(int), 0, red.shape[1] - 1)
    ys = np.clip(np.rint(y + sizes[:, None] * np.sin(turns)).astype(int), 0, red.shape[0] - 1)
    return np.asarray(red[ys, xs].mean(axis=1), dtype=np.float64)


def without_seals(image: Image) -> Image:
    """`image` itself when it has no seal, else a copy with their red ink bleached and dark ink kept."""
    seals = find_seals(image)
    if not seals:
        return image
    cleared = image.copy()
    for left, top, right, bottom in seals:
        cleared[top:bottom, left:right] = _bleached(image[top:bottom, left:right])
    return cleared


def _bleached(part: Image) -> NDArray[np.uint8]:
    """A seal's box without the seal, in the colour of its paper, or it would stand out from a yellow page as a bright
    square whose edge a detector sees. Ink multiplies, so what the seal's ink takes off is divided out.

    How much ink lies on a pixel is read off its redness, how much full ink takes off in the red channel off the
    reddest pixels. Print under the seal is dark in the red channel too and stays.
    """
    blue, green, red = (part[:, :, channel].astype(np.float32) for channel in range(3))
    redness = np.clip((red - np.maximum(blue, green)) / np.maximum(red, 20), 0, 1)
    inked = redness > 0.25
    if inked.sum() < 50:
        return np.repeat(part.max(axis=2, keepdims=True), 3, axis=2)
    full = float(np.percentile(redness[inked], 75))
    lit = red[redness > 0.8 * full]
    plain = part[redness < 0.1]
    paper = np.percentile(plain, 85, axis=0).astype(np.float32) if plain.size else np.full(3, 245, np.float32)
    passed = min(1.0, float(np.percentile(lit, 60)) / max(float(paper[2]), 1.0)) if lit.size else 1.0
    cover = np.clip(redness / full, 0, 1)
    bare = red / (1 - cover * (1 - passed))
    return np.asarray(np.clip(bare[:, :, None] * (paper / max(float(paper[2]), 1.0)), 0, 255), dtype=np.uint8)
