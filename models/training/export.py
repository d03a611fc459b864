"""From a checkpoint to the ONNX file that is run.

Guarantees that the file takes any number of lines of any width that is a multiple of 8, that its probabilities agree
with torch to 1e-4 at several shapes, and that it carries its charset and how it was trained.

    python -m models.training.export --config config/training/recogniser.yaml --out runs/recogniser/recogniser.onnx
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import torch
from torch import nn

from models.charset import CHARSET
from models.training.recogniser import RecogniserTraining, build, read_config

TOLERANCE = 1e-4
_CHECKED_SHAPES = ((1, 64), (3, 320), (2, 1088))


class _Probabilities(nn.Module):  # type: ignore[misc]
    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.inner = model

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        return torch.exp(self.inner(pixels))


def export(config: RecogniserTraining, out: Path) -> int:
    """Write the moving average of the run in `config.run` to `out`; the number of lines it has seen."""
    held = torch.load(config.run / "checkpoint.pt", weights_only=True)
    model = build(config)
    model.load_state_dict(held["average"])
    whole = _Probabilities(model.to(memory_format=torch.contiguous_format)).eval()
    out.parent.mkdir(parents=True, exist_ok=True)
    torch.onnx.export(
        whole, (torch.zeros(2, 3, 48, 320),), str(out), input_names=["pixels"], output_names=["probabilities"],
        dynamic_axes={"pixels": {0: "lines", 3: "width"}, "probabilities": {0: "lines", 1: "steps"}},
        opset_version=17, dynamo=False,
    )  # fmt: skip
    graph = onnx.load(str(out))
    seen = int(held["at"][1])
    notes = {"charset": json.dumps(list(CHARSET), ensure_ascii=False), "lines": str(seen), "seed": str(config.seed)}
    for key, value in notes.items():
        entry = graph.metadata_props.add()
        entry.key, entry.value = key, value
    onnx.save(graph, str(out))
    _check(whole, out)
    return seen


def _check(whole: nn.Module, out: Path) -> None:
    session = ort.InferenceSession(str(out), providers=["CPUExecutionProvider"])
    for lines, width in _CHECKED_SHAPES:
        pixels = np.random.default_rng(width).uniform(-1, 1, (lines, 3, 48, width)).astype(np.float32)
        with torch.no_grad():
            expected = whole(torch.from_numpy(pixels)).numpy()
        found = session.run(None, {"pixels": pixels})[0]
        if found.shape != expected.shape or float(abs(found - expected).max()) > TOLERANCE:
            raise ValueError(f"ONNX and torch disagree at {lines} x {width}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--config", type=Path, default=Path("config/training/recogniser.yaml"))
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    export(read_config(arguments.config), arguments.out)
