"""What paper, toner, scanner and camera do to one printed line. Everything is decided by a numpy `Generator`.

Images are uint8 BGR; each function returns a new image of the same height and width unless it says otherwise.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]


def _clip(values: NDArray[np.floating[Any]]) -> Image:
    return np.asarray(np.clip(values, 0, 255), dtype=np.uint8)


def tilt(image: Image, rng: np.random.Generator) -> Image:
    """Turn by up to a degree and a half and shear by up to a tenth, filling with the paper's colour."""
    height, width = image.shape[:2]
    limit = min(1.6, 8 * height / max(width, 1))
    angle, shear = rng.uniform(-limit, limit), rng.uniform(-0.1, 0.1)
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    matrix[0, 1] += shear
    matrix[0, 2] -= shear * height / 2
    paper = tuple(float(v) for v in np.median(image[0], axis=0))
    return np.asarray(
        cv2.warpAffine(image, matrix, (width, height), flags=cv2.INTER_LINEAR, borderValue=paper), dtype=np.uint8
    )


def shade(image: Image, rng: np.random.Generator) -> Image:
    """A shadow that deepens along the line and a little across it."""
    height, width = image.shape[:2]
    across = np.linspace(rng.uniform(0.55, 1), rng.uniform(0.55, 1), width, dtype=np.float32)
    down = np.linspace(rng.uniform(0.85, 1), rng.uniform(0.85, 1), height, dtype=np.float32)
    return _clip(image * (down[:, None] * across[None, :])[..., None])


def fade_toner(image: Image, rng: np.random.Generator) -> Image:
    """Holes and pale patches in the ink, as of an old drum."""
    height, width = image.shape[:2]
    coarse = rng.uniform(0, 1, (max(2, height // 3), max(2, width // 3))).astype(np.float32)
    patches = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR)[..., None]
    strength = rng.uniform(0.2, 0.75)
    return _clip(image + (255 - image.astype(np.float32)) * strength * (patches > rng.uniform(0.3, 0.6)) * patches)


def seal(image: Image, rng: np.random.Generator) -> Image:
    """The arc and some strokes of a red or violet seal that lies over the line (ink multiplies)."""
    height, width = image.shape[:2]
    layer = np.full_like(image, 255)
    colour = (int(rng.integers(60, 150)), int(rng.integers(30, 110)), int(rng.integers(190, 250)))
    if rng.random() < 0.15:
        colour = (colour[2], colour[1], colour[0])
    radius = int(height * rng.uniform(1.5, 5))
    centre = (int(rng.uniform(0, width)), int(rng.uniform(-radius, height + radius)))
    for grown in (0, int(radius * 0.12), int(-radius * 0.3)):
        cv2.circle(layer, centre, max(4, radius + grown), colour, int(rng.integers(1, 4)), cv2.LINE_AA)
    for _ in range(int(rng.integers(0, 10))):
        start = rng.uniform((centre[0] - radius, 0), (centre[0] + radius, height)).astype(int)
        end = start + rng.integers(-height // 2, height // 2 + 1, 2)
        cv2.line(layer, start.tolist(), end.tolist(), colour, int(rng.integers(1, 4)), cv2.LINE_AA)
    strength = rng.uniform(0.4, 1.0)
    return _clip(image.astype(np.float32) * (1 - strength * (1 - layer.astype(np.float32) / 255)))


def bleached_seal(image: Image, rng: np.random.Generator) -> Image:
    """What is left where a seal was taken off: pale arcs that cut through the ink, thin grey rims beside them."""
    height, width = image.shape[:2]
    layer = np.zeros((height, width), dtype=np.uint8)
    radius = int(height * rng.uniform(1.2, 4))
    centre = (int(rng.uniform(0, width)), int(rng.uniform(-radius, height + radius)))
    for _ in range(int(rng.integers(2, 9))):
        start = float(rng.uniform(0, 360))
        cv2.ellipse(layer, centre, (max(3, int(radius * rng.uniform(0.5, 1))),) * 2, 0, start,
                    start + float(rng.uniform(15, 160)), 255, int(rng.integers(1, 4)), cv2.LINE_AA)  # fmt: skip
    paper = float(np.percentile(image, 90))
    pale = layer.astype(np.float32)[..., None] / 255 * rng.uniform(0.4, 0.95)
    rim = cv2.morphologyEx(layer, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)).astype(np.float32)[..., None] / 255
    return _clip(image * (1 - pale) + paper * pale - rim * rng.uniform(0, 70))


def rules(image: Image, rng: np.random.Generator) -> Image:
    """Borders of a table cell or an underline."""
    out = image.copy()
    height, width = out.shape[:2]
    ink = (int(rng.integers(0, 120)),) * 3
    if rng.random() < 0.5:
        y = int(height * rng.uniform(0.84, 0.99))
        cv2.line(
            out,
            (int(rng.uniform(0, width * 0.4)), y),
            (int(rng.uniform(width * 0.5, width)), y),
            ink,
            int(rng.integers(1, 3)),
        )
    if rng.random() < 0.4:
        cv2.line(out, (0, 1), (width, 1), ink, int(rng.integers(1, 3)))
    if rng.random() < 0.4:
        x = int(rng.choice((1, 2, width - 2)))
        cv2.line(out, (x, 0), (x, height), ink, int(rng.integers(1, 3)))
    return out


def bilevel(image: Image, rng: np.random.Generator) -> Image:
    """A one-bit scan."""
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    middle = (float(grey.min()) + float(np.median(grey))) / 2
    _, hard = cv2.threshold(grey, middle + rng.uniform(-18, 30), 255, cv2.THRESH_BINARY)
    return np.asarray(cv2.cvtColor(hard, cv2.COLOR_GRAY2BGR), dtype=np.uint8)


def fax(image: Image, rng: np.random.Generator) -> Image:
    """One bit of a grainy, soft scan: ragged strokes, marks that run together, specks; see `degrade.page.fax`."""
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY).astype(np.float32)
    grey *= 250 / max(1.0, float(np.median(grey)))
    soft = cv2.GaussianBlur(grey, (0, 0), rng.uniform(0.5, 0.9))
    dark = float(np.percentile(soft, 2))
    soft = soft + rng.standard_normal(soft.shape, dtype=np.float32) * (250 - dark) * rng.uniform(0.04, 0.1)
    level = dark + (250 - dark) * rng.uniform(0.45, 0.7)  # by the ink, or pale print would be lost
    hard = np.where(soft > level, 255, 0).astype(np.uint8)
    return np.asarray(cv2.cvtColor(hard, cv2.COLOR_GRAY2BGR), dtype=np.uint8)


def noise(image: Image, rng: np.random.Generator) -> Image:
    """Grain of the sensor; grey or coloured."""
    channels = 1 if rng.random() < 0.6 else 3
    grain = rng.standard_normal((*image.shape[:2], channels), dtype=np.float32) * rng.uniform(2, 16)
    return _clip(image + grain)


def jpeg(image: Image, rng: np.random.Generator) -> Image:
    """Blocks and rings of JPEG at quality 20 to 90."""
    _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(20, 91))])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), dtype=np.uint8)


