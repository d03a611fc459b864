"""Printed lines with their transcription, as a detector would cut them from a page.

Guarantees that line number `index` of seed `seed` is the same image and text on every machine with the same fonts
and libraries, whatever was drawn before it. An image is uint8 BGR, as high as the print it imitates (18 to 64 px).
"""

from __future__ import annotations

import random

import cv2
import numpy as np
from PIL import Image as Picture
from PIL import ImageDraw, ImageFont

from models.synthesis.fonts import cursives, families, load_font
from models.synthesis.lines.hand import another_hand, draw_written
from models.synthesis.lines.raised import laid_out
from models.synthesis.lines.rare import rare_text
from models.synthesis.lines.text import NOT_EVERYWHERE, label_and_value, line_text, transcription
from models.synthesis.lines.wear import Image, wear

_TIMES = {"Tinos": 30.0, "TeX Gyre Termes": 10.0, "FreeSerif": 6.0}
"""Decree 30/2020/NĐ-CP, annex I wants Times New Roman: half of what we draw looks like it."""
_FALLBACK = "DejaVu Sans"
_STYLES = ("regular", "bold", "italic", "bold-italic")
BY_HAND = 0.2
"""Share of lines that are written by hand in part or whole."""
JOINED = 0.45
"""Share of these whose letters join."""
_MIDDLE = 0.46
"""Height of a written x in ems that sizes are meant for; cursive faces have much smaller ones."""


def _choose_font(rng: random.Random, printed: str, size: int, kept_out: bool) -> ImageFont.FreeTypeFont:
    names = families(hand=False, kept_out=kept_out)
    name = rng.choices(names, [_TIMES.get(name, 2.4) for name in names])[0]
    style = rng.choices(_STYLES, (58, 22, 13, 7))[0]
    if not NOT_EVERYWHERE.isdisjoint(printed):
        name, style = _FALLBACK, "regular"
    return load_font(name, style, size)


def draw_line(printed: str, font: ImageFont.FreeTypeFont, rng: random.Random) -> Image:
    """Black (or coloured) on paper, with margins as a detector leaves them and slivers of the lines around."""
    ascent, _ = font.getmetrics()
    pieces, ink_top, ink_bottom, length = laid_out(printed, font)
    em = font.size
    # A detector's box follows the ink of the line: mostly ascender to descender, tighter for short words.
    top = min(ink_top, ascent - 0.72 * em) - em * rng.uniform(-0.02, 0.26)
    bottom = max(ink_bottom, ascent + 0.06 * em) + em * rng.uniform(-0.02, 0.22)
    widest = 0.9 if len(printed) < 8 else 0.5
    left, right = em * rng.uniform(0.0, widest), em * rng.uniform(0.0, widest)
    width = int(length + left + right) + 2
    height = max(10, int(bottom - top))
    if rng.random() < 0.12:
        tint = [rng.randint(150, 225) for _ in range(3)]
        paper = (tint[0], tint[1], tint[2])
    else:
        grey = rng.randint(226, 255)
        paper = (grey, grey, min(255, grey + rng.randint(-8, 4)))
    dark = rng.randint(0, 95)
    ink = rng.choices(((dark,) * 3, (dark, dark, 180), (190, dark, dark)), (90, 6, 4))[0]
    canvas = Picture.new("RGB", (width, height), paper)
    pen = ImageDraw.Draw(canvas)
    for piece in pieces:
        pen.text((left + piece.x, piece.y - top), piece.text, font=piece.font, fill=ink)
    if rng.random() < 0.3:
        gap = em * rng.uniform(1.15, 1.6)
        neighbour = line_text(rng)
        pen.text((left - em * rng.uniform(0, 3), -top + rng.choice((-gap, gap))), neighbour, font=font, fill=ink)
    return np.asarray(canvas)[:, :, ::-1].copy()


def _hand(rng: random.Random, size: int, held_out: bool, joined: bool) -> ImageFont.FreeTypeFont:
    """A handwriting-like face whose small letters are about as high as those of print of `size`, or a little higher."""
    names = cursives(kept_out=held_out) if joined else families(hand=True, kept_out=held_out)
    name, style = rng.choice(names), rng.choice(("regular", "bold"))
    wanted = size * rng.uniform(1.0, 1.4)
    if joined:
        _, top, _, bottom = load_font(name, style, 100).getbbox("x")
        wanted *= min(2.0, max(1.0, 100 * _MIDDLE / (bottom - top)))
    return load_font(name, style, round(wanted))


def _small(words: str) -> str:
    """Words in capitals with a first capital alone: nobody joins capitals."""
    return " ".join(word.capitalize() if word.isalpha() and word.isupper() else word for word in words.split())


def _written(rng: random.Random, size: int, held_out: bool, joined: float) -> tuple[Image, str]:
    """A line that a hand filled in: (image, transcription); `joined`: chance of a face whose letters join."""
    label, value = label_and_value(rng)
    kind = rng.random()
    if kind < 0.35:
        label = ""
    elif kind < 0.6:
        label, value = "", line_text(rng, held_out=held_out)
    written = " ".join(word for word in value.split() if not set(word) <= set("._…☐☑☒→✓₫"))[:70].strip()
    if not written or not NOT_EVERYWHERE.isdisjoint(written):
        return _written(rng, size, held_out, joined)
    cursive = rng.random() < joined
    written = _small(written) if cursive else written
    hand = _hand(rng, size, held_out, cursive)
    image = draw_written(label, written, _choose_font(rng, label, size, held_out), hand, rng)
    return image, transcription(label + written)


def sample_line(
    seed: int,
    index: int,
    *,
    held_out: bool = False,
    strength: float = 1.0,
    by_hand: float = BY_HAND,
    joined: float = JOINED,
    rare: float = 0.0,
    varied: float = 0.0,
) -> tuple[Image, str]:
    """Line number `index` of `seed`: (image, transcription). `strength` 0 leaves it clean.

    `held_out`: prose and fonts that training never sees. `by_hand`: share of lines with handwriting-like fonts;
    `joined`: share of those whose letters join; `varied`: share of those written as another hand would; `rare`: share
    of the printed ones with footnotes' marks, units and rare letters.
    """
    rng = random.Random(f"{seed}/{index}/{held_out}")  # noqa: S311 - print, not secrets
    noise = np.random.default_rng((seed, index, int(held_out)))
    size = rng.randint(20, 44) if rng.random() < 0.85 else rng.randint(14, 60)
    if rng.random() < by_hand:
        image, label = _written(rng, size, held_out, joined)
        if varied and noise.random() < varied:
            image = another_hand(image, noise)
    else:
        draw = rare_text if rare and rng.random() < rare else line_text
        printed = draw(rng, held_out=held_out)
        image = draw_line(printed, _choose_font(rng, printed, size, held_out), rng)
        label = transcription(printed)
    if rng.random() < 0.4:
        squeeze = rng.uniform(0.82, 1.15)
        image = cv2.resize(image, (max(8, int(image.shape[1] * squeeze)), image.shape[0]), interpolation=cv2.INTER_AREA)
    return wear(image, noise, strength), label
