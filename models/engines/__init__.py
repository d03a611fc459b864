"""The one place that opens a network. Nothing else in the house knows a runtime.

Guarantees that the GPU is used only when the settings lend one and a runtime has it, that threads are what the
settings say, and that a file that no runtime can load is a `WeightsRejected`.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from config.settings import Engine
from models.engines.hardware import EngineMissing, Hardware, choose
from models.engines.network import Network

__all__ = ["Engine", "EngineMissing", "Hardware", "Network", "choose", "open_network"]


def open_network(path: Path, hardware: Hardware, *, few_sizes: bool = False) -> Network:
    """The network in `path`, whose checksum the caller has verified, on the runtime that fits `hardware`.

    `few_sizes`: its inputs have the sizes of a few papers, so that a runtime may prepare each by itself.
    """
    engine = choose(hardware, few_sizes=few_sizes)
    if engine == "openvino":
        from models.engines.openvino import OpenVinoNetwork

        return OpenVinoNetwork(path, hardware, few_sizes=few_sizes)
    if engine == "torch":
        try:
            from models.engines.torch_network import NotPorted, TorchNetwork
        except ImportError as error:
            raise EngineMissing(f"torch: {error}") from error
        # Small networks that are not ported, the orienter, stay on ONNX Runtime.
        with suppress(NotPorted):
            return TorchNetwork(path, hardware)
    from models.engines.onnx_runtime import OnnxRuntimeNetwork

    return OnnxRuntimeNetwork(path, hardware)