def thicken_or_thin(image: Image, rng: np.random.Generator) -> Image:
    """Ink that spreads, or a threshold that eats it; blended so that thin strokes survive."""
    kernel = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
    changed = cv2.erode(image, kernel) if rng.random() < 0.6 else cv2.dilate(image, kernel)
    return np.asarray(
        cv2.addWeighted(image, 1 - (part := float(rng.uniform(0.2, 0.7))), changed, part, 0), dtype=np.uint8
    )


def soften(image: Image, rng: np.random.Generator) -> Image:
    """Out of focus, moved, or scanned at a lower resolution."""
    height, width = image.shape[:2]
    kind = rng.random()
    if kind < 0.5:
        return np.asarray(cv2.GaussianBlur(image, (0, 0), rng.uniform(0.3, max(0.3, height / 34))), dtype=np.uint8)
    if kind < 0.65:
        length = int(rng.integers(2, 5))
        kernel = np.full((1, length) if rng.random() < 0.5 else (length, 1), 1 / length, dtype=np.float32)
        return np.asarray(cv2.filter2D(image, -1, kernel), dtype=np.uint8)
    small = rng.uniform(max(0.45, 18 / height), 0.95) if height > 20 else 0.95
    reduced = cv2.resize(image, (max(4, int(width * small)), max(4, int(height * small))), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(reduced, (width, height), interpolation=cv2.INTER_LINEAR), dtype=np.uint8)


_OFTEN = (
    (thicken_or_thin, 0.2), (rules, 0.12), (seal, 0.07), (bleached_seal, 0.04), (fade_toner, 0.1), (tilt, 0.45),
    (soften, 0.5), (shade, 0.15), (noise, 0.35), (bilevel, 0.06), (fax, 0.09), (jpeg, 0.4),
)  # fmt: skip


def wear(image: Image, rng: np.random.Generator, strength: float = 1.0) -> Image:
    """A chance mixture of all of them in the order in which they happen; `strength` scales the chances."""
    for step, chance in _OFTEN:
        if rng.random() < chance * strength:
            image = step(image, rng)
    return image
