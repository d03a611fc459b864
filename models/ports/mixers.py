"""The channel mixers of PP-OCRv6's backbones: the two pointwise convolutions at the end of each block.

A file may be narrower inside than the stock one: a mixer has as many hidden units as its weights say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from torch import nn

_WIDENS = "channel_conv1.convolution.weight"


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


def mixers_of(backbone: nn.Module) -> list[Mixer]:
    """Those of a backbone's blocks, in order."""
    return [Mixer(block) for stage in backbone.encoder.blocks for block in stage.blocks]


def hidden_in(shapes: Mapping[str, Sequence[int]]) -> list[int]:
    """The hidden units of each mixer, from the shapes of a network's parameters by name, in order."""
    return [shape[0] for name, shape in shapes.items() if name.endswith(_WIDENS)]


def hidden_of(weights: Sequence[np.ndarray], leaves: Sequence[tuple[str, nn.Module]]) -> list[int]:
    """The same for an ONNX file, from its `weights` and the `leaves` that take them, both in the order of its graph."""
    parts = [(name, leaf, part) for name, leaf in leaves for part in ("weight", "bias")]
    names = [f"{name}.{part}" for name, leaf, part in parts if getattr(leaf, part) is not None]
    return hidden_in({name: weight.shape for name, weight in zip(names, weights, strict=False)})
