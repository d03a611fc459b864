"""Measures between which values the inputs of a recogniser's pointwise convolutions lie, and writes it into its file.

    python -m models.training.recogniser.ranges --model runs/recogniser/recogniser.onnx

With these ranges `models.engines.eight_bits` computes those convolutions with integers. Each end is the mean,
over drawn lines, of the extreme of the line: one strange line does not make the steps coarse for all.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
from numpy.typing import NDArray

from models.recognition.prepare import bucket_width, narrowed_in, scale_to_height, to_pixels
from models.synthesis.lines import sample_line
from models.training.notes import write_notes

SEED = 828_282
LINES = 200
LEAST_CHANNELS = 64
"""Pointwise convolutions of fewer channels take too little time to be worth a rounding."""


def pointwise(graph: onnx.ModelProto) -> dict[str, str]:
    """Node name -> name of the input tensor, of each 1 x 1 convolution in the backbone that is wide enough."""
    shapes = {weights.name: tuple(weights.dims) for weights in graph.graph.initializer}
    return {
        node.name: node.input[0]
        for node in graph.graph.node
        if node.op_type == "Conv"
        and "/backbone/" in node.name
        and shapes[node.input[1]][2:] == (1, 1)
        and min(shapes[node.input[1]][:2]) >= LEAST_CHANNELS
    }


def measured(path: Path, lines: Sequence[NDArray[np.float32]]) -> dict[str, tuple[float, float]]:
    """The mean least and greatest input of each pointwise convolution over `lines`, each float32 [1, 3, 48, w].

    Inputs pooled to one place (squeeze and excitation) are left out: they are no work.
    """
    graph = onnx.load(str(path))
    inputs = pointwise(graph)
    tensors = sorted(set(inputs.values()))
    graph.graph.output.extend(onnx.helper.make_empty_tensor_value_info(name) for name in tensors)
    session = ort.InferenceSession(graph.SerializeToString(), providers=["CPUExecutionProvider"])
    ends: dict[str, list[tuple[float, float]]] = {name: [] for name in tensors}
    for pixels in lines:
        for name, values in zip(tensors, session.run(tensors, {"pixels": pixels}), strict=True):
            if values.shape[2] * values.shape[3] > 1:
                ends[name].append((float(values.min()), float(values.max())))
    means = {name: np.mean(found, axis=0) for name, found in ends.items() if found}
    return {
        node: (round(float(means[tensor][0]), 5), round(float(means[tensor][1]), 5))
        for node, tensor in inputs.items()
        if tensor in means
    }


def measure(path: Path, lines: int = LINES) -> str:
    """Measure on `lines` drawn lines and write the ranges into the file at `path`; what was written."""
    told = onnx.load(str(path), load_external_data=False).metadata_props
    narrowed = narrowed_in({entry.key: entry.value for entry in told})
    crops = (scale_to_height(sample_line(SEED, number)[0], narrowed) for number in range(lines))
    drawn = [to_pixels(crop, bucket_width(crop.shape[1]))[None] for crop in crops]
    note = json.dumps(measured(path, drawn))
    write_notes(path, {"ranges": note})
    return note


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--lines", type=int, default=LINES)
    arguments = parser.parse_args()
    measure(arguments.model, arguments.lines)
