"""How fast training lines and pages are drawn, on one core.

    python -m benchmarks.synthesis [--lines 2000] [--pages 24] [--out benchmarks/results]

Lines are drawn alone as training does, then of one kind at a time, then cut from whole worn pages; pages as the suites
of the same names. Beside each kind of line stands how long the letters alone take: the same text, once, by Pillow, in
Times at the size that is most common; no paper, no wear. Fonts are opened and checked before the clock starts, as in a
training of any length.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from itertools import count as count_from
from pathlib import Path
from typing import Any

import cv2
from PIL import Image as Picture
from PIL import ImageDraw

from benchmarks.machine import machine
from models.evaluation.suites.pages import pages_like
from models.synthesis.fonts import load_font
from models.synthesis.lines import sample_line
from models.training.recogniser.cuts import cut_lines

SEED = 4_301
PAGES = ("pages-clean", "pages-fax", "pages-seal", "pages-phone", "pages-table")
GOAL = "hundreds of lines a second"
_COMMON = 32
"""Pixels of an em: the middle of the sizes that `sample_line` draws."""
KINDS: dict[str, dict[str, Any]] = {
    "drawn alone, as training does": {},
    "printed, clean": {"by_hand": 0.0, "strength": 0.0},
    "printed, worn": {"by_hand": 0.0},
    "by hand, letters apart": {"by_hand": 1.0, "joined": 0.0},
    "by hand, letters joined": {"by_hand": 1.0, "joined": 1.0},
}

CUT = "cut from worn pages"


def main() -> None:
    """Run everything, print the card, write it as JSON and Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=2000, help="lines of each kind")
    parser.add_argument("--pages", type=int, default=24, help="pages of each kind")
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results"))
    given = parser.parse_args()
    cv2.setNumThreads(1)
    where = machine()
    for count in range(given.lines // 4):  # opens every font in every size that is common
        sample_line(SEED + 1, count)
    card = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": where,
        "command": f"python -m benchmarks.synthesis --lines {given.lines} --pages {given.pages}",
        "lines": [
            *(_lines(kind, partial(_alone, **options), given.lines) for kind, options in KINDS.items()),
            _lines(CUT, _cut_from_pages(), given.lines // 4),
        ],
        "pages": [_pages(kind, given.pages) for kind in PAGES],
    }
    given.out.mkdir(parents=True, exist_ok=True)
    (given.out / "synthesis.json").write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")
    shown = markdown(card)
    (given.out / "synthesis.md").write_text(shown, encoding="utf-8")
    print(shown)


def _alone(number: int, **options: Any) -> str:
    return sample_line(SEED, number, **options)[1]


def _cut_from_pages() -> Callable[[int], str]:
    """Gives the text of line after line; a page is drawn when its first line is asked for."""
    texts = (text for page in count_from(0) for _, text in cut_lines(SEED, page))
    return lambda _: next(texts)


def _lines(kind: str, draw: Callable[[int], str], count: int) -> dict[str, Any]:
    texts: list[str] = []
    drawn = _rate(lambda number: texts.append(draw(number)), count)
    letters = _rate(lambda number: _letters(texts[number]), count)
    return {"kind": kind, "lines": count, "per_second": drawn, "letters_per_second": letters, "ratio": drawn / letters}


def _letters(text: str) -> None:
    """The floor: the letters of `text` on a white picture, nothing else."""
    font = load_font("Tinos", "regular", _COMMON)
    _, top, right, bottom = font.getbbox(text)
    canvas = Picture.new("RGB", (int(right) + 1, int(bottom - top) + 1), "white")
    ImageDraw.Draw(canvas).text((0, -top), text, font=font, fill="black")


def _pages(kind: str, count: int) -> dict[str, Any]:
    pages = pages_like(kind, count, SEED)
    return {"kind": kind, "pages": count, "per_second": _rate(lambda _: next(pages), count)}


def _rate(draw: Callable[[int], object], count: int) -> float:
    start = time.perf_counter()
    for number in range(count):
        draw(number)
    return count / (time.perf_counter() - start)


def markdown(card: dict[str, Any]) -> str:
    """The card for people."""
    lines = "\n".join(
        f"| {row['kind']} | {row['lines']} | {row['per_second']:.0f} | {row['letters_per_second']:.0f} | "
        f"{row['ratio']:.2f} |"
        for row in card["lines"]
    )
    pages = "\n".join(f"| {row['kind']} | {row['pages']} | {row['per_second']:.1f} |" for row in card["pages"])
    return f"""# Drawing lines and pages, one core

Measured {card["at"]} on {card["machine"]}; one process, one thread. Command: `{card["command"]}`. Goal: {GOAL}.

| lines | drawn | lines/s | letters alone by Pillow, lines/s | ratio |
| --- | --- | --- | --- | --- |
{lines}

| pages, A4 at 200 dpi, with their truth | drawn | pages/s |
| --- | --- | --- |
{pages}
"""


if __name__ == "__main__":
    main()
