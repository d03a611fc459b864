"""Suites of synthetic line crops: fonts and prose that training never sees, and table cells in such fonts."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

import numpy as np

from models.evaluation.suites.base import SEED, LineItem, LineSuite
from models.synthesis.fonts import families, load_font
from models.synthesis.lines import draw_line, sample_line
from models.synthesis.lines.cells import cell
from models.synthesis.lines.text import transcription
from models.synthesis.lines.wear import wear

SIZE = 200


def _drawn(strength: float, by_hand: float, seed: int, **shares: float) -> Callable[[int], Iterator[LineItem]]:
    def items(size: int) -> Iterator[LineItem]:
        for index in range(size):
            yield LineItem(*sample_line(seed, index, held_out=True, strength=strength, by_hand=by_hand, **shares))

    return items


def _cells(size: int) -> Iterator[LineItem]:
    names = families(hand=False, kept_out=True)
    for index in range(size):
        rng = random.Random(f"cells/{SEED}/{index}")  # noqa: S311 - print, not secrets
        printed = cell(rng)
        font = load_font(rng.choice(names), rng.choice(("regular", "regular", "bold")), rng.randint(22, 40))
        image = wear(draw_line(printed, font, rng), np.random.default_rng((SEED, index)), 0.5)
        yield LineItem(image, transcription(printed))


SUITES = (
    LineSuite(
        "lines-print",
        2,
        SIZE,
        "Printed lines, a little worn, in fonts and prose kept out of training",
        "Dòng in, hơi mờ cũ, phông và văn bản không dùng khi huấn luyện",
        _drawn(0.5, 0.0, SEED),
    ),
    LineSuite(
        "lines-worn",
        2,
        SIZE,
        "Printed lines, worn (tilt, blur, noise, seals, faint toner), in fonts and prose kept out of training",
        "Dòng in bị mờ cũ (nghiêng, nhòe, nhiễu, dấu, mực nhạt), phông và văn bản không dùng khi huấn luyện",
        _drawn(1.0, 0.0, SEED + 1),
    ),
    LineSuite(
        "lines-hand",
        2,
        SIZE,
        "Handwriting-LIKE fonts kept out of training. No real handwriting is measured",
        "Phông GIỐNG chữ viết tay, không dùng khi huấn luyện. Chưa đo trên chữ viết tay thật",
        _drawn(1.0, 1.0, SEED + 2, joined=0.0),
    ),
    LineSuite(
        "lines-cells",
        2,
        SIZE,
        "Short cells of tables (numbers, places, headings) in fonts kept out of training",
        "Ô bảng ngắn (số, địa danh, tiêu đề cột), phông không dùng khi huấn luyện",
        _cells,
    ),
    LineSuite(
        "lines-rare",
        1,
        SIZE,
        "Marks of footnotes, units, words with each of the 134 letters as often, in fonts kept out of training",
        "Dấu chú thích, đơn vị đo, từ có đủ 134 chữ cái với tần suất như nhau, phông không dùng khi huấn luyện",
        _drawn(0.5, 0.0, SEED + 5, rare=1.0),
    ),
)
CURSIVE = LineSuite(
    "lines-cursive",
    1,
    SIZE,
    "Handwriting-LIKE fonts whose letters join, kept out of training. No real handwriting is measured",
    "Phông GIỐNG chữ viết tay nối nét, không dùng khi huấn luyện. Chưa đo trên chữ viết tay thật",
    _drawn(1.0, 1.0, SEED + 4, joined=1.0),
)
