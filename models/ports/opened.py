"""Which port a file belongs to, and the module that gives what its graph gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import onnx
import torch
from torch import nn

from models.ports.line_detector import load_detector
from models.ports.line_recogniser import load_recogniser


class NotPorted(ValueError):
    """The file holds a network of another architecture than those that are ported."""


class _Output(nn.Module):  # type: ignore[misc]
    """A port with the last step of the exported graph: chances instead of logits or their logarithms."""

    def __init__(self, inner: nn.Module, last: Callable[[torch.Tensor], torch.Tensor]) -> None:
        super().__init__()
        self.inner, self._last = inner, last

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        return self._last(self.inner(pixels).float())


@dataclass(frozen=True, slots=True)
class Ported:
    """`module` takes and gives what the graph does; `metadata` is the file's."""

    module: nn.Module
    metadata: Mapping[str, str]


def open_ported(path: Path) -> Ported:
    """The network in `path` as a torch module in evaluation mode. `NotPorted` when no port fits it."""
    model = onnx.load(str(path))
    metadata = {entry.key: entry.value for entry in model.metadata_props}
    rank = len(model.graph.output[0].type.tensor_type.shape.dim)
    try:
        # Chances of signs over time [n, t, classes], or of text over a page [n, 1, h, w].
        if rank == 3:
            return Ported(_Output(load_recogniser(path), torch.exp).eval(), metadata)
        if rank == 4:
            return Ported(_Output(load_detector(path), torch.sigmoid).eval(), metadata)
    except (ValueError, IndexError) as error:
        raise NotPorted(f"{path.name}: {error}") from error
    raise NotPorted(f"{path.name}: no port gives an output of {rank} dimensions")
