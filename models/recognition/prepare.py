"""The picture that a recogniser sees: 48 pixels high, as wide as its weights were taught, padded to a bucket.

Guarantees that the input made from a crop depends on that crop alone: the bucket is a function of its own width,
so a line reads the same whatever shares its batch. Training and reading both use this code.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

HEIGHT = 48
STEP = 8
"""Columns of a time step; a sign is seen at the step that begins at its middle, give or take one."""
BUCKET = 64
"""Widths are padded to a multiple of this."""
FITTED, ROOM = 0.04, 4
"""A line that reaches over a multiple by so much of its width at most is squeezed into it: 3 % less is to be computed,
and fonts differ by more. So many columns stay free behind it, or its full stop is lost now and then."""
WIDEST = 3072
"""Crops wider than this when scaled (65 ems of text and more) are squeezed; no printed line of A4 is."""

Crop = NDArray[np.uint8]
Pixels = NDArray[np.float32]


def scaled_width(crop: Crop, narrowed: float = 1.0) -> int:
    """How wide `crop` is when it is read, at least 8 and at most `WIDEST`; `narrowed`: share of its width."""
    height, width = crop.shape[:2]
    scaled = int(min(WIDEST, max(8, round(width * HEIGHT / height * narrowed))))
    below = (scaled + ROOM) // BUCKET * BUCKET - ROOM
    return below if below > 0 and scaled - below <= FITTED * scaled else scaled


def scale_to_height(crop: Crop, narrowed: float = 1.0) -> Crop:
    """uint8 [h, w, 3] BGR -> uint8 [48, `scaled_width`, 3]."""
    how = cv2.INTER_AREA if crop.shape[0] > HEIGHT else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(crop, (scaled_width(crop, narrowed), HEIGHT), interpolation=how), dtype=np.uint8)


def bucket_width(width: int) -> int:
    """The padded width of a line that is `width` pixels wide when scaled."""
    return -(-width // BUCKET) * BUCKET


def to_pixels(line: Crop, width: int) -> Pixels:
    """uint8 [48, w, 3] -> float32 [3, 48, width] in -1..1, padded on the right with 0 (mid grey)."""
    out = np.zeros((3, HEIGHT, width), dtype=np.float32)
    seen = out[:, :, : line.shape[1]]
    seen[:] = line.transpose(2, 0, 1)
    seen /= 127.5
    seen -= 1.0
    return out
