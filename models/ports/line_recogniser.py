"""The PP-OCRv6 small recogniser as a torch module, taken value by value from an ONNX file: the one in the `rapidocr`
wheel or one that we exported ourselves.

A file may be narrower inside than the stock one: the hidden units of its channel mixers (the two pointwise convolutions
at the end of each block of the backbone) are as many as its weights say.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import nn

from models.ports.onnx_weights import fold, leaves_in_order, pour, weights_in_order
from models.recognition.prepare import HEIGHT

_WIDENS = "channel_conv1.convolution"


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
        return [Mixer(block) for stage in self.model.backbone.encoder.blocks for block in stage.blocks]


class Mixer:
    """The channel mixer of one block: a pointwise convolution to hidden units, GELU, another one back."""

    def __init__(self, block: nn.Module) -> None:
        self._into, self._back = block.channel_conv1, block.channel_conv2

    @property
    def into(self) -> nn.Conv2d:
        """To the hidden units: weight [hidden, channels, 1, 1]."""
        return self._into.convolution

    @property
    def back(self) -> nn.Conv2d:
        """From the hidden units: weight [channels, hidden, 1, 1]."""
        return self._back.convolution

    @property
    def hidden(self) -> int:
        return int(self.into.out_channels)

    def resize(self, hidden: int) -> None:
        """Give the mixer so many hidden units, with fresh weights."""
        self._into.convolution = nn.Conv2d(self.into.in_channels, hidden, 1)
        self._back.convolution = nn.Conv2d(hidden, self.back.out_channels, 1)


def hidden_in(shapes: Mapping[str, Sequence[int]]) -> list[int]:
    """The hidden units of each block's mixer, from the shapes of a recogniser's parameters by name, in order."""
    return [shape[0] for name, shape in shapes.items() if name.endswith(f"{_WIDENS}.weight")]


def load_recogniser(path: Path) -> LineRecogniser:
    """The recogniser in an ONNX file, the stock one or one of ours; its head has as many classes as the file's, its
    mixers as many hidden units.

    `ValueError` if the graph does not fit the architecture.
    """
    weights = weights_in_order(path)
    model = LineRecogniser(weights[-1].size)
    leaves = leaves_in_order(model, (1, 3, HEIGHT, 64))
    if (hidden := _hidden_of(weights, leaves)) != [mixer.hidden for mixer in model.mixers()]:
        model = LineRecogniser(weights[-1].size, hidden)
        leaves = leaves_in_order(model, (1, 3, HEIGHT, 64))
    model.eval()
    pour(weights, leaves)
    return model


def _hidden_of(weights: Sequence[np.ndarray], leaves: Sequence[tuple[str, nn.Module]]) -> list[int]:
    parts = [(name, leaf, part) for name, leaf in leaves for part in ("weight", "bias")]
    names = [f"{name}.{part}" for name, leaf, part in parts if getattr(leaf, part) is not None]
    return hidden_in({name: weight.shape for name, weight in zip(names, weights, strict=False)})
