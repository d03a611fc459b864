"""A page photographed on a desk nearly as bright as its paper: laminate, pale wood, cloth or glass, in several colours.

What tells the sheet from the desk is a few grey levels, a tint, a texture or the shadow at the sheet's edge. Other
sheets and fingers may lie at its sides; none covers print.
"""

from __future__ import annotations

import random
from collections.abc import Callable

import cv2
import numpy as np

from models.synthesis.degrade.page import Capture, Field, cloud, to_bytes
from models.synthesis.degrade.photo import HEIGHT, WIDTH, taken
from models.synthesis.pages import Page
from models.synthesis.pages.ink import Pixels

_TINTS = (
    (1.0, 1.0, 1.0),
    (1.0, 0.97, 0.91),
    (1.0, 0.95, 0.86),
    (0.96, 0.98, 1.0),
    (0.96, 1.0, 0.97),
    (1.0, 0.96, 0.95),
)
_SMALL = (WIDTH // 4, HEIGHT // 4)


def light_photo(rng: random.Random, page: Page) -> Capture:
    """The photo and its truth: desk of 205 to 240 grey levels, paper of 225 to 255."""
    return taken(rng, page, _place, light_desk, (225, 255), _fingers)


def _place(rng: random.Random) -> Field:
    """Corners of a sheet that takes between half and nearly all of the photo, turned up to 4 degrees."""
    wide = WIDTH * rng.uniform(0.74, 0.95)
    high = min(wide * 1.414 * rng.uniform(0.93, 1.0), HEIGHT * 0.96)
    far = rng.uniform(0.0, 0.05) * wide  # the upper side is farther away
    corners = np.array([(far, 0), (wide - far, 0), (wide, high), (0, high)], np.float32)
    corners += np.array([[rng.uniform(-12, 12), rng.uniform(-12, 12)] for _ in range(4)], np.float32)
    turn = cv2.getRotationMatrix2D((wide / 2, high / 2), rng.uniform(-4, 4), 1.0)
    corners = (corners @ turn[:, :2].T + turn[:, 2]).astype(np.float32)
    low, top = corners.min(axis=0), np.array((WIDTH, HEIGHT)) - corners.max(axis=0)
    room = np.maximum(low + top, 24)
    return np.asarray(corners - low + [rng.uniform(0.25, 0.75) * side for side in room], np.float32)


def light_desk(rng: random.Random, noise: np.random.Generator, sheet: Pixels) -> Pixels:
    """The desk, perhaps with other sheets on it, and the shadow that the sheet casts. RGB, as large as `sheet`."""
    tone = np.float32(rng.uniform(205, 240)) * np.array(rng.choice(_TINTS), np.float32)
    surface = rng.choice((_plain, _wood, _cloth, _glass))(rng, noise)
    desk = to_bytes(tone + surface[..., None])
    if rng.random() < 0.3:
        _other_sheets(rng, desk)
    shade = cv2.resize(sheet, _SMALL).astype(np.float32) / 255
    near = cv2.GaussianBlur(shade, (0, 0), rng.uniform(1.0, 6.0))
    drop = np.roll(near, (rng.randint(-3, 4), rng.randint(-3, 3)), (0, 1))
    dark = np.float32(rng.choice((0.05, 0.15, 0.3, 0.45))) * cv2.resize(drop, (WIDTH, HEIGHT))
    return to_bytes(np.asarray(desk * (1 - dark[..., None]), np.float32))


def _plain(rng: random.Random, noise: np.random.Generator) -> Field:
    return cloud(noise, HEIGHT, WIDTH, 5, -2.0, 2.0)


def _wood(rng: random.Random, noise: np.random.Generator) -> Field:
    """Streaks along or across the photo, and at times a seam between boards."""
    across = rng.random() < 0.5
    long, wide = (WIDTH, HEIGHT) if across else (HEIGHT, WIDTH)
    streaks = noise.standard_normal((wide // 10, 8), np.float32)
    wood = cv2.resize(streaks, (long, wide), interpolation=cv2.INTER_CUBIC) * np.float32(rng.uniform(2, 7))
    if rng.random() < 0.4:
        at = rng.randrange(wide - 8)
        wood[at : at + rng.randint(3, 8)] -= rng.uniform(15, 50)
    return np.ascontiguousarray(wood if across else wood.T, np.float32)


def _cloth(rng: random.Random, noise: np.random.Generator) -> Field:
    """A weave of threads and soft folds."""
    step, depth = rng.uniform(5, 11), rng.uniform(2, 6)
    across = np.sin(np.arange(WIDTH, dtype=np.float32) * (2 * np.pi / step))
    down = np.sin(np.arange(HEIGHT, dtype=np.float32) * (2 * np.pi / step))
    return np.asarray(depth * np.add.outer(down, across) / 2 + cloud(noise, HEIGHT, WIDTH, 7, -6.0, 6.0), np.float32)


def _glass(rng: random.Random, noise: np.random.Generator) -> Field:
    """Soft reflections of lamps and a hard-edged one of a window."""
    glow = np.zeros(_SMALL[::-1], np.float32)
    for _ in range(rng.randint(1, 3)):
        at = (rng.randrange(_SMALL[0]), rng.randrange(_SMALL[1]))
        cv2.circle(glow, at, rng.randint(20, 80), rng.uniform(8, 30), -1)
    glow = np.asarray(cv2.GaussianBlur(glow, (0, 0), 14), np.float32)
    x, y = rng.randrange(_SMALL[0]), rng.randrange(_SMALL[1])
    window = np.array([(x, y), (x + 120, y + 20), (x + 110, y + 150), (x - 15, y + 130)], np.int32)
    cv2.fillConvexPoly(glow, window, rng.uniform(8, 20))
    return np.asarray(cv2.resize(glow, (WIDTH, HEIGHT)), np.float32)


def _other_sheets(rng: random.Random, desk: Pixels) -> None:
    """One or two sheets that reach into the photo, half of them printed."""
    for _ in range(rng.randint(1, 2)):
        x, y = rng.choice((-1500, 1700)) + rng.uniform(-60, 60), rng.uniform(-900, 1500)
        box = cv2.boxPoints(((x + 860, y + 1200), (1650, 2340), rng.uniform(-12, 12)))
        cv2.fillConvexPoly(desk, box.astype(np.int32), [rng.uniform(225, 252)] * 3, cv2.LINE_AA)
        if rng.random() < 0.5:
            for row in range(12):
                foot = (int(x + 160), int(y + 200 + 60 * row))
                cv2.putText(desk, "UBND 123 nguyen van " * 5, foot, cv2.FONT_HERSHEY_SIMPLEX, 1.1, (50, 50, 55), 3)


def _fingers(rng: random.Random, scene: Pixels, corners: Field) -> None:
    """One or two fingertips that hold the sheet at a side, on its margin only."""
    if rng.random() > 0.3:
        return
    skin = rng.choice(((224, 172, 138), (198, 140, 106), (172, 118, 88)))
    side: Callable[[float], Field] = rng.choice(
        (
            lambda part: corners[0] + (corners[3] - corners[0]) * part,
            lambda part: corners[1] + (corners[2] - corners[1]) * part,
        )
    )
    outward = -1.0 if side(0.5)[0] < WIDTH / 2 else 1.0
    for _ in range(rng.randint(1, 2)):
        x, y = side(rng.uniform(0.3, 0.9)).tolist()
        middle = (int(x + outward * 130), int(y))
        cv2.ellipse(scene, middle, (190, 48), rng.uniform(-15, 15), 0, 360, skin, -1, cv2.LINE_AA)
