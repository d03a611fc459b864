"""Paddle predictors, each owned by one thread.

They are not safe in threads, and fail silently when they are shared (PaddleOCR issues 8640, 16238, 18268), so the
thread that makes one is the only one that ever calls it; callers wait for their turn.
"""

from __future__ import annotations

import importlib
import os
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from models.engines import EngineMissing

Result = TypeVar("Result")


class OwnThread:
    """Makes a predictor in a thread of its own and keeps it there. `make` gets a folder that lives while it runs."""

    def __init__(self, make: Callable[[Path], Any]) -> None:
        self._thread = ThreadPoolExecutor(1, "paddle")
        with tempfile.TemporaryDirectory(prefix="hoso-paddle-") as folder:
            try:
                self._predictor = self._thread.submit(make, Path(folder)).result()
            except BaseException:
                self._thread.shutdown()
                raise

    def call(self, use: Callable[[Any], Result]) -> Result:
        """`use(predictor)` in the predictor's thread."""
        return self._thread.submit(use, self._predictor).result()


def paddleocr() -> Any:
    """The package. Raises `EngineMissing`."""
    # Without this it asks the network for model hosts as soon as it is imported.
    os.environ.setdefault("PADDLE_PDX_DISABLE_MODEL_SOURCE_CHECK", "True")
    try:
        return importlib.import_module("paddleocr")
    except ImportError as error:
        raise EngineMissing(f"paddleocr: {error}") from error


def engine_arguments(threads: int) -> dict[str, Any]:
    """PaddleOCR on ONNX Runtime, so that paddlepaddle is not needed, on so many threads."""
    return {
        "device": "cpu",
        "engine": "onnxruntime",
        "engine_config": {"intra_op_num_threads": threads, "inter_op_num_threads": 1},
    }
