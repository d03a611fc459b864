"""`trueocr`, whole; its recogniser on crops of lines; and, with option `detector=rapid`, on the lines of PP-OCRv6's
detector.

Its own places of lines are in the page that it straightened; they are used as they are, because rows need no more.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.readers import rapid
from benchmarks.readers.reading import Given, Piece, Reading, Unavailable, piece, rectangle, versions, whole


def open_reader(given: Given) -> Reading:
    """Needs the package trueocr."""
    from trueocr import load_model

    if given.options.get("detector") == "rapid":
        return _on_found_lines(given)
    if given.one_line:
        return _on_crops(given)
    model = load_model(threads=given.threads)

    def read(path: Path) -> list[Piece]:
        found = model.predict(str(path))
        return [piece(line["text"], rectangle(*line["bbox"]), line["confidence"]) for line in found.lines]

    return Reading(read, versions("trueocr", "onnxruntime"))


def _on_crops(given: Given) -> Reading:
    recogniser = _recogniser(given)

    def read(path: Path) -> list[Piece]:
        found = recogniser.predict_one(str(path))
        return whole(found.text, found.confidence)

    return Reading(read, versions("trueocr", "onnxruntime"))


def _on_found_lines(given: Given) -> Reading:
    if given.one_line:
        raise Unavailable("on a crop of one line it is trueocr")
    find, recogniser = rapid.detecting(given), _recogniser(given)

    def read(path: Path) -> list[Piece]:
        found = find(path)
        texts = recogniser.predict([crop for _, crop in found], batch_size=16) if found else []
        return [piece(read.text, box, read.confidence) for (box, _), read in zip(found, texts, strict=True)]

    return Reading(read, f"PP-OCRv6 small detector, {versions('rapidocr', 'trueocr', 'onnxruntime')}")


def _recogniser(given: Given) -> Any:
    import trueocr

    return trueocr.Recognizer(Path(trueocr.__file__).parent / "models", threads=given.threads)
