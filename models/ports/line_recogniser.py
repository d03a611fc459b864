"""The PP-OCRv6 small recogniser as a torch module, taken value by value from an ONNX file: the one in the `rapidocr`
wheel or one that we exported ourselves.

A file may be narrower inside than the stock one: the hidden units of its channel mixers (the two pointwise convolutions
at the end of each block of the backbone) are as many as its weights say.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import nn

from models.ports.mixers import Mixer, hidden_of, mixers_of
from models.ports.onnx_weights import fold, leaves_in_order, pour, weights_in_order
from models.recognition.prepare import HEIGHT


class LineRecogniser(nn.Module):  # type: ignore[misc]
    """Backbone, SVTR neck and a linear head: float32 [n, 3, 48, w] -> log-probabilities [n, w / 8, classes].

    `hidden`: how many hidden units the channel mixer of each block has, in order; as many as in the stock model unless
    told. `ValueError` when these are not as many numbers as there are blocks.
    """

    def __init__(self, classes: int, hidden: Sequence[int] = ()) -> None:
        super().__init__()
        os.environ.setdefault("TRANSFORMERS_OFFLINE", "1")
        from transformers.models.pp_ocrv6_small_rec.configuration_pp_ocrv6_small_rec import PPOCRV6SmallRecConfig
        from transformers.models.pp_ocrv6_small_rec.modeling_pp_ocrv6_small_rec import (
            PPOCRV6SmallRecForTextRecognition,
        )

        whole = PPOCRV6SmallRecForTextRecognition(PPOCRV6SmallRecConfig(head_out_channels=classes))
        fold(whole)
        self.model, self.encoder, self.head = whole.model, whole.head.encoder, whole.head.head
        if hidden:
            for mixer, units in zip(self.mixers(), hidden, strict=True):
                mixer.resize(units)

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        hidden = self.encoder(self.model(pixels).last_hidden_state).last_hidden_state
        return torch.log_softmax(self.head(hidden).float(), dim=2)

    def mixers(self) -> list[Mixer]:
        """The channel mixers of the backbone's blocks, in order."""
        return mixers_of(self.model.backbone)


def load_recogniser(path: Path) -> LineRecogniser:
    """The recogniser in an ONNX file, the stock one or one of ours; its head has as many classes as the file's, its
    mixers as many hidden units.

    `ValueError` if the graph does not fit the architecture.
    """
    weights = weights_in_order(path)
    model = LineRecogniser(weights[-1].size)
    leaves = leaves_in_order(model, (1, 3, HEIGHT, 64))
    if (hidden := hidden_of(weights, leaves)) != [mixer.hidden for mixer in model.mixers()]:
        model = LineRecogniser(weights[-1].size, hidden)
        leaves = leaves_in_order(model, (1, 3, HEIGHT, 64))
    model.eval()
    pour(weights, leaves)
    return model
