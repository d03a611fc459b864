"""Stock PP-OCRv6 small through `rapidocr`, as it comes; and its detector, whose crops other recognisers read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.readers.reading import Given, Piece, Reading, piece, versions, whole


def open_reader(given: Given) -> Reading:
    """The whole of rapidocr with its own settings."""
    engine = _engine(given)

    def read(path: Path) -> list[Piece]:
        found = engine(str(path))
        if found.txts is None:
            return []
        return [piece(text, box, score) for text, box, score in zip(found.txts, found.boxes, found.scores, strict=True)]

    def read_line(path: Path) -> list[Piece]:
        found = engine(str(path), use_det=False, use_cls=False, use_rec=True)
        return whole(found.txts[0], found.scores[0]) if found.txts else []

    return Reading(read_line if given.one_line else read, f"PP-OCRv6 small, {versions('rapidocr', 'onnxruntime')}")


def detecting(given: Given) -> Callable[[Path], list[tuple[Any, Any]]]:
    """A function: file of a page -> (corners, upright BGR crop) of each line that PP-OCRv6 finds."""
    import cv2
    from rapidocr.utils.process_img import get_rotate_crop_image

    engine = _engine(given)

    def find(path: Path) -> list[tuple[Any, Any]]:
        image = cv2.imread(str(path))
        found = engine(image, use_det=True, use_cls=False, use_rec=False)
        if found.boxes is None:
            return []
        return [(box, get_rotate_crop_image(image, box.astype("float32"))) for box in found.boxes]

    return find


def _engine(given: Given) -> Any:
    from rapidocr import RapidOCR

    threads = {"intra_op_num_threads": given.threads, "inter_op_num_threads": 1}
    settings = {f"EngineConfig.onnxruntime.{name}": value for name, value in threads.items()}
    return RapidOCR(params={"Global.log_level": "warning", **settings})
