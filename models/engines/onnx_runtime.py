"""Networks on ONNX Runtime: float32 on the CPU, the reference; CUDA where a GPU is lent."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from models.engines.hardware import Hardware
from models.weights import WeightsRejected


class OnnxRuntimeNetwork:
    """A `Network`."""

    def __init__(self, path: Path, hardware: Hardware) -> None:
        options = ort.SessionOptions()
        options.intra_op_num_threads = hardware.threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        # Spinning threads would take the cores that other processes of the same machine need.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        # Widths differ from line to line: an arena would keep a block for each and never give memory back.
        options.enable_cpu_mem_arena = False
        wanted = ["CUDAExecutionProvider", "CPUExecutionProvider"] if hardware.gpu else ["CPUExecutionProvider"]
        providers = [name for name in wanted if name in ort.get_available_providers()]
        try:
            self._session = ort.InferenceSession(str(path), options, providers=providers)
        except Exception as error:
            raise WeightsRejected(f"{path.name} cannot be loaded: {type(error).__name__}") from error
        self._input = self._session.get_inputs()[0].name
        self.on_gpu = "CUDAExecutionProvider" in self._session.get_providers()
        self.engine = "onnxruntime cuda" if self.on_gpu else "onnxruntime f32"
        self.metadata: Mapping[str, str] = dict(self._session.get_modelmeta().custom_metadata_map)

    def run(self, pixels: NDArray[np.float32]) -> NDArray[np.float32]:
        (found,) = self._session.run(None, {self._input: pixels})
        return np.asarray(found, dtype=np.float32)
