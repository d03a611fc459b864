"""Tesseract 5 with its Vietnamese model, automatic layout (`--psm 3`): one run of the program for each page.

A crop of one line is read as one (`--psm 7`) with a border of its own paper around it, which Tesseract asks for: of 30
lines in handwriting-like fonts 9.9 % of the signs came out wrong with it, 11.7 % without and 13.2 % under `--psm 3`.
"""

from __future__ import annotations

import csv
import io
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from benchmarks.readers.reading import Given, Piece, Reading, Unavailable, piece, rectangle

BORDER = 10  # pixels


def open_reader(given: Given) -> Reading:
    """Needs the Debian packages tesseract-ocr and tesseract-ocr-vie."""
    program = shutil.which("tesseract")
    if program is None:
        raise Unavailable("tesseract is not installed: make bench-peers")
    if "vie" not in _says([program, "--list-langs"]).split():
        raise Unavailable("tesseract has no Vietnamese model: make bench-peers")
    environment = {**os.environ, "OMP_THREAD_LIMIT": str(given.threads)}

    def read(path: Path, layout: str = "3") -> list[Piece]:
        command = [program, str(path), "stdout", "-l", "vie", "--psm", layout, "tsv"]
        return words_of(_says(command, environment))

    def read_line(path: Path) -> list[Piece]:
        with tempfile.TemporaryDirectory() as work:
            return read(bordered(path, Path(work)), "7")

    return Reading(read_line if given.one_line else read, f"{_says([program, '--version']).splitlines()[0]}, vie")


def words_of(table: str) -> list[Piece]:
    """The words of Tesseract's TSV, a piece each: it joins the two columns of a letter-head into one line, and what is
    scored is the best run of neighbouring pieces, so whole lines would be counted against it."""
    found = []
    for row in csv.DictReader(io.StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE):
        if row["level"] == "5" and row["text"].strip():
            left, top = int(row["left"]), int(row["top"])
            place = rectangle(left, top, left + int(row["width"]), top + int(row["height"]))
            found.append(piece(row["text"], place, float(row["conf"]) / 100))
    return found


def bordered(path: Path, folder: Path) -> Path:
    """A file in `folder`: the crop in `path` with more of its own paper on every side."""
    import cv2
    import numpy as np

    line = cv2.imread(str(path))
    if line is None:
        raise ValueError("not an image")
    paper = np.median(np.concatenate([line[0], line[-1], line[:, 0], line[:, -1]]), axis=0).tolist()
    wider = cv2.copyMakeBorder(line, BORDER, BORDER, BORDER, BORDER, cv2.BORDER_CONSTANT, value=paper)
    cv2.imwrite(str(folder / "line.png"), wider)
    return folder / "line.png"


def _says(command: list[str], environment: dict[str, str] | None = None) -> str:
    # Not the child's own standard input: a program that outlives it would hold that open.
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True, env=environment
    )
    return done.stdout
