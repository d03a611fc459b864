"""Does fine-tuning on thirty corrected lines help where it should and harm nowhere?

The office of this experiment prints with an old dot-matrix printer, which the shipped model has never seen. Thirty of
its lines are corrected (split `train`); others of the same printer, and lines of the suites that gate a promotion, tell
what was gained and lost, read as the system reads: with the language, and with a confidence.

    python -m benchmarks.finetuning --pages-to my-scans            its scans, to follow docs/training.md without scans
    hoso data lines my-scans/ --out mine --most 36
    python -m benchmarks.finetuning --correct mine                 what a person does with mine/labels.tsv
    python -m benchmarks.finetuning --compare A.onnx B.onnx        figures of two models
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from PIL import Image as Picture
from PIL import ImageDraw

from api.line_edits import DOUBTFUL
from models.datasets.folder import LABELS
from models.engines import Hardware
from models.evaluation.calibration import asked, expected_calibration_error
from models.evaluation.contender import from_file
from models.evaluation.errors import edits
from models.evaluation.intervals import ratio
from models.evaluation.scores import score_line
from models.evaluation.suites import QUICK, find_suite
from models.evaluation.suites.base import LineItem
from models.protocols import Image
from models.synthesis.fonts import load_font
from models.synthesis.lines.text import line_text, transcription

PAGES = 4
_EM_DOTS = 13
_DOT = 4


def printer_line(number: int, *, seed: int = 1, held_out: bool = False) -> tuple[Image, str]:
    """Line `number` of the dot-matrix printer: (uint8 BGR, transcription). Dots of a worn ribbon on a grid."""
    rng = random.Random(f"printer/{seed}/{number}/{held_out}")
    printed = line_text(rng, held_out=held_out)[:60].strip()
    if set(printed) & set("☐☑☒→✓₫≤≥"):
        return printer_line(number + 100_000, seed=seed, held_out=held_out)
    font = load_font("Cousine", "regular", _EM_DOTS)
    ascent, descent = font.getmetrics()
    canvas = Picture.new("L", (int(font.getlength(printed)) + 6, ascent + descent), 0)
    ImageDraw.Draw(canvas).text((3, 0), printed, font=font, fill=255)
    noise = np.random.default_rng((seed, number, int(held_out)))
    struck = (np.asarray(canvas, np.float32) / 255 + noise.normal(0, 0.1, canvas.size[::-1])) > 0.42
    paper = np.full((struck.shape[0] * _DOT, struck.shape[1] * _DOT), float(rng.randint(215, 245)), np.float32)
    ribbon = rng.uniform(70, 125)
    for y, x in zip(*np.nonzero(struck), strict=True):
        ink = float(np.clip(ribbon + noise.normal(0, 22), 0, 200))
        centre = (int(x * _DOT + _DOT / 2), int(y * _DOT + _DOT / 2))
        cv2.circle(paper, centre, 1, ink, -1, cv2.LINE_AA)
    grain = paper + np.asarray(noise.normal(0, 6, paper.shape), np.float32)
    grey = cv2.resize(np.clip(grain, 0, 255).astype(np.uint8), None, fx=0.7, fy=0.7, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR), np.uint8), transcription(printed)


def printed_pages() -> Iterator[tuple[Image, list[str]]]:
    """The office's scans, A4 at 200 dpi, and the lines on each."""
    number = 5000
    for page in range(PAGES):
        sheet, lines, y = np.full((2339, 1654, 3), 238, np.uint8), [], 140
        while y < 2150:
            image, text = printer_line(number, seed=3)
            number += 1
            height, width = image.shape[:2]
            if width <= 1394:
                sheet[y : y + height, 130 : 130 + width] = image
                lines.append(text)
                y += height + 26
        grain = np.random.default_rng(page).normal(0, 3, sheet.shape[:2])[..., None]
        yield np.clip(sheet + grain, 0, 255).astype(np.uint8), lines


def write_pages(folder: Path) -> None:
    """The scans as PNG files."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, (image, _) in enumerate(printed_pages(), start=1):
        cv2.imwrite(str(folder / f"scan-{number}.png"), image)


def correct(folder: Path) -> tuple[int, int]:
    """Do what the person does with `labels.tsv` in `folder`: write what stands there, delete what is no whole line.

    (rows left, rows that were misread).
    """
    truth = [line for _, lines in printed_pages() for line in lines]
    head, *rows = (folder / LABELS).read_text(encoding="utf-8").splitlines()
    kept, misread = [head], 0
    for row in rows:
        file, read, *more = row.split("\t")
        nearest = min(truth, key=lambda line: edits(read, line))
        if edits(read, nearest) <= 0.4 * len(nearest):
            kept.append("\t".join((file, nearest, *more)))
            misread += read != nearest
    (folder / LABELS).write_text("\n".join(kept) + "\n", encoding="utf-8")
    return len(kept) - 1, misread


def kinds(count: int) -> dict[str, list[tuple[Image, str]]]:
    """`count` lines of the printer that nobody learnt from, and of the suites that gate a promotion."""
    suites = {name: find_suite(name).items(count) for name in QUICK}
    others = {
        name: [(item.image, item.text) for item in items if isinstance(item, LineItem)]
        for name, items in suites.items()
    }
    return {"printer": [printer_line(number, seed=2, held_out=True) for number in range(count)], **others}


def figures(model: Path, lines: list[tuple[Image, str]]) -> dict[str, float]:
    """Per cent: character errors with their 95 % interval (bootstrap over lines), exact lines, calibration error of the
    confidence, lines that ask for an officer's eye, and the share of misread lines among those."""
    reader = from_file(model).reader(Hardware(threads=1, engine="onnxruntime"))
    read = [(text, *reader.recognise([image])[0]) for image, text in lines]
    scores = [score for line in read if (score := score_line(*line))]
    sure = np.array([score.confidence for score in scores], np.float64)
    right = np.array([score.exact for score in scores], np.bool_)
    cer = ratio(*(np.array([getattr(score, of) for score in scores], np.float64) for of in ("edits", "signs")))
    asks, found = asked(sure, right, DOUBTFUL)
    shares = {
        "cer": cer.value, "low": cer.low, "high": cer.high, "exact": right.mean(),
        "ece": expected_calibration_error(sure, right), "to review": asks, "of misread found": found,
    }  # fmt: skip
    return {name: round(float(share) * 100, 2) for name, share in shares.items()}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages-to", type=Path, metavar="FOLDER")
    parser.add_argument("--correct", type=Path, metavar="FOLDER")
    parser.add_argument("--compare", type=Path, nargs="+", default=[])
    parser.add_argument("--measured", type=int, default=200, help="lines of each kind")
    arguments = parser.parse_args()
    if arguments.pages_to:
        write_pages(arguments.pages_to)
    if arguments.correct:
        print("{} rows, {} of them misread".format(*correct(arguments.correct)))
    known = kinds(arguments.measured) if arguments.compare else {}
    for model in arguments.compare:
        for kind, lines in known.items():
            print(json.dumps({"model": model.name, "lines of": kind, **figures(model, lines)}), flush=True)
