"""Hoso from file to lines, as `hoso read` goes: the file drawn, the page made upright, straight and even, then read.

Pages side by side share one reader, each on one thread, as in the system's reader actor; their networks run on as many
cores as there are.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from benchmarks.readers.reading import Given, Piece, Reading, versions, whole


def open_reader(given: Given) -> Reading:
    """Option `engine`: a runtime of `pool.engine`; without it the one that is chosen for this machine."""
    os.environ["HOSO_POOL__ENGINE"] = given.options.get("engine", "auto")
    import cv2
    import numpy as np

    from config.settings import Settings
    from dossiers.page import reading_to_json
    from hoso.reading.pages import PageReader, list_pages
    from models.engines import Hardware, choose
    from models.reader import Reader

    cv2.setNumThreads(given.threads)
    settings = Settings()
    calls = min(given.at_once, len(os.sched_getaffinity(0)))
    reader = Reader.open(settings, threads=given.threads, calls=calls)
    pages = PageReader(settings, ocr_always=True, reader=reader)

    def read(path: Path) -> list[Piece]:
        with tempfile.TemporaryDirectory() as work:
            (page,) = list_pages([path], settings.limits, Path(work)).pages
            lines: list[Piece] = reading_to_json(pages.read(page))["lines"]
            return lines

    def read_line(path: Path) -> list[Piece]:
        return whole(*reader.recognise([np.asarray(cv2.imread(str(path)), np.uint8)])[0])

    engine = choose(Hardware(given.threads, settings.pool.reader_gpus > 0, calls, settings.pool.engine))
    detector, recogniser = reader.models["detector"], reader.models["recogniser"]
    return Reading(read_line if given.one_line else read, f"{detector}, {recogniser}, {versions(engine)}")
