"""PaddleOCR's own code with our weights: for houses that standardised on it, and to compare its code with ours.

Needs the extra `paddleocr` (docs/engines.md says how it is installed). Nothing is downloaded: all its models are ours,
given as local folders, and the parts of its pipeline that would need others are switched off.
"""

from __future__ import annotations

from pathlib import Path

from models.engines import Hardware
from models.protocols import Detector, Recogniser
from models.weights import HERE, Weights


def paddle_detector(weights: Weights, hardware: Hardware, folder: Path = HERE) -> Detector:
    """PaddleOCR's text detection on `weights`. Raises `EngineMissing`, `WeightsRejected`."""
    from models.paddle.detector import PaddleDetector

    return PaddleDetector(weights, hardware, folder)


def paddle_recogniser(weights: Weights, hardware: Hardware, folder: Path = HERE) -> Recogniser:
    """PaddleOCR's text recognition on `weights`. Raises `EngineMissing`, `WeightsRejected`, `CharsetIncomplete`."""
    from models.paddle.recogniser import PaddleRecogniser

    return PaddleRecogniser(weights, hardware, folder)
