"""Ink of other colours: the round red seal of an agency, and signatures of random strokes.

Guarantees that a seal is red, 36 mm wide with its text around (Thông tư of the Ministry of Public Security on seals
gives 36 mm to agencies) and that no signature copies a real one: strokes come from a seeded generator.
"""

from __future__ import annotations

import math
import random

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from models.synthesis.pages.ink import SCALE, Face, Pixels, Stamp, font_of, width_of

Curve = NDArray[np.float64]
SEAL_RED = (204, 32, 44)
PEN_BLUE = (28, 52, 158)
PEN_BLACK = (30, 30, 40)
SEAL_PT = 36 / 25.4 * 72


def seal(rng: random.Random, x: float, y: float, ring: str, inner: str, diameter: float = SEAL_PT) -> Stamp:
    """A seal with its centre at x, y (points): `ring` runs around the rim, `inner` along the upper inner circle."""
    size = round(diameter * SCALE)
    plate = Image.new("L", (size, size), 0)
    draw = ImageDraw.Draw(plate)
    centre = size / 2
    for radius, width in ((0.49, 0.018), (0.46, 0.008), (0.335, 0.010)):
        reach = radius * size
        box = (centre - reach, centre - reach, centre + reach, centre + reach)
        draw.ellipse(box, outline=255, width=max(2, round(width * size)))
    _around(plate, f" {ring} ★", 0.362 * size, Face("Arimo", "bold", diameter * 0.098), math.radians(360), 90.0)
    if inner:
        _around(plate, inner, 0.262 * size, Face("Arimo", "bold", diameter * 0.062), math.radians(190), -90.0)
    _star(draw, centre, centre + size * 0.02, size * 0.155, width=max(2, round(0.012 * size)))
    _star(draw, centre, centre + size * 0.02, size * 0.055, width=0)
    _wreath(draw, centre, centre + size * 0.02, size * 0.225, max(2, round(0.012 * size)))
    turned = plate.rotate(rng.uniform(-14, 14), Image.Resampling.BICUBIC)
    cover = _worn(rng, np.asarray(turned), low=0.72)
    return Stamp(x - diameter / 2, y - diameter / 2, cover, SEAL_RED)


def _around(plate: Image.Image, text: str, radius: float, face: Face, arc: float, middle: float) -> None:
    """Set `text` along a circle: over the whole circle from the bottom, or centred at the top (`middle` = -90)."""
    font = font_of(face)
    widths = [width_of(letter, face) * SCALE for letter in text]
    sweep = arc if middle > 0 else min(arc, sum(widths) * 1.12 / radius)
    gap = (sweep * radius - sum(widths)) / len(text)
    angle = math.radians(middle) if middle > 0 else math.radians(middle) - sweep / 2
    centre = plate.width / 2
    for letter, width in zip(text, widths, strict=True):
        angle += (width + gap) / 2 / radius
        side = round(face.size * SCALE * 2.2)
        stamp = Image.new("L", (side, side), 0)
        if letter == "★":
            _star(ImageDraw.Draw(stamp), side / 2, side / 2, side * 0.2, width=0)
        else:
            ImageDraw.Draw(stamp).text((side / 2, side / 2 + face.size * SCALE * 0.36), letter, 255, font, anchor="ms")
        stamp = stamp.rotate(-math.degrees(angle) - 90, Image.Resampling.BICUBIC)
        reach = radius + face.size * SCALE * 0.36
        at = (
            round(centre + reach * math.cos(angle) - side / 2),
            round(centre + reach * math.sin(angle) - side / 2),
        )
        plate.paste(255, at, stamp)
        angle += (width + gap) / 2 / radius


def _star(draw: ImageDraw.ImageDraw, x: float, y: float, radius: float, width: int) -> None:
    points = []
    for corner in range(10):
        reach = radius if corner % 2 == 0 else radius * 0.42
        turn = math.pi * corner / 5 - math.pi / 2
        points.append((x + reach * math.cos(turn), y + reach * math.sin(turn)))
    if width:
        draw.line([*points, points[0], points[1]], fill=255, width=width, joint="curve")
    else:
        draw.polygon(points, fill=255)


