"""A reader for tests: a page's file holds its line. Loaded by the real child process."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

from benchmarks.readers.reading import Given, Piece, Reading, Unavailable, piece, rectangle


def open_reader(given: Given) -> Reading:
    if given.options.get("absent"):
        raise Unavailable("not installed")
    if given.one_line and given.options.get("pages-only"):
        raise Unavailable("whole pages only")
    print("noise of a library")

    def read(path: Path) -> list[Piece]:
        text = path.read_text(encoding="utf-8").strip()
        if text == "crash":
            os._exit(3)
        if text == "orphan":
            subprocess.Popen(["sleep", "3"])  # holds this process's standard input open
            os._exit(3)
        if text == "error":
            raise ValueError("unreadable")
        time.sleep(0.02)
        return [piece(text, rectangle(0, 0, 100, 20), 0.9)]

    return Reading(read, f"test reader, threads {given.threads}")
