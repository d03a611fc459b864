"""The PP-OCRv6 small recogniser as a torch module, taken value by value from the ONNX file of the `rapidocr` wheel.

Guarantees that every weight of the ONNX graph finds its place (count and shapes must agree, in order of execution)
and that the file is the pinned one. The exported graph has BatchNorm folded into its convolutions, so ours has
none either: what is trained is exactly what is exported.
"""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import nn

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


class _Folded(nn.Module):  # type: ignore[misc]
    """A convolution with the bias that its folded BatchNorm left, in the place of a transformers ConvLayer."""

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        old = layer.convolution
        self.convolution = nn.Conv2d(
            old.in_channels, old.out_channels, old.kernel_size, old.stride, old.padding, groups=old.groups, bias=True
        )
        self.activation = layer.activation

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        return self.activation(self.convolution(hidden))


def _fold(module: nn.Module) -> None:
    for name, child in module.named_children():
        if hasattr(child, "convolution") and hasattr(child, "normalization"):
            setattr(module, name, _Folded(child))
        else:
            _fold(child)


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
        _fold(whole)
        self.model, self.encoder, self.head = whole.model, whole.head.encoder, whole.head.head

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        hidden = self.encoder(self.model(pixels).last_hidden_state).last_hidden_state
        return torch.log_softmax(self.head(hidden).float(), dim=2)


def _weights_in_order(path: Path) -> list[np.ndarray]:
    """Weight before bias of each node in order of execution; the neck's three BatchNorms are folded here."""
    graph = onnx.load(str(path)).graph
    held = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    found: list[np.ndarray] = []
    for node in graph.node:
        mine = [held[name] for name in node.input if name in held and held[name].size > 1]
        if node.op_type == "Conv":
            found += mine
        elif node.op_type == "MatMul":
            found += [weight.T for weight in mine]
        elif node.op_type in ("Add", "Mul"):
            found += [weight.reshape(-1) for weight in mine]
        elif node.op_type == "BatchNormalization":
            gain, shift, mean, variance = mine
            epsilon = next(attribute.f for attribute in node.attribute if attribute.name == "epsilon")
            scale = gain / np.sqrt(variance + epsilon)
            found[-1] = found[-1] * scale[:, None, None, None]
            found.append(shift - mean * scale)
    return found


def _parameters_in_order(model: LineRecogniser) -> list[nn.Parameter]:
    """Weight before bias of each leaf, leaves in the order in which a forward pass runs them."""
    order: list[nn.Parameter] = []
    leaves = [module for module in model.modules() if isinstance(module, nn.Conv2d | nn.Linear | nn.LayerNorm)]

    def note(module: nn.Module, *_: object) -> None:
        order.extend(parameter for parameter in (module.weight, module.bias) if parameter is not None)

    hooks = [leaf.register_forward_hook(note) for leaf in leaves]
    with torch.no_grad():
        model(torch.zeros(1, 3, 48, 64))
    for hook in hooks:
        hook.remove()
    return order


def load_stock(path: Path) -> LineRecogniser:
    """The stock recogniser with its 18,710 classes. `ValueError` if the graph does not fit the architecture."""
    weights = _weights_in_order(path)
    model = LineRecogniser(weights[-1].size)
    model.eval()
    parameters = _parameters_in_order(model)
    if [tuple(p.shape) for p in parameters] != [w.shape for w in weights]:
        raise ValueError("the ONNX graph does not fit the architecture")
    with torch.no_grad():
        for parameter, weight in zip(parameters, weights, strict=True):
            parameter.copy_(torch.from_numpy(np.array(weight)))
    return model


def stock_characters(path: Path) -> list[str]:
    """Characters of the classes of the stock head: blank (empty) first, the space last."""
    held = {entry.key: entry.value for entry in onnx.load(str(path)).metadata_props}
    return ["", *held["character"].splitlines(), " "]
