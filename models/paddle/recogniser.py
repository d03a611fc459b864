"""PaddleOCR's text recognition with our weights, as a `Recogniser`.

It decodes greedily and its score is the mean chance of the signs, so confidences are not ours: they are not calibrated
and the language model has no say. One line a call, because it pads a batch to its widest line.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from models.charset import require_vietnamese
from models.engines import Hardware, open_network
from models.narrowed import narrowed_in
from models.paddle.folders import RECOGNISER, recogniser_config, write_folder
from models.paddle.predictor import OwnThread, engine_arguments, paddleocr
from models.protocols import Image
from models.recognition.prepare import bucket_width, scaled_width
from models.weights import HERE, Weights, WeightsRejected


def told_by(file: Path, identity: str) -> tuple[tuple[str, ...], float]:
    """The charset that a recogniser's file carries, and to which share of their width it wants lines narrowed. Raises
    `WeightsRejected`, `CharsetIncomplete`."""
    metadata = open_network(file, Hardware(threads=1, engine="onnxruntime")).metadata
    if "charset" not in metadata:
        raise WeightsRejected(f"{file.name} carries no charset")
    charset = tuple(json.loads(metadata["charset"]))
    require_vietnamese(charset, identity)
    try:
        return charset, narrowed_in(metadata)
    except ValueError as error:
        raise WeightsRejected(f"{file.name}: {error}") from error


def narrow(crop: Image, narrowed: float) -> Image:
    """`crop` at this share of its width: PaddleOCR scales to a height alone."""
    height, width = crop.shape[:2]
    size = max(1, round(width * narrowed)), height
    return np.asarray(cv2.resize(crop, size, interpolation=cv2.INTER_AREA), np.uint8) if narrowed < 1 else crop


class PaddleRecogniser:
    """Raises `WeightsRejected`, `CharsetIncomplete`, `EngineMissing` when opened."""

    def __init__(self, weights: Weights, hardware: Hardware, folder: Path = HERE) -> None:
        package, file = paddleocr(), weights.path(folder)
        self.charset, self._narrowed = told_by(file, weights.identity)

        def make(place: Path) -> Any:
            model = write_folder(file, recogniser_config(self.charset), place / "recogniser")
            try:
                return package.TextRecognition(
                    model_name=RECOGNISER, model_dir=str(model), **engine_arguments(hardware.threads)
                )
            except Exception as error:
                raise WeightsRejected(f"{weights.file} cannot be loaded: {type(error).__name__}") from error

        self._own = OwnThread(make)
        self.identity = weights.identity

    def bucket(self, crop: Image) -> int:
        """As of our own recogniser; here lines never share a call."""
        return bucket_width(scaled_width(crop, self._narrowed))

    def recognise(self, crops: Sequence[Image], *, again: bool = True) -> list[tuple[str, float]]:
        """(NFC text, mean chance of its signs) of each crop, in order; an empty crop reads as ("", 0.0). PaddleOCR
        reads all lines as they stand, whatever `again` says."""
        places = [number for number, crop in enumerate(crops) if crop.size]
        given = [narrow(crops[number], self._narrowed) for number in places]
        read = self._own.call(lambda predictor: list(predictor.predict(given, batch_size=1))) if given else []
        results = [("", 0.0)] * len(crops)
        for number, found in zip(places, read, strict=True):
            results[number] = as_read(found["rec_text"], found["rec_score"])
        return results


def as_read(text: str, score: float) -> tuple[str, float]:
    """What PaddleOCR says about a line, as a `Recogniser` says it."""
    clean = unicodedata.normalize("NFC", text).strip()
    return (clean, round(float(score), 4)) if clean else ("", 0.0)
