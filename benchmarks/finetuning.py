"""Does fine-tuning on thirty corrected lines help where it should and harm nowhere?

The office of this experiment prints with an old dot-matrix printer, which the shipped model has never seen. Thirty of
its lines are corrected (split `train`); others of the same printer, and ordinary held-out lines, tell what was gained.

    python -m benchmarks.finetuning --lines-to out/printer         writes the set, to be given to `hoso train`
    python -m benchmarks.finetuning --compare A.onnx B.onnx        character error rates of two models, with intervals
"""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image as Picture
from PIL import ImageDraw

from models.charset import CHARSET
from models.engines import Hardware, open_network
from models.evaluation.errors import edits
from models.protocols import Image
from models.recognition.ctc import decode
from models.recognition.prepare import bucket_width, scale_to_height, to_pixels
from models.synthesis.fonts import load_font
from models.synthesis.line_text import line_text, transcription
from models.synthesis.lines import sample_line

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


def write_lines(folder: Path, count: int) -> None:
    """A plain folder as a person makes it: images and `labels.tsv`."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for number in range(count):
        image, text = printer_line(number)
        cv2.imwrite(str(folder / f"line-{number:03d}.png"), image)
        rows.append(f"line-{number:03d}.png\t{text}\n")
    (folder / "labels.tsv").write_text("".join(rows), encoding="utf-8")


def error_rate(model: Path, lines: list[tuple[Image, str]]) -> dict[str, Any]:
    """Character error rate, its 95 % interval over lines (bootstrap) and the share of exact lines."""
    network = open_network(model, Hardware(threads=1, engine="onnxruntime"))
    wrong, signs = [], []
    for image, text in lines:
        line = scale_to_height(image)
        (chances,) = network.run(to_pixels(line, bucket_width(line.shape[1]))[None])
        wrong.append(edits(decode(chances, CHARSET).text, text))
        signs.append(len(text))
    errors, lengths = np.array(wrong), np.array(signs)
    drawn = np.random.default_rng(0).integers(0, len(lines), (1000, len(lines)))
    low, high = np.percentile(errors[drawn].sum(axis=1) / lengths[drawn].sum(axis=1), (2.5, 97.5))
    shares = {"cer": errors.sum() / lengths.sum(), "low": low, "high": high, "exact": (errors == 0).mean()}
    return {key: round(float(value) * 100, 2) for key, value in shares.items()} | {"lines": len(lines)}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lines-to", type=Path)
    parser.add_argument("--count", type=int, default=36)
    parser.add_argument("--compare", type=Path, nargs="+", default=[])
    parser.add_argument("--measured", type=int, default=200, help="lines of each kind")
    arguments = parser.parse_args()
    if arguments.lines_to:
        write_lines(arguments.lines_to, arguments.count)
    kinds = {
        "printer": [printer_line(n, seed=2, held_out=True) for n in range(arguments.measured)],
        "ordinary": [sample_line(78, n, held_out=True) for n in range(arguments.measured)],
    }
    for model in arguments.compare:
        for kind, lines in kinds.items():
            print(json.dumps({"model": model.name, "lines_of": kind, "percent": error_rate(model, lines)}))
