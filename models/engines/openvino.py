"""Networks on OpenVINO: bfloat16 on CPUs that have it, float32 on others. Every CPU with bfloat16 also multiplies
eight-bit integers at twice its speed: a file that carries ranges is computed so where it says (`eight_bits`).

A call has a request of its own, taken from a shelf, so that calls from several threads never share one. What the
compiler prepared for a shape is kept: the widths of lines are buckets, so there are few.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

import numpy as np
import openvino as ov
from numpy.typing import NDArray

from models.engines.eight_bits import ranges_from, round_to_eight_bits
from models.engines.hardware import Hardware, cpu_has_bfloat16
from models.weights import WeightsRejected


class OpenVinoNetwork:
    """A `Network`."""

    on_gpu = False

    def __init__(self, path: Path, hardware: Hardware) -> None:
        precision = "bf16" if cpu_has_bfloat16() else "f32"
        core = ov.Core()
        try:
            model = core.read_model(path)
            self.metadata: Mapping[str, str] = _metadata(model)
            ranges = ranges_from(self.metadata) if precision == "bf16" else {}
            round_to_eight_bits(model, ranges)
            self._compiled = core.compile_model(
                model,
                "CPU",
                {
                    "INFERENCE_NUM_THREADS": hardware.threads * hardware.calls,
                    "NUM_STREAMS": hardware.calls,
                    "INFERENCE_PRECISION_HINT": precision,
                    # Threads that are tied to cores would fight with those of other processes of this machine.
                    "ENABLE_CPU_PINNING": False,
                },
            )
        except Exception as error:
            raise WeightsRejected(f"{path.name} cannot be loaded: {type(error).__name__}") from error
        self.engine = f"openvino {precision}{' int8' if ranges else ''}"
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
