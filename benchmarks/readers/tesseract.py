"""Tesseract 5 with its Vietnamese model, automatic layout (`--psm 3`): one run of the program for each page."""

from __future__ import annotations

import csv
import io
import os
import shutil
import subprocess
from itertools import groupby
from pathlib import Path

from benchmarks.readers.reading import Given, Piece, Reading, Unavailable, piece, rectangle


def open_reader(given: Given) -> Reading:
    """Needs the Debian packages tesseract-ocr and tesseract-ocr-vie."""
    program = shutil.which("tesseract")
    if program is None:
        raise Unavailable("tesseract is not installed: make bench-peers")
    if "vie" not in _says([program, "--list-langs"]).split():
        raise Unavailable("tesseract has no Vietnamese model: make bench-peers")
    environment = {**os.environ, "OMP_THREAD_LIMIT": str(given.threads)}

    def read(path: Path) -> list[Piece]:
        command = [program, str(path), "stdout", "-l", "vie", "--psm", "3", "tsv"]
        return lines_of(_says(command, environment))

    return Reading(read, f"{_says([program, '--version']).splitlines()[0]}, vie")


def lines_of(table: str) -> list[Piece]:
    """Words of Tesseract's TSV put together as lines."""
    words = [
        row
        for row in csv.DictReader(io.StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE)
        if row["level"] == "5" and row["text"].strip()
    ]
    found = []
    for _, group in groupby(words, key=lambda row: (row["block_num"], row["par_num"], row["line_num"])):
        line = list(group)
        left, top = min(int(w["left"]) for w in line), min(int(w["top"]) for w in line)
        right = max(int(w["left"]) + int(w["width"]) for w in line)
        bottom = max(int(w["top"]) + int(w["height"]) for w in line)
        chance = sum(float(w["conf"]) for w in line) / len(line) / 100
        found.append(piece(" ".join(w["text"] for w in line), rectangle(left, top, right, bottom), chance))
    return found


def _says(command: list[str], environment: dict[str, str] | None = None) -> str:
    # Not the child's own standard input: a program that outlives it would hold that open.
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True, env=environment
    )
    return done.stdout
