"""From the weights of an exported graph to the parameters of the torch module that it was exported from.

Guarantees that every weight of the graph finds its place: count and shapes must agree in order of execution. The
graphs have BatchNorm folded into their convolutions, so the modules have none either: what is trained is exactly
what is exported.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import nn

_LEAVES = nn.Conv2d | nn.ConvTranspose2d | nn.Linear | nn.LayerNorm


class _Folded(nn.Module):  # type: ignore[misc]
    """A convolution with the bias that its folded BatchNorm left, in the place of a transformers conv layer."""

    def __init__(self, old: nn.Conv2d | nn.ConvTranspose2d, activation: nn.Module) -> None:
        super().__init__()
        self.convolution = type(old)(
            old.in_channels, old.out_channels, old.kernel_size, old.stride, old.padding, groups=old.groups, bias=True
        )
        self.activation = activation

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        return self.activation(self.convolution(hidden))


def fold(module: nn.Module) -> None:
    """Replace each convolution with BatchNorm inside `module` by a convolution with a bias."""
    for name, child in module.named_children():
        if hasattr(child, "convolution") and (hasattr(child, "normalization") or hasattr(child, "norm")):
            activation = child.activation if hasattr(child, "activation") else child.act_fn
            setattr(module, name, _Folded(child.convolution, activation))
        else:
            fold(child)


def weights_in_order(path: Path) -> list[np.ndarray]:
    """Weight before bias of each node in order of execution; BatchNorms that were left are folded here."""
    graph = onnx.load(str(path)).graph
    held = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    for node in graph.node:
        if node.op_type == "Constant":
            held[node.output[0]] = numpy_helper.to_array(node.attribute[0].t)
        elif node.op_type == "Identity" and node.input[0] in held:
            held[node.output[0]] = held[node.input[0]]
    found: list[np.ndarray] = []
    for node in graph.node:
        given = [held[name] for name in node.input if name in held]
        mine = [value for value in given if _is_weight(value)]
        if node.op_type in ("Conv", "ConvTranspose"):
            found += given
        elif node.op_type == "MatMul":
            found += [weight.T for weight in mine]
        elif node.op_type in ("Add", "Mul"):
            found += [weight.reshape(-1) for weight in mine]
        elif node.op_type == "LayerNormalization":
            found += mine
        elif node.op_type == "BatchNormalization":
            gain, shift, mean, variance = mine
            epsilon = next(attribute.f for attribute in node.attribute if attribute.name == "epsilon")
            scale = gain / np.sqrt(variance + epsilon)
            found[-1] = found[-1] * scale[:, None, None, None]
            found.append(shift - mean * scale)
    return found


def _is_weight(value: np.ndarray) -> bool:
    """Scalars (halves of GELU, scales of attention) are no weights; a bias of one value has four dimensions."""
    return value.size > 1 or value.ndim == 4


def leaves_in_order(model: nn.Module, shape: Sequence[int]) -> list[tuple[str, nn.Module]]:
    """(name, module) of each convolution, linear and normalising layer, as a forward pass on `shape` runs them."""
    order: list[tuple[str, nn.Module]] = []

    def note(name: str) -> Callable[..., None]:
        return lambda module, *_: order.append((name, module))

    hooks = [m.register_forward_hook(note(name)) for name, m in model.named_modules() if isinstance(m, _LEAVES)]
    with torch.no_grad():
        model(torch.zeros(*shape))
    for hook in hooks:
        hook.remove()
    return order


def pour(weights: Sequence[np.ndarray], leaves: Sequence[tuple[str, nn.Module]]) -> None:
    """Copy `weights` into the parameters of `leaves`, weight before bias. `ValueError` unless all of them fit."""
    parameters = [p for _, leaf in leaves for p in (leaf.weight, leaf.bias) if p is not None]
    if [tuple(p.shape) for p in parameters] != [w.shape for w in weights]:
        raise ValueError("the ONNX graph does not fit the architecture")
    with torch.no_grad():
        for parameter, weight in zip(parameters, weights, strict=True):
            parameter.copy_(torch.from_numpy(np.array(weight)))
