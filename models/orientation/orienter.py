"""The four-way page orienter: a small classifier looks at the whole page and at its middle.

Guarantees one of 0, 90, 180, 270, and a measure of how sure it is: the mean of both views' chances.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from models.engines import Hardware, open_network
from models.protocols import Image
from models.weights import HERE, Weights

_SIDE = 224
_SHORT = 256
_MEAN = np.array([0.485, 0.456, 0.406], dtype=np.float32)
_DEVIATION = np.array([0.229, 0.224, 0.225], dtype=np.float32)
TURNS = (0, 270, 180, 90)
"""The classifier says how far a page *was turned* clockwise (0, 90, 180, 270); these turns undo it."""


class OnnxOrienter:
    """An `Orienter`."""

    def __init__(self, weights: Weights, hardware: Hardware, folder: Path = HERE) -> None:
        self._network = open_network(weights.path(folder), hardware)
        self.identity = weights.identity

    def chances(self, image: Image) -> dict[int, float]:
        """The chance of each turn, in degrees clockwise, that would make `image` upright."""
        image = _halved(image)
        views = np.stack([_pixels(_whole(image)), _pixels(_middle(image))])
        found = self._network.run(views)
        return {turn: float(chance) for turn, chance in zip(TURNS, found.mean(axis=0), strict=True)}

    def orient(self, image: Image) -> int:
        """Degrees clockwise that turn `image` upright."""
        chances = self.chances(image)
        return max(chances, key=lambda turn: chances[turn])


def _halved(image: Image) -> Image:
    """`image` halved as long as it is much larger than the views: the mean of two by two pixels is quickly made."""
    while min(image.shape[:2]) >= 4 * _SHORT:
        height, width = (side // 2 for side in image.shape[:2])
        even = image[: 2 * height, : 2 * width]
        image = np.asarray(cv2.resize(even, (width, height), interpolation=cv2.INTER_AREA), dtype=np.uint8)
    return image


def _whole(image: Image) -> Image:
    return np.asarray(cv2.resize(image, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _middle(image: Image) -> Image:
    height, width = image.shape[:2]
    scale = _SHORT / min(height, width)
    size = (max(_SIDE, round(width * scale)), max(_SIDE, round(height * scale)))
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    top, left = (small.shape[0] - _SIDE) // 2, (small.shape[1] - _SIDE) // 2
    return np.asarray(small[top : top + _SIDE, left : left + _SIDE], dtype=np.uint8)


def _pixels(view: Image) -> NDArray[np.float32]:
    return np.asarray(((view.astype(np.float32) / 255 - _MEAN) / _DEVIATION).transpose(2, 0, 1), dtype=np.float32)
