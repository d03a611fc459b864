"""The one place that opens an ONNX Runtime session.

Guarantees that the GPU is used only when the settings lend one and the runtime has it, that threads are what the
settings say, and that a file that the runtime cannot load is a `WeightsRejected`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import onnxruntime as ort

from models.weights import WeightsRejected


@dataclass(frozen=True, slots=True)
class Hardware:
    """`threads` of the CPU engine; `gpu` asks for CUDA and falls back to the CPU where there is none."""

    threads: int = 2
    gpu: bool = False


def open_session(path: Path, hardware: Hardware) -> ort.InferenceSession:
    """A session on `path`, whose checksum the caller has verified."""
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
        return ort.InferenceSession(str(path), options, providers=providers)
    except Exception as error:
        raise WeightsRejected(f"{path.name} cannot be loaded: {type(error).__name__}") from error


def runs_on_gpu(session: ort.InferenceSession) -> bool:
    """Whether CUDA runs this session."""
    return "CUDAExecutionProvider" in session.get_providers()
