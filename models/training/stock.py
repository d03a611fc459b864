"""The PP-OCRv6 small recogniser as a torch module, taken value by value from an ONNX file: the one in the `rapidocr`
wheel, whose bytes are pinned, or one that we exported ourselves.
"""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

import onnx
import torch
from torch import nn

from models.recognition.prepare import HEIGHT
from models.training.onnx_weights import fold, leaves_in_order, pour, weights_in_order
from models.weights import check_sha256

STOCK_SHA256 = "6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884"
STRIDE = 8
"""Pixels of width behind one time step of the output."""


def stock_path() -> Path:
    """Where the installed `rapidocr` keeps the file; the package is not imported. `FileNotFoundError` without it."""
    spec = importlib.util.find_spec("rapidocr")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("training starts from the weights in the wheel rapidocr: pip install '.[train]'")
    path = Path(spec.origin).parent / "models" / "PP-OCRv6_rec_small.onnx"
    check_sha256(path, STOCK_SHA256)
    return path


class LineRecogniser(nn.Module):  # type: ignore[misc]
    """Backbone, SVTR neck and a linear head: float32 [n, 3, 48, w] -> log-probabilities [n, w / 8, classes]."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        os.environ.setdefault("TRANSFORMERS_OFFLINE", "1")
        from transformers.models.pp_ocrv6_small_rec.configuration_pp_ocrv6_small_rec import PPOCRV6SmallRecConfig
        from transformers.models.pp_ocrv6_small_rec.modeling_pp_ocrv6_small_rec import (
            PPOCRV6SmallRecForTextRecognition,
        )

        whole = PPOCRV6SmallRecForTextRecognition(PPOCRV6SmallRecConfig(head_out_channels=classes))
        fold(whole)
        self.model, self.encoder, self.head = whole.model, whole.head.encoder, whole.head.head

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        hidden = self.encoder(self.model(pixels).last_hidden_state).last_hidden_state
        return torch.log_softmax(self.head(hidden).float(), dim=2)


def load_onnx(path: Path) -> LineRecogniser:
    """The recogniser in an ONNX file, the stock one or one of ours; its head has as many classes as the file's.

    `ValueError` if the graph does not fit the architecture.
    """
    weights = weights_in_order(path)
    model = LineRecogniser(weights[-1].size).eval()
    pour(weights, leaves_in_order(model, (1, 3, HEIGHT, 64)))
    return model


def stock_characters(path: Path) -> list[str]:
    """Characters of the classes of the stock head: blank (empty) first, the space last."""
    held = {entry.key: entry.value for entry in onnx.load(str(path)).metadata_props}
    return ["", *held["character"].splitlines(), " "]
