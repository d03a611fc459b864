"""Networks on OpenVINO: bfloat16 on CPUs that have it, float32 on others. Where the CPU multiplies eight-bit integers,
faster than either, a file that carries ranges is computed so where it says (`eight_bits`).

A call has a request of its own, taken from a shelf, so that calls from several threads never share one. A network whose
inputs have few sizes, a page detector, is compiled for each of them: that takes a sixth less time than a graph of any
size, and a third of the memory, because the compiler then knows which buffers can share their place. Lines come in many
widths: one graph serves all.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

import numpy as np
import openvino as ov
from numpy.typing import NDArray

from models.engines.deconvolutions import as_pointwise
from models.engines.eight_bits import ranged, ranges_from, round_to_eight_bits
from models.engines.hardware import Hardware, cpu_has_bfloat16, cpu_has_integers
from models.engines.pads import fold_pads
from models.weights import WeightsRejected

SIZES_KEPT = 3
"""Graphs kept of a network with few sizes; the one longest unused goes first. One takes about 0.2 s to make."""

Shape = tuple[int, ...]


class OpenVinoNetwork:
    """A `Network`."""

    on_gpu = False

    def __init__(self, path: Path, hardware: Hardware, *, few_sizes: bool = False) -> None:
        precision = "bf16" if cpu_has_bfloat16() else "f32"
        self._core = ov.Core()
        self._options = {
            "INFERENCE_NUM_THREADS": hardware.threads * hardware.calls,
            "NUM_STREAMS": hardware.calls,
            "INFERENCE_PRECISION_HINT": precision,
            # Threads that are tied to cores would fight with those of other processes of this machine.
            "ENABLE_CPU_PINNING": False,
        }
        self._graphs: OrderedDict[Shape, _Graph] = OrderedDict()
        self._choosing = threading.Lock()
        try:
            self._model = self._core.read_model(path)
            self.metadata: Mapping[str, str] = _metadata(self._model)
            fold_pads(self._model)
            ranges = ranges_from(self.metadata)
            convolutions = ranged(self._model, ranges)  # a file that does not fit is refused on every CPU
            as_pointwise(self._model)
            rounded = bool(ranges) and cpu_has_integers()
            if rounded:
                round_to_eight_bits(convolutions, ranges, any_size=not few_sizes)
            self._any_size = None if few_sizes else _Graph(self._core.compile_model(self._model, "CPU", self._options))
        except Exception as error:
            raise WeightsRejected(f"{path.name} cannot be loaded: {type(error).__name__}") from error
        self.engine = f"openvino {precision}{' int8' if rounded else ''}"

    def run(self, pixels: NDArray[np.float32]) -> NDArray[np.float32]:
        return (self._any_size or self._of_size(pixels.shape)).run(pixels)

    def _of_size(self, shape: Shape) -> _Graph:
        with self._choosing:
            if shape not in self._graphs:
                model = self._model.clone()
                model.reshape(list(shape))
                self._graphs[shape] = _Graph(self._core.compile_model(model, "CPU", self._options))
            self._graphs.move_to_end(shape)
            while len(self._graphs) > SIZES_KEPT:
                self._graphs.popitem(last=False)
            return self._graphs[shape]


class _Graph:
    """A compiled graph with its shelf of requests."""

    def __init__(self, compiled: Any) -> None:
        self._compiled = compiled
        self._shelf: SimpleQueue[Any] = SimpleQueue()

    def run(self, pixels: NDArray[np.float32]) -> NDArray[np.float32]:
        try:
            request = self._shelf.get_nowait()
        except Empty:
            request = self._compiled.create_infer_request()
        try:
            # The output lives in the request: it is copied before the request goes back.
            return np.array(request.infer([pixels], share_inputs=True)[0], dtype=np.float32)
        finally:
            self._shelf.put(request)


def _metadata(model: Any) -> dict[str, str]:
    """The ONNX file's metadata properties, which OpenVINO keeps under `framework`."""
    info = model.get_rt_info()
    held = dict(info["framework"].items()) if "framework" in info else {}
    return {str(key): str(value.value) for key, value in held.items()}
