"""Small copies for a first look, made from a few of an image's pixels."""

from __future__ import annotations

import cv2
import numpy as np

from models.protocols import Image


def sampled(image: Image, width: int, height: int) -> Image:
    """A copy of `width` x `height` from four pixels for each of its own: the mean of all takes nine times as long."""
    few = image
    if image.shape[0] > 2 * height:
        few = np.asarray(cv2.resize(image, (2 * width, 2 * height), interpolation=cv2.INTER_NEAREST), np.uint8)
    return np.asarray(cv2.resize(few, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
