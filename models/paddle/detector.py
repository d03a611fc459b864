"""PaddleOCR's text detection with our weights, as a `Detector`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from dossiers.page import Polygon
from models.detection.boxes import order_corners
from models.detection.detector import small_page
from models.detection.order import in_reading_order
from models.engines import Hardware, open_network
from models.narrowed import narrowed_in
from models.paddle.folders import DETECTOR, detection_arguments, detector_config, write_folder
from models.paddle.predictor import OwnThread, engine_arguments, paddleocr
from models.protocols import Image, Layout
from models.weights import HERE, Weights, WeightsRejected


class PaddleDetector:
    """Raises `WeightsRejected`, `EngineMissing` when opened."""

    def __init__(self, weights: Weights, hardware: Hardware, folder: Path = HERE) -> None:
        package, file = paddleocr(), weights.path(folder)
        rules = detection_arguments()
        try:
            self._narrowed = narrowed_in(open_network(file, Hardware(threads=1, engine="onnxruntime")).metadata)
        except ValueError as error:
            raise WeightsRejected(f"{weights.file}: {error}") from error

        def make(place: Path) -> Any:
            model = write_folder(file, detector_config(), place / "detector")
            try:
                return package.TextDetection(
                    model_name=DETECTOR, model_dir=str(model), **rules, **engine_arguments(hardware.threads)
                )
            except Exception as error:
                raise WeightsRejected(f"{weights.file} cannot be loaded: {type(error).__name__}") from error

        self._own = OwnThread(make)
        self.identity = weights.identity

    def detect(self, image: Image) -> list[Polygon]:
        """Line polygons in pixels of `image`, in reading order."""
        return self.layout(image).polygons

    def layout(self, image: Image) -> Layout:
        """Lines of `image` in reading order; it looks for no tables."""
        # It scales a page by one factor for both sides, so a page that is seen narrower is scaled before.
        seen = small_page(image, narrowed=self._narrowed) if self._narrowed < 1 else image
        found = self._own.call(lambda predictor: list(predictor.predict(seen)))
        back = np.array([image.shape[1] / seen.shape[1], image.shape[0] / seen.shape[0]], dtype=np.float32)
        boxes = [order_corners(np.asarray(box, dtype=np.float32) * back) for box in found[0]["dt_polys"]]
        return Layout([polygon(box) for box in in_reading_order(boxes)], [None] * len(boxes))


def polygon(box: Any) -> Polygon:
    """Four corners in plain numbers."""
    a, b, c, d = ((round(float(x), 1), round(float(y), 1)) for x, y in box)
    return a, b, c, d
