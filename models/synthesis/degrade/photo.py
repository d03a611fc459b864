"""A page photographed with a phone on a desk: perspective, lamp, shadow, warm light, soft focus, truth included."""

from __future__ import annotations

import random
from collections.abc import Callable

import cv2
import numpy as np

from models.synthesis.degrade.page import Capture, Field, cloud, grain, move_by, to_bytes
from models.synthesis.pages import Page
from models.synthesis.pages.ink import Pixels

WIDTH, HEIGHT = 1920, 2560  # 3:4, about 200 dots per inch of paper
Desk = Callable[[random.Random, np.random.Generator, Pixels], Pixels]
"""Draws what lies under the sheet, HEIGHT x WIDTH x 3 RGB; the last argument is 255 where the sheet lies, else 0."""
_DESKS = ((112, 78, 52), (150, 118, 84), (92, 94, 98), (186, 176, 160), (70, 58, 50))


def photo(rng: random.Random, page: Page, *, upside_down: bool = False, turned: bool = False) -> Capture:
    """The photo and its truth. `upside_down`: the sheet lay the wrong way round and no EXIF tag says so; `turned`:
    the file stores a landscape image whose EXIF orientation says how to show it."""
    return taken(rng, page, _corners, _desk, (232, 250), upside_down=upside_down, turned=turned)


def taken(
    rng: random.Random,
    page: Page,
    place: Callable[[random.Random], Field],
    under: Desk,
    white: tuple[float, float],
    over: Callable[[random.Random, Pixels, Field], None] | None = None,
    *,
    upside_down: bool = False,
    turned: bool = False,
) -> Capture:
    """A photo of `page` on what `under` draws, with its corners where `place` says (4 x 2 pixels, clockwise from top
    left), its paper between the grey levels of `white`, and what `over` draws on top of the scene."""
    noise = np.random.default_rng(rng.getrandbits(63))
    height, width = page.image.shape[:2]
    corners = place(rng)
    source = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    matrix = np.asarray(cv2.getPerspectiveTransform(source, corners), np.float64)
    sheet = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.fillConvexPoly(sheet, corners.round().astype(np.int32), 255, cv2.LINE_AA)
    levels = np.linspace(rng.uniform(4, 14), rng.uniform(*white), 256).astype(np.uint8)
    paper = cv2.LUT(cv2.warpPerspective(page.image, matrix, (WIDTH, HEIGHT), borderValue=(255, 255, 255)), levels)
    scene = np.where(sheet[..., None] > 127, paper, under(rng, noise, sheet))
    if over is not None:
        over(rng, scene, corners)
    scene = np.asarray(cv2.GaussianBlur(scene, (0, 0), rng.uniform(0.65, 1.0)), np.uint8)
    warmth = (1.0, rng.uniform(0.94, 0.98), rng.uniform(0.80, 0.91))
    light, dust = _light(rng, noise), grain(noise, HEIGHT, WIDTH, rng.uniform(2.0, 3.6))
    channels = [
        cv2.add(cv2.multiply(scene[..., at], light * warm, dtype=cv2.CV_32F), dust) for at, warm in enumerate(warmth)
    ]
    image = np.ascontiguousarray(np.stack([cv2.convertScaleAbs(cv2.max(each, 0.0)) for each in channels], axis=2))
    truth = page.truth.moved(move_by(matrix), WIDTH, HEIGHT)
    if upside_down:
        image = np.ascontiguousarray(image[::-1, ::-1])
        truth = truth.moved(lambda point: (WIDTH - point[0], HEIGHT - point[1]), WIDTH, HEIGHT, rotation=180)
        corners = np.array((WIDTH, HEIGHT), np.float32) - corners
    sides = tuple((float(x), float(y)) for x, y in corners)
    return Capture(image, truth, quality=rng.randint(76, 84), phone=True, turned=turned, sheet=sides)


def _corners(rng: random.Random) -> Field:
    """The four corners of the sheet on the photo: nearly filling it, a little turned and foreshortened."""
    far, near = rng.uniform(70, 120), rng.uniform(28, 60)
    top, bottom = rng.uniform(70, 140), rng.uniform(50, 110)
    lean = rng.uniform(-24, 24)

    def jitter() -> float:
        return rng.uniform(-14, 14)

    points = (
        (far + lean + jitter(), top + jitter()),
        (WIDTH - far + lean + jitter(), top + jitter()),
        (WIDTH - near + jitter(), HEIGHT - bottom + jitter()),
        (near + jitter(), HEIGHT - bottom + jitter()),
    )
    return np.array(points, np.float32)


def _desk(rng: random.Random, noise: np.random.Generator, sheet: Pixels) -> Pixels:
    """Wood or laminate, a base colour with a grain that runs along the desk, and the shadow that the sheet casts."""
    small = (WIDTH // 4, HEIGHT // 4)
    streaks = noise.standard_normal((HEIGHT // 8, 10), np.float32)
    wood = cv2.resize(streaks, small, interpolation=cv2.INTER_CUBIC) * np.float32(rng.uniform(5, 12))
    shade = cv2.GaussianBlur(cv2.resize(sheet, small), (0, 0), 5.0).astype(np.float32) / 255
    drop = np.roll(shade, (4, 3), (0, 1))
    base = np.array(rng.choice(_DESKS), np.float32)
    desk = (base + wood[..., None]) * (1 - np.float32(0.45) * drop[..., None])
    return np.asarray(cv2.resize(to_bytes(desk), (WIDTH, HEIGHT)), np.uint8)


def _light(rng: random.Random, noise: np.random.Generator) -> Field:
    """Brightness over the photo: a lamp on one side, slow unevenness, the soft shadow of a hand and phone."""
    left, right = rng.choice(((1.04, 0.80), (0.80, 1.04), (1.0, 0.86)))
    across = np.linspace(left, right, WIDTH, dtype=np.float32)
    down = np.linspace(rng.uniform(0.90, 1.02), rng.uniform(0.84, 1.0), HEIGHT, dtype=np.float32)
    light = np.outer(down, across) + cloud(noise, HEIGHT, WIDTH, 3, -0.03, 0.03)
    small = np.zeros((HEIGHT // 16, WIDTH // 16), np.float32)
    at = (rng.randrange(small.shape[1]), rng.randint(small.shape[0] // 2, small.shape[0]))
    size = (rng.randint(20, 45), rng.randint(40, 80))
    cv2.ellipse(small, at, size, rng.uniform(-40, 40), 0, 360, 1.0, -1)
    hand = cv2.resize(cv2.GaussianBlur(small, (0, 0), rng.uniform(5, 9)), (WIDTH, HEIGHT))
    return np.asarray(light * (1 - np.float32(rng.uniform(0.12, 0.3)) * hand), np.float32)


def stored_by_sensor(image: Pixels) -> Pixels:
    """The landscape image that a sensor stores for a portrait photo with EXIF orientation 6 (turn 90 clockwise)."""
    return np.ascontiguousarray(np.rot90(image, 1))
