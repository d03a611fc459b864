"""The PP-OCRv6 small detector as a torch module, taken value by value from its ONNX file.

A file may be narrower inside than the stock one (`mixers`). The exported graph keeps the head for text chances alone;
the threshold head of training (Liao et al., 2020) is not in it, so neither is it here.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import nn

from models.ports.mixers import Mixer, hidden_of, mixers_of
from models.ports.onnx_weights import fold, leaves_in_order, pour, weights_in_order

MULTIPLE = 32
"""Height and width of the input are multiples of this."""
# (kernel, in, out, stride, squeeze and excitation) of each block, as read from the graph: transformers' defaults
# are another size of the same backbone.
_STAGES = [
    [[3, 48, 48, 1, True], [3, 48, 48, 1, False]],
    [[3, 48, 96, 2, False], [3, 96, 96, 1, True], [3, 96, 96, 1, False]],
    [[3, 96, 192, 2, False], [3, 192, 192, 1, True], [3, 192, 192, 1, False], [3, 192, 192, 1, True],
     [3, 192, 192, 1, False]],
    [[3, 192, 384, 2, False], [3, 384, 384, 1, True], [3, 384, 384, 1, False]],
]  # fmt: skip
_WIDTHS = (48, 96, 192, 384)
_SMALL = (1, 3, 2 * MULTIPLE, 2 * MULTIPLE)


class LineDetector(nn.Module):  # type: ignore[misc]
    """float32 [n, 3, h, w] in -1..1 -> chance of the core of a line, [n, 1, h, w], before the sigmoid.

    `forward` gives logits, so that the loss is stable; `chances` is what is exported. `hidden`: how many hidden units
    the channel mixer of each block has, in order; as many as in the stock model unless told. `ValueError` when these
    are not as many numbers as there are blocks."""

    def __init__(self, hidden: Sequence[int] = ()) -> None:
        super().__init__()
        os.environ.setdefault("TRANSFORMERS_OFFLINE", "1")
        from transformers.models.pp_lcnet_v4.configuration_pp_lcnet_v4 import PPLCNetV4Config
        from transformers.models.pp_ocrv6_small_det.configuration_pp_ocrv6_small_det import PPOCRV6SmallDetConfig
        from transformers.models.pp_ocrv6_small_det.modeling_pp_ocrv6_small_det import (
            PPOCRV6SmallDetForObjectDetection,
        )

        names = ["stage1", "stage2", "stage3", "stage4"]
        backbone = PPLCNetV4Config(stem_channels=[3, 24, 48], block_configs=_STAGES, out_features=names)
        settings = PPOCRV6SmallDetConfig(backbone_config=backbone, layer_list_out_channels=list(_WIDTHS))
        whole = PPOCRV6SmallDetForObjectDetection(settings)
        fold(whole)
        self.model, self.head = whole.model, whole.head
        if hidden:
            for mixer, units in zip(self.mixers(), hidden, strict=True):
                mixer.resize(units)

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        hidden = self.model(pixels).last_hidden_state
        return self.head.conv_final(self.head.conv_up(self.head.conv_down(hidden)))

    def mixers(self) -> list[Mixer]:
        """The channel mixers of the backbone's blocks, in order."""
        return mixers_of(self.model.backbone)

    def chances(self, pixels: torch.Tensor) -> torch.Tensor:
        """float32 [n, 1, h, w] in 0..1, as the exported graph gives them."""
        return torch.sigmoid(self(pixels).float())


def _as_exported(name: str) -> tuple[int, int]:
    """Rank in the stock file, which was not exported from transformers: it runs the neck from the coarsest map to the
    finest, transformers the other way."""
    parts = name.split(".")
    if "insert_conv" in parts:
        return 1, -int(parts[parts.index("insert_conv") + 1])
    if "input_conv" in parts:
        return 2, -int(parts[parts.index("input_conv") + 1])
    return (3, 0) if parts[0] == "head" else (0, 0)


def load_detector(path: Path) -> LineDetector:
    """The detector in an ONNX file, the stock one or one of ours. `ValueError` if it is of another architecture."""
    weights = weights_in_order(path)
    model = LineDetector()
    if (hidden := hidden_of(weights, leaves_in_order(model, _SMALL))) != [mixer.hidden for mixer in model.mixers()]:
        model = LineDetector(hidden)
    model.eval()
    leaves = leaves_in_order(model, _SMALL)
    try:
        pour(weights, leaves)
    except ValueError:
        pour(weights, sorted(leaves, key=lambda leaf: _as_exported(leaf[0])))
    return model
