"""Crops without a sign to read: bare paper, the rest of a seal or of a rule, dirt, grain. Their text is empty. (A row
of dots is no such crop: it is read as a leader.)

A detector finds such boxes on worn pages, and a recogniser that only ever saw text reads something into each of them.
"""

from __future__ import annotations

import cv2
import numpy as np

from models.synthesis.lines.wear import Image, bleached_seal, jpeg, noise, rules, seal, shade, wear

_GRAIN = 0.35
"""Share of crops that are grain alone: what a sensor, a fax or a moiré leaves where nothing is printed."""


def blank_line(seed: int, index: int) -> Image:
    """Crop number `index` of `seed` without a sign: uint8 [h, w, 3] BGR, 20 to 60 px high and 20 to 900 wide."""
    rng = np.random.default_rng((seed, index, 5))
    height = int(rng.integers(20, 61))
    width = int(height * np.exp(rng.uniform(0, np.log(15))))
    if rng.random() < _GRAIN:
        return _grain(rng, height, width)
    paper = np.full((height, width, 3), rng.integers(190, 256), np.uint8)
    paper = np.asarray(np.clip(paper + rng.integers(-12, 13, 3), 0, 255), np.uint8)
    for mark, chance in ((rules, 0.4), (_border, 0.3), (seal, 0.4), (bleached_seal, 0.1), (_specks, 0.3)):
        if rng.random() < chance:
            paper = mark(paper, rng)
    return wear(paper, rng, 1.0)


def _grain(rng: np.random.Generator, height: int, width: int) -> Image:
    """Noise of one grain size between two tones, grey or coloured."""
    channels = 1 if rng.random() < 0.5 else 3
    coarse = rng.uniform(1, 3)
    size = (max(2, round(height / coarse)), max(2, round(width / coarse)))
    grain = rng.random((*size, channels), dtype=np.float32)
    grain = cv2.resize(np.repeat(grain, 4 - channels, axis=2)[..., :3], (width, height), interpolation=cv2.INTER_LINEAR)
    if rng.random() < 0.5:
        grain = cv2.GaussianBlur(grain, (0, 0), float(rng.uniform(0.4, 2.5)))
        grain = (grain - grain.min()) / max(float(np.ptp(grain)), 1e-6)
    if rng.random() < 0.2:
        grain = (grain > rng.uniform(0.2, 0.8)).astype(np.float32)
    low = rng.uniform(0, 160)
    image = np.asarray(low + grain * rng.uniform(30, 255 - low), np.uint8)
    for step in (shade, jpeg, noise):
        if rng.random() < 0.3:
            image = step(image, rng)
    return image


def _border(image: Image, rng: np.random.Generator) -> Image:
    """One or two rules through the whole crop, as the borders of empty cells."""
    out = image.copy()
    height, width = out.shape[:2]
    ink = (int(rng.integers(0, 120)),) * 3
    for _ in range(int(rng.integers(1, 3))):
        y = int(height * rng.uniform(0.1, 0.9))
        cv2.line(out, (0, y), (width, y + int(rng.integers(-2, 3))), ink, int(rng.integers(1, 4)), cv2.LINE_AA)
    if rng.random() < 0.4:
        x = int(width * rng.uniform(0.05, 0.95))
        cv2.line(out, (x, 0), (x + int(rng.integers(-2, 3)), height), ink, int(rng.integers(1, 4)), cv2.LINE_AA)
    return out


def _specks(image: Image, rng: np.random.Generator) -> Image:
    """Dirt: a few single dark pixels and pairs of them."""
    out = image.copy()
    height, width = out.shape[:2]
    for _ in range(int(rng.integers(1, 3 + width // 12))):
        x, y, side = int(rng.integers(width)), int(rng.integers(height)), int(rng.integers(1, 3))
        out[y : y + side, x : x + side] = int(rng.integers(0, 150))
    return out
