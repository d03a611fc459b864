"""Networks on torch: bfloat16 with CUDA graphs on a GPU, float32 on the CPU (there only to compare with).

Guarantees that a result does not depend on what ran before or beside it: the GPU runs one call at a time, each in
buffers of its own shape. A shape that comes is captured once as a CUDA graph and replayed afterwards, because a page
is a few hundred small kernels whose launching costs more than their arithmetic; shapes beyond `GRAPHS` run without.
`torch.compile` is not used: it compiles for minutes at the start, and no GPU was there to show that it pays.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from models.engines.hardware import Hardware
from models.ports.opened import NotPorted, open_ported
from models.weights import WeightsRejected

__all__ = ["NotPorted", "TorchNetwork"]

GRAPHS = 64
"""Shapes kept as CUDA graphs: 48 widths of lines and the usual papers."""
_WARM_UP = 3  # runs before a capture, as torch's documentation asks

Run = Callable[[torch.Tensor], torch.Tensor]


class TorchNetwork:
    """A `Network`. Raises `NotPorted` for architectures that are not ported, `WeightsRejected` for unreadable files."""

    def __init__(self, path: Path, hardware: Hardware) -> None:
        try:
            ported = open_ported(path)
        except NotPorted:
            raise
        except Exception as error:
            raise WeightsRejected(f"{path.name} cannot be loaded: {type(error).__name__}") from error
        self.metadata: Mapping[str, str] = ported.metadata
        self.on_gpu = hardware.gpu and torch.cuda.is_available()
        self.engine = "torch bf16 cuda" if self.on_gpu else "torch f32"
        self._device = torch.device("cuda" if self.on_gpu else "cpu")
        self._module = ported.module.to(self._device)
        self._graphs: dict[tuple[int, ...], Run] = {}
        # One pool for the activations of all graphs: one replays at a time, and what it gave is copied before the next.
        self._pool = torch.cuda.graph_pool_handle() if self.on_gpu else None
        self._one_at_a_time = threading.Lock()
        if not self.on_gpu:
            torch.set_num_threads(hardware.threads)

    def run(self, pixels: NDArray[np.float32]) -> NDArray[np.float32]:
        given = torch.from_numpy(np.ascontiguousarray(pixels))
        if not self.on_gpu:
            with torch.inference_mode():
                return np.asarray(self._module(given).numpy(), dtype=np.float32)
        with self._one_at_a_time, torch.inference_mode():
            found = self._prepared(tuple(given.shape))(given.pin_memory())
            return np.asarray(found.cpu().numpy(), dtype=np.float32)

    def _prepared(self, shape: tuple[int, ...]) -> Run:
        if shape not in self._graphs and len(self._graphs) < GRAPHS:
            self._graphs[shape] = self._captured(shape)
        return self._graphs.get(shape, self._eager)

    def _eager(self, pixels: torch.Tensor) -> torch.Tensor:
        with torch.autocast("cuda", torch.bfloat16):
            return self._module(pixels.to(self._device, non_blocking=True))

    def _captured(self, shape: tuple[int, ...]) -> Run:
        """The network for one shape: pixels are copied in, the graph replays, its output is read before the next."""
        taken = torch.zeros(shape, device=self._device)
        aside = torch.cuda.Stream()
        aside.wait_stream(torch.cuda.current_stream())
        # The cache of casted weights must not live across a capture.
        casts = torch.autocast("cuda", torch.bfloat16, cache_enabled=False)
        with torch.cuda.stream(aside), casts:
            for _ in range(_WARM_UP):
                self._module(taken)
        torch.cuda.current_stream().wait_stream(aside)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph, pool=self._pool), casts:
            given = self._module(taken)

        def replay(pixels: torch.Tensor) -> torch.Tensor:
            taken.copy_(pixels, non_blocking=True)
            graph.replay()
            return given

        return replay
