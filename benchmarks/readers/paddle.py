"""PaddleOCR's own pipeline with Hoso's weights, as `pool.engine: paddleocr` runs it. Not safe in threads: a page at a
time in each process."""

from __future__ import annotations

from pathlib import Path

from benchmarks.readers.reading import Given, Piece, Reading, versions, whole


def open_reader(given: Given) -> Reading:
    """Needs Hoso with its extra paddleocr (`make paddleocr`)."""
    import cv2
    import numpy as np

    from dossiers.page import reading_to_json
    from models.engines import Hardware
    from models.paddle.reader import PaddleReader

    cv2.setNumThreads(given.threads)
    reader = PaddleReader(Hardware(given.threads))

    def read(path: Path) -> list[Piece]:
        image = cv2.imread(str(path))
        if image is None:
            raise ValueError("not an image")
        page = np.asarray(image, np.uint8)
        if given.one_line:
            return whole(*reader.recognise([page])[0])
        lines: list[Piece] = reading_to_json(reader.read(page))["lines"]
        return lines

    return Reading(read, f"{reader.model}, {versions('paddleocr', 'paddlex', 'onnxruntime')}")
