"""PaddleOCR's whole pipeline as a reader: its detection, its order of lines, its crops, its recognition; our weights
and our orienter (it ships none, and would download its own).
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

from dossiers.page import Line, PageReading, Polygon
from models.engines import Hardware
from models.orientation.turning import turn, untouched_polygon
from models.paddle.detector import polygon
from models.paddle.folders import (
    DETECTOR,
    RECOGNISER,
    detection_arguments,
    detector_config,
    recogniser_config,
    write_folder,
)
from models.paddle.predictor import OwnThread, engine_arguments, paddleocr
from models.paddle.recogniser import as_read, told_by
from models.protocols import Image
from models.reader import Reader
from models.weights import Weights
from models.weights.places import Place, shipped


class PaddleReader(Reader):
    """A `Reader` whose pages go through `PaddleOCR.predict`; its steps apart are PaddleOCR's too.

    Seals are not cleared, lines are not cut at the gaps of columns and not narrowed: that is our code, not PaddleOCR's.
    """

    def __init__(
        self, hardware: Hardware, weights: Mapping[str, Weights] | None = None, place: Place = shipped
    ) -> None:
        super().__init__(replace(hardware, engine="paddleocr"), weights, place)
        self._threads, self._place = hardware.threads, place

    @cached_property
    def _pipeline(self) -> OwnThread:
        package, detector, recogniser = paddleocr(), self._weights["detector"], self._weights["recogniser"]

        def make(place: Path) -> Any:
            with self._place(detector) as folder:
                write_folder(detector.path(folder), detector_config(), place / "detector")
            with self._place(recogniser) as folder:
                file = recogniser.path(folder)
                config = recogniser_config(told_by(file, recogniser.identity)[0])
                write_folder(file, config, place / "recogniser")
            return package.PaddleOCR(
                text_detection_model_name=DETECTOR,
                text_detection_model_dir=str(place / "detector"),
                text_recognition_model_name=RECOGNISER,
                text_recognition_model_dir=str(place / "recogniser"),
                text_recognition_batch_size=1,  # it pads a batch to its widest line
                use_doc_orientation_classify=False,
                use_doc_unwarping=False,
                use_textline_orientation=False,
                **{f"text_det_{name}": value for name, value in detection_arguments().items()},
                **engine_arguments(self._threads),
            )

        return OwnThread(make)

    def crop(self, image: Image, polygons: Sequence[Polygon]) -> list[Image]:
        """The crops as PaddleOCR makes them."""
        paddleocr()
        from paddlex.inference.pipelines.components import CropByPolys

        crops: list[Image] = list(CropByPolys(det_box_type="quad")(image, [list(map(list, p)) for p in polygons]))
        return crops

    def read(self, image: Image) -> PageReading:
        """Everything on a page that came as it is, any way up. uint8 [h, w, 3] BGR."""
        started = time.perf_counter()
        height, width = image.shape[:2]
        rotation = self.orient(image)
        upright = turn(image, rotation)
        (found,) = self._pipeline.call(lambda pipeline: list(pipeline.predict(upright)))
        lines = []
        for raw, score, box in zip(found["rec_texts"], found["rec_scores"], found["rec_polys"], strict=True):
            text, confidence = as_read(raw, score)
            if text:
                place = untouched_polygon(polygon(box), rotation, width, height)
                lines.append(Line(text, place, confidence, self.model))
        return PageReading(tuple(lines), width, height, rotation, time.perf_counter() - started)
