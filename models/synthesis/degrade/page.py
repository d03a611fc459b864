"""What a flatbed scanner, a photocopier and a fax machine do to a page, truth included.

Guarantees that polygons move with the pixels and that the same seed gives the same pixels. Compression is not applied
here: a `Capture` says how its file is to be encoded (`pages.files`).
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from dossiers.page import Point
from models.synthesis.pages import Page, PageTruth
from models.synthesis.pages.ink import Pixels

Matrix = NDArray[np.float64]
Field = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Capture:
    """An image as a device saw it. `image` is RGB (height x width x 3), grey or, with `bilevel`, black and white.

    `quality` is the JPEG quality of its file; `turned` is set for a phone that stores its sensor's landscape image and
    says so in EXIF: the truth is in pixels of the image as shown. `sheet` are the corners of a sheet that lay on
    something, clockwise from its own top left, in the same pixels; none when the page is the whole image.
    """

    image: Pixels
    truth: PageTruth
    quality: int = 85
    bilevel: bool = False
    phone: bool = False
    turned: bool = False
    sheet: tuple[Point, ...] = ()


def move_by(matrix: Matrix) -> Callable[[Point], Point]:
    """The function from old to new pixels that a 3 x 3 homography describes."""

    def move(point: Point) -> Point:
        x, y, w = (float(value) for value in matrix @ np.array([*point, 1.0]))
        return x / w, y / w

    return move


def grain(noise: np.random.Generator, height: int, width: int, sigma: float) -> Field:
    """Gaussian noise of a sensor: one tile repeated, which the eye and a reader cannot tell from fresh noise."""
    side = 512
    tile = noise.standard_normal((side, side), np.float32) * np.float32(sigma)
    return np.tile(tile, (height // side + 1, width // side + 1))[:height, :width]


def cloud(noise: np.random.Generator, height: int, width: int, cells: int, low: float, high: float) -> Field:
    """A slow random field between `low` and `high`: uneven lamps, stains, tired toner."""
    seeds = noise.uniform(low, high, (cells + 1, cells)).astype(np.float32)
    return np.asarray(cv2.resize(seeds, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)


def to_bytes(values: Field) -> Pixels:
    return np.clip(values, 0, 255).astype(np.uint8)


def _skewed(rng: random.Random, page: Page, degrees: float, paper: tuple[int, int, int]) -> tuple[Pixels, PageTruth]:
    angle = rng.uniform(-degrees, degrees)
    return laid_askew(page, angle, (rng.uniform(-9, 9), rng.uniform(-9, 9)), paper)


def laid_askew(
    page: Page, degrees: float, shift: tuple[float, float], paper: tuple[int, int, int] = (255, 255, 255)
) -> tuple[Pixels, PageTruth]:
    """The page turned clockwise about its middle and moved by `shift` pixels, on `paper`; its size stays."""
    height, width = page.image.shape[:2]
    angle = math.radians(degrees)
    cos, sin = math.cos(angle), math.sin(angle)
    mid_x, mid_y = width / 2, height / 2
    matrix = np.array(
        [
            [cos, -sin, mid_x - cos * mid_x + sin * mid_y + shift[0]],
            [sin, cos, mid_y - sin * mid_x - cos * mid_y + shift[1]],
            [0.0, 0.0, 1.0],
        ]
    )
    image = cv2.warpAffine(page.image, matrix[:2], (width, height), borderValue=paper)
    return np.asarray(image, np.uint8), page.truth.moved(move_by(matrix), width, height)


def _dust(rng: random.Random, image: Pixels, specks: int) -> None:
    height, width = image.shape[:2]
    for _ in range(specks):
        at = (rng.randrange(width), rng.randrange(height))
        shade = rng.randint(60, 170)
        size = (rng.randint(0, 2), rng.randint(0, 2))
        cv2.ellipse(image, at, size, rng.uniform(0, 180), 0, 360, (shade, shade, shade), -1, cv2.LINE_AA)


def clean(rng: random.Random, page: Page) -> Capture:
    """No device at all: the page as composed."""
    return Capture(page.image, page.truth, quality=92)


def flatbed(rng: random.Random, page: Page) -> Capture:
    """An office scanner: skew under a degree, slightly grey paper, soft focus, sensor noise, dust."""
    noise = np.random.default_rng(rng.getrandbits(63))
    shade = rng.randint(238, 250)
    paper = (shade, shade, max(230, shade - rng.randint(0, 5)))
    image, truth = _skewed(rng, page, 0.8, (255, 255, 255))
    height, width = image.shape[:2]
    image = np.asarray(cv2.GaussianBlur(image, (3, 3), rng.uniform(0.45, 0.75)), np.uint8)
    black = rng.randint(16, 46)
    table = np.stack([np.linspace(black, top, 256) for top in paper], axis=1).astype(np.uint8)
    image = np.asarray(cv2.LUT(image, table[None]), np.uint8)
    _dust(rng, image, rng.randint(10, 45))
    light = cloud(noise, height, width, 3, -4.0, 2.0) + grain(noise, height, width, rng.uniform(1.2, 2.4))
    if rng.random() < 0.6:
        _lid_shadow(rng, light)
    shown = to_bytes(image.astype(np.float32) + light[..., None])
    return Capture(shown, truth, quality=rng.randint(72, 86))


def _lid_shadow(rng: random.Random, light: Field) -> None:
    """The soft dark band along one edge where the lid does not press the sheet down."""
    reach = rng.randint(14, 40)
    ramp = np.linspace(-rng.uniform(18, 60), 0, reach, dtype=np.float32)
    if rng.random() < 0.5:
        light[:, :reach] += ramp
    else:
        light[:, -reach:] += ramp[::-1]


def photocopy(rng: random.Random, page: Page) -> Capture:
    """A photocopy scanned in black and white: high contrast, uneven toner, specks, a dark edge."""
    noise = np.random.default_rng(rng.getrandbits(63))
    image, truth = _skewed(rng, page, 0.9, (255, 255, 255))
    height, width = image.shape[:2]
    soft = cv2.GaussianBlur(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), (0, 0), rng.uniform(0.6, 0.9))
    grey = np.asarray(soft, np.float32)
    grey += cloud(noise, height, width, 5, -16.0, 16.0) + grain(noise, height, width, 14.0)
    shown = np.where(grey > rng.uniform(148, 178), 255, 0).astype(np.uint8)
    pepper = noise.integers(0, 9000, (height, width), dtype=np.uint16)
    shown[pepper == 0] = 0
    edge = rng.randint(2, 9)
    shown[:, :edge] = 0
    return Capture(shown, truth, bilevel=True)


def fax(rng: random.Random, page: Page) -> Capture:
    """A fax in fine mode (204 x 196 dpi of 1728 dots): bilevel, ragged strokes, disturbed scan lines."""
    noise = np.random.default_rng(rng.getrandbits(63))
    image, truth = _skewed(rng, page, 0.9, (255, 255, 255))
    height, width = image.shape[:2]
    size = (1728, round(height * 196 / 200))
    grey = cv2.resize(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), size, interpolation=cv2.INTER_AREA).astype(np.float32)
    grey = np.asarray(cv2.GaussianBlur(grey, (0, 0), 0.7), np.float32) + grain(noise, size[1], size[0], 22.0)
    shown = np.where(grey > rng.uniform(150, 175), 255, 0).astype(np.uint8)
    for _ in range(rng.randint(2, 7)):  # a disturbed line repeats the one above it
        row = rng.randrange(1, size[1])
        shown[row] = shown[row - 1]
    across, down = size[0] / width, size[1] / height
    moved = truth.moved(lambda point: (point[0] * across, point[1] * down), *size)
    return Capture(shown, moved, bilevel=True)
