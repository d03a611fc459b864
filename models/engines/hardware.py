"""What a network may use, and which runtime is chosen for it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from config.settings import Engine
from dossiers.errors import HosoError
from models.weights import registry


class EngineMissing(HosoError):
    """An engine was chosen whose packages are not installed; `detail` names the package."""

    code = "models.engine_missing"
    vi = "Bộ chạy mô hình được chọn chưa được cài đặt. Hãy cài theo docs/engines.md hoặc đặt `pool.engine: auto`."
    en = "The chosen engine is not installed. Install it as docs/engines.md says, or set `pool.engine: auto`."


_CUDA = "CUDAExecutionProvider"


@dataclass(frozen=True, slots=True)
class Hardware:
    """`threads` of one call; `calls` that run side by side (each on so many threads); `gpu` asks for CUDA and falls
    back to the CPU where there is none; `engine` names the runtime, or leaves the choice to `choose`."""

    threads: int = 2
    gpu: bool = False
    calls: int = 1
    engine: Engine = "auto"


@cache
def has_openvino() -> bool:
    """Whether OpenVINO is installed."""
    return find_spec("openvino") is not None


@cache
def cpu_has_bfloat16() -> bool:
    """Whether OpenVINO is installed and this CPU multiplies bfloat16 in hardware (AVX-512 BF16 or AMX)."""
    if not has_openvino():
        return False
    import openvino

    return "BF16" in openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")


@cache
def cpu_has_integers() -> bool:
    """Whether this CPU multiplies and adds eight-bit integers in one step (AVX-512 VNNI, since 2019; every CPU with
    bfloat16 does). Others need three, one of which may overflow."""
    about = Path("/proc/cpuinfo")
    return cpu_has_bfloat16() or (about.is_file() and " avx512_vnni " in about.read_text(encoding="utf-8"))


@cache
def has_cuda() -> bool:
    """Whether ONNX Runtime can use a CUDA device: one built for CUDA says so, but takes the CPU, without a word, where
    the device or a library of it is missing. So the smallest network is opened on it."""
    import onnxruntime

    if _CUDA not in onnxruntime.get_available_providers():
        return False
    session = onnxruntime.InferenceSession(str(registry()["orienter"].path()), providers=[_CUDA])
    return _CUDA in session.get_providers()


@cache
def torch_sees_cuda() -> bool:
    """Whether torch and what its ports need (extra `torch`) are installed, and torch sees a CUDA device."""
    if any(find_spec(package) is None for package in ("torch", "transformers", "onnx")):
        return False
    import torch

    return bool(torch.cuda.is_available())


def choose(hardware: Hardware, *, few_sizes: bool = False) -> Engine:
    """The runtime that `open_network` takes: the one that is named; else, when a GPU is lent, CUDA through ONNX Runtime
    or, where that has none, through torch; OpenVINO where the CPU multiplies eight-bit integers, and on every CPU for a
    network whose inputs have `few_sizes` (three times as fast; `docs/engines.md`); else ONNX Runtime."""
    if hardware.engine != "auto":
        return hardware.engine
    if hardware.gpu and has_cuda():
        return "onnxruntime"
    if hardware.gpu and torch_sees_cuda():
        return "torch"
    return "openvino" if has_openvino() and (few_sizes or cpu_has_integers()) else "onnxruntime"
