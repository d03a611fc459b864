"""Lines as a citizen fills them in: written words that do not keep the baseline, alone or behind a printed label."""

from __future__ import annotations

import math
import random

import cv2
import numpy as np
from PIL import Image as Picture
from PIL import ImageDraw, ImageFont

from models.synthesis.lines.wear import Image

_INKS = ((150, 60, 30), (170, 70, 50), (120, 40, 20), (40, 40, 40), (60, 50, 50), (25, 25, 25))
"""BGR: blue and black ballpoint."""
_GAP = (0.24, 0.55)
"""White between two words, in ems."""


def _word(written: str, font: ImageFont.FreeTypeFont, rng: random.Random) -> np.ndarray:
    """Ink of one word, float32 [h, w] in 0..1, its baseline at two thirds of the height, a little turned; as wide as
    its ink, whatever flourish goes beyond its letters' widths."""
    em = font.size
    left, _, right, _ = font.getbbox(written, anchor="ls")
    height, pad = int(2.4 * em), int(0.3 * em + max(0, -left))
    wide = max(right, font.getlength(written))
    canvas = Picture.new("L", (int(pad + 1.1 * wide + 0.5 * em), height), 0)
    ImageDraw.Draw(canvas).text((pad, int(height * 2 / 3)), written, font=font, fill=255, anchor="ls")
    ink = np.asarray(canvas, dtype=np.float32) / 255
    most = min(2.5, math.degrees(0.2 * em / wide))  # a long word does not leave its line
    turn = cv2.getRotationMatrix2D((pad, height * 2 / 3), rng.uniform(-most, most), rng.uniform(0.93, 1.07))
    turn[0, 1] += rng.uniform(-0.12, 0.12)
    turn[0, 2] -= turn[0, 1] * height * 2 / 3 if abs(turn[0, 1]) > 0.05 else 0
    turn[1, 2] += em * rng.uniform(-0.07, 0.07)
    turned = np.asarray(cv2.warpAffine(ink, turn, (ink.shape[1], height), flags=cv2.INTER_LINEAR), dtype=np.float32)
    inked = np.flatnonzero((turned > 0.2).any(axis=0))
    return turned[:, inked[0] : inked[-1] + 1] if len(inked) else turned[:, :1]


def _wave(ink: np.ndarray, em: float, rng: random.Random) -> np.ndarray:
    """A hand that rises and falls along the line."""
    height, width = ink.shape
    xs, ys = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    ys += em * rng.uniform(0, 0.06) * np.sin(xs / (em * rng.uniform(1.5, 6)) + rng.uniform(0, 6.3)).astype(np.float32)
    xs += em * rng.uniform(0, 0.04) * np.sin(ys / (em * rng.uniform(0.5, 1.5)) + rng.uniform(0, 6.3)).astype(np.float32)
    return np.asarray(cv2.remap(ink, xs, ys, cv2.INTER_LINEAR), dtype=np.float32)


def draw_written(
    label: str, written: str, print_font: ImageFont.FreeTypeFont, hand_font: ImageFont.FreeTypeFont, rng: random.Random
) -> Image:
    """`label` (may be empty) in print, `written` by hand behind it; often on a dotted or ruled line. uint8 BGR."""
    em = hand_font.size
    words = [_word(word, hand_font, rng) for word in written.split()]
    offset = int(print_font.getlength(label)) if label else 0
    height = words[0].shape[0]
    parts = [np.zeros((height, offset + int(em * rng.uniform(0.2, 0.6))), np.float32)]
    for word in words:  # white between the ink of two words, or nobody could say that they are two
        parts += [word, np.zeros((height, int(em * rng.uniform(*_GAP))), np.float32)]
    ink = _wave(np.hstack(parts), em, rng) * rng.uniform(0.7, 1.0)
    paper = np.full((*ink.shape, 3), rng.randint(225, 255), dtype=np.float32)
    base = int(height * 2 / 3)
    _under(paper, base + int(em * rng.uniform(-0.05, 0.2)), offset, em, rng)
    if label:
        printed = Picture.new("L", (paper.shape[1], height), 0)
        ImageDraw.Draw(printed).text(
            (0, base + em * rng.uniform(-0.05, 0.05)), label, font=print_font, fill=255, anchor="ls"
        )
        dark = np.asarray(printed, dtype=np.float32)[..., None] / 255
        paper = paper * (1 - dark) + rng.randint(0, 60) * dark
    pen = np.array(rng.choice(_INKS), dtype=np.float32)
    image = paper * (1 - ink[..., None]) + pen * ink[..., None]
    inked = np.flatnonzero((np.maximum(ink, (paper.min(axis=2) < 128)) > 0.3).any(axis=1))
    top = max(0, int(inked[0] - em * rng.uniform(0, 0.2)))
    bottom = min(height, int(inked[-1] + em * rng.uniform(0.02, 0.2)) + 1)
    return np.ascontiguousarray(np.clip(image[top:bottom], 0, 255).astype(np.uint8))


def another_hand(image: Image, rng: np.random.Generator) -> Image:
    """The line as another hand would write it: slanted otherwise, wider or narrower, with a thicker or a finer pen.
    Few faces have letters that join, and hands are not as alike as one face's lines are."""
    height, width = image.shape[:2]
    slant, wide = rng.uniform(-0.25, 0.25), rng.uniform(0.75, 1.3)
    paper = tuple(float(value) for value in np.median(image.reshape(-1, 3), axis=0))
    more = abs(slant) * height
    move = np.array([[wide, slant, max(0.0, -slant) * height], [0, 1, 0]], np.float32)
    size = max(8, round(width * wide + more)), height
    how = cv2.INTER_LINEAR if wide > 0.9 else cv2.INTER_AREA
    out = np.asarray(cv2.warpAffine(image, move, size, flags=how, borderValue=paper), np.uint8)
    if rng.random() < 0.5:
        kernel = np.ones((2, 2) if height < 50 else (3, 3), np.uint8)
        changed = cv2.erode(out, kernel) if rng.random() < 0.6 else cv2.dilate(out, kernel)
        part = float(rng.uniform(0.2, 0.9 if height > 30 else 0.5))
        out = np.asarray(cv2.addWeighted(out, 1 - part, changed, part, 0), np.uint8)
    return out


def _under(paper: np.ndarray, y: int, left: int, em: float, rng: random.Random) -> None:
    """The dots or the rule that one writes on."""
    kind = rng.random()
    shade = rng.randint(20, 130)
    if kind < 0.35:
        step, size = max(3, int(em * rng.uniform(0.12, 0.3))), max(1, int(em / 22))
        for x in range(left, paper.shape[1], step):
            paper[y : y + size, x : x + size] = shade
    elif kind < 0.55:
        paper[y : y + max(1, int(em / 24)), left:] = shade