def _wreath(draw: ImageDraw.ImageDraw, x: float, y: float, radius: float, width: int) -> None:
    for turn in range(20, 161, 10):  # ears of rice along the lower half, an emblem in outline only
        at = math.radians(turn)
        px, py = x + radius * math.cos(at), y + radius * math.sin(at)
        lean = math.radians(turn + (55 if turn < 90 else -55))
        reach = radius * 0.17
        draw.line((px, py, px - reach * math.cos(lean), py - reach * math.sin(lean)), fill=255, width=width * 2)
    draw.arc((x - radius, y - radius, x + radius, y + radius), 15, 165, fill=255, width=width)


def _worn(rng: random.Random, cover: Pixels, low: float) -> Pixels:
    """Uneven inking: a slow pattern of pressure and a fine one of paper grain."""
    noise = np.random.default_rng(rng.getrandbits(32))
    height, width = cover.shape
    slow = Image.fromarray(noise.integers(0, 256, (7, 7), dtype=np.uint8)).resize(
        (width, height), Image.Resampling.BICUBIC
    )
    grain = Image.fromarray(noise.integers(0, 256, (height // 3 + 1, width // 3 + 1), dtype=np.uint8))
    fine = grain.resize((width, height), Image.Resampling.BILINEAR).filter(ImageFilter.GaussianBlur(2))
    pressure = low + (1 - low) * (0.65 * np.asarray(slow, np.float32) + 0.5 * np.asarray(fine, np.float32)) / 255
    return np.clip(cover * np.clip(pressure, 0, 0.97), 0, 255).astype(np.uint8)


def signature(name: str, x: float, y: float, width: float = 95.0, height: float = 42.0) -> Stamp:
    """The signature of the fictitious `name`, centred at x, y (points): a looping stroke, mostly underlined.

    The name alone decides the strokes, so that a person signs all papers alike."""
    rng = random.Random(name)  # noqa: S311 - repeatable on purpose, nothing secret
    size = (round(width * SCALE), round(height * SCALE))
    plate = Image.new("L", size, 0)
    draw = ImageDraw.Draw(plate)
    xs, ys = _pen_path(rng)
    xs = (xs - xs.min()) / np.ptp(xs) * 0.86 + 0.05
    ys = (ys - ys.min()) / np.ptp(ys) * 0.80 + 0.08
    speed = np.hypot(np.diff(xs, prepend=xs[0]), np.diff(ys, prepend=ys[0]))
    nib = SCALE * (0.55 + 0.75 * np.exp(-speed / (speed.mean() + 1e-9)))
    for px, py, radius in zip(xs * size[0], ys * size[1], nib, strict=True):
        draw.ellipse((px - radius / 2, py - radius / 2, px + radius / 2, py + radius / 2), fill=255)
    if rng.random() < 0.7:
        start, end = rng.uniform(0.1, 0.3), rng.uniform(0.75, 0.98)
        level = rng.uniform(0.72, 0.92)
        path = [(start * size[0], level * size[1]), (end * size[0], (level - rng.uniform(0.02, 0.2)) * size[1])]
        draw.line(path, fill=235, width=round(0.9 * SCALE))
    colour = PEN_BLUE if rng.random() < 0.8 else PEN_BLACK
    return Stamp(x - width / 2, y - height / 2, np.asarray(plate.filter(ImageFilter.GaussianBlur(0.8))), colour)


def _pen_path(rng: random.Random) -> tuple[Curve, Curve]:
    """A damped sum of swings that drifts to the right, as a hurried name does."""
    slow, middle, fast = rng.uniform(2.2, 3.6), rng.uniform(5.0, 8.5), rng.uniform(9, 14)
    phases = [rng.uniform(0, 2 * math.pi) for _ in range(5)]
    t = np.linspace(0, 1, 900)
    fade = np.exp(-rng.uniform(0.8, 2.2) * t)
    turn = 2 * math.pi * t * rng.uniform(0.8, 1.25)
    xs = 1.15 * t + fade * (0.16 * np.sin(middle * turn + phases[0]) + 0.10 * np.sin(slow * turn + phases[1]))
    ys = fade * (
        0.5 * np.sin(middle * turn + phases[2])
        + 0.42 * np.sin(slow * turn + phases[3])
        + 0.12 * np.sin(fast * turn + phases[4])
    )
    return xs, ys - 0.12 * t
