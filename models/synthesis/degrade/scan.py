"""One fault of a scan at a time, each strong enough to matter: skew, shadow, hard JPEG, faint toner; truth included.

Where `degrade.page` draws the usual weather of an office, these are the bad days, apart from each other, so that a
figure says which fault a reader cannot stand.
"""

from __future__ import annotations

import random

import cv2
import numpy as np

from models.synthesis.degrade.page import Capture, cloud, flatbed, grain, laid_askew, to_bytes
from models.synthesis.pages import Page
from models.synthesis.pages.ink import Pixels


def skew(rng: random.Random, page: Page) -> Capture:
    """A sheet that lay crooked on the glass: 1.5 to 5 degrees to either side."""
    image, truth = laid_askew(page, rng.choice((-1, 1)) * rng.uniform(1.5, 5.0), (0.0, 0.0))
    image = np.asarray(cv2.GaussianBlur(image, (3, 3), 0.5), np.uint8)
    return Capture(image, truth, quality=rng.randint(75, 88))


def shadow(rng: random.Random, page: Page) -> Capture:
    """An open lid or a book's gutter: light falls to a third along one side, and a soft-edged shadow lies across."""
    seen = flatbed(rng, page)
    noise = np.random.default_rng(rng.getrandbits(63))
    height, width = seen.image.shape[:2]
    light = np.ones((height // 8, width // 8), np.float32)
    fall = np.clip(np.linspace(rng.uniform(0.3, 0.45), 1.6, light.shape[1], dtype=np.float32), 0, 1)
    light *= fall if rng.random() < 0.5 else fall[::-1]
    corner = np.array([[rng.uniform(0, light.shape[1]), rng.uniform(0, light.shape[0])] for _ in range(4)], np.int32)
    patch = np.zeros_like(light)
    cv2.fillConvexPoly(patch, cv2.convexHull(corner), 1.0)
    light *= 1 - np.float32(rng.uniform(0.3, 0.5)) * cv2.GaussianBlur(patch, (0, 0), rng.uniform(2, 8))
    lit = seen.image.astype(np.float32) * cv2.resize(light, (width, height))[..., None]
    dark = to_bytes(lit + grain(noise, height, width, 3.0)[..., None])
    return Capture(dark, seen.truth, quality=80)


def hard_jpeg(rng: random.Random, page: Page) -> Capture:
    """A scan that a messenger made small: two thirds of the dots and JPEG quality 12 to 25."""
    seen = flatbed(rng, page)
    height, width = seen.image.shape[:2]
    share = rng.uniform(0.68, 0.8)
    size = (round(width * share), round(height * share))
    small = np.asarray(cv2.resize(seen.image, size, interpolation=cv2.INTER_AREA), np.uint8)
    across, down = size[0] / width, size[1] / height
    truth = seen.truth.moved(lambda point: (point[0] * across, point[1] * down), *size)
    return Capture(small, truth, quality=rng.randint(12, 25))


def faint_toner(rng: random.Random, page: Page) -> Capture:
    """An empty cartridge: pale ink with paler clouds and streaks down the page, broken thin strokes."""
    noise = np.random.default_rng(rng.getrandbits(63))
    image, truth = laid_askew(page, rng.uniform(-0.7, 0.7), (0.0, 0.0))
    height, width = image.shape[:2]
    toner = cloud(noise, height, width, 6, 0.3, 0.58)
    for _ in range(rng.randint(2, 5)):
        at, wide = rng.randrange(width), rng.randint(8, 40)
        toner[:, at : at + wide] *= rng.uniform(0.5, 0.8)
    flakes = noise.uniform(0.35, 1.3, (height // 2, width // 2)).astype(np.float32)
    toner *= np.minimum(1, cv2.resize(flakes, (width, height), interpolation=cv2.INTER_LINEAR))
    soft = np.asarray(cv2.GaussianBlur(image, (3, 3), 0.6), np.float32)
    pale: Pixels = to_bytes(246 - (255 - soft) * toner[..., None] + grain(noise, height, width, 3.0)[..., None])
    return Capture(pale, truth, quality=80)
