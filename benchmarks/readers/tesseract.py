"""Tesseract 5 with its Vietnamese model, automatic layout (`--psm 3`): one run of the program for each page."""

from __future__ import annotations

import csv
import io
import os
import shutil
import subprocess
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
        return words_of(_says(command, environment))

    return Reading(read, f"{_says([program, '--version']).splitlines()[0]}, vie")


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


def _says(command: list[str], environment: dict[str, str] | None = None) -> str:
    # Not the child's own standard input: a program that outlives it would hold that open.
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True, env=environment
    )
    return done.stdout
