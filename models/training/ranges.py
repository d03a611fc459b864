"""Measures between which values the inputs of a network's convolutions lie, and writes it into its file.

    python -m models.training.ranges --model runs/recogniser/recogniser.onnx

With these ranges `models.engines.eight_bits` computes those convolutions with integers. Each end is the mean,
over drawn lines or pages, of the extreme of one: a strange line does not make the steps coarse for all.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
from numpy.typing import NDArray

from models.detection.detector import page_pixels
from models.narrowed import narrowed_in
from models.recognition.prepare import bucket_width, scale_to_height, to_pixels
from models.synthesis.lines import sample_line
from models.training.detector.pages import drawn_page
from models.training.notes import write_notes

SEED = 828_282
LINES, PAGES = 200, 12
LEAST_CHANNELS = 12
"""Convolutions of fewer channels, in or out, take too little time to be worth a rounding."""

Pixels = NDArray[np.float32]


def convolutions(graph: onnx.ModelProto) -> dict[str, str]:
    """Node name -> name of the input tensor, of each convolution that mixes enough channels.

    Left alone is the first, which sees the picture itself: rounding it changes more of a line's chances than rounding
    all others does. In a detector also every other one that halves the page: there an edge of a line falls into
    one pixel or the next, and rounding the second moved whole edges of clean print.
    """
    shapes = {weights.name: tuple(weights.dims) for weights in graph.graph.initializer}
    for node in graph.graph.node:
        if node.op_type == "Constant":
            shapes[node.output[0]] = tuple(node.attribute[0].t.dims)
    mixing = [node for node in graph.graph.node if node.op_type == "Conv"][1:]
    if not _of_lines(graph):
        mixing = [node for node in mixing if not _halves(node)]
    return {node.name: node.input[0] for node in mixing if min(shapes[node.input[1]][:2]) >= LEAST_CHANNELS}


def _of_lines(graph: onnx.ModelProto) -> bool:
    return any(entry.key == "charset" for entry in graph.metadata_props)


def _halves(node: onnx.NodeProto) -> bool:
    return any(told.name == "strides" and max(told.ints) > 1 for told in node.attribute)


def measured(path: Path, drawn: Iterable[Pixels]) -> dict[str, tuple[float, float]]:
    """The mean least and greatest input of each convolution over `drawn`, each float32 [1, 3, h, w].

    Inputs pooled to one place (squeeze and excitation) are left out: they are no work.
    """
    graph = onnx.load(str(path))
    inputs = convolutions(graph)
    tensors = sorted(set(inputs.values()))
    graph.graph.output.extend(onnx.helper.make_empty_tensor_value_info(name) for name in tensors)
    session = ort.InferenceSession(graph.SerializeToString(), providers=["CPUExecutionProvider"])
    ends: dict[str, list[tuple[float, float]]] = {name: [] for name in tensors}
    for pixels in drawn:
        for name, values in zip(tensors, session.run(tensors, {session.get_inputs()[0].name: pixels}), strict=True):
            if values.shape[2] * values.shape[3] > 1:
                ends[name].append((float(values.min()), float(values.max())))
    means = {name: np.mean(found, axis=0) for name, found in ends.items() if found}
    return {
        node: (round(float(means[tensor][0]), 5), round(float(means[tensor][1]), 5))
        for node, tensor in inputs.items()
        if tensor in means
    }


def measure(path: Path, count: int | None = None) -> str:
    """Measure on `count` drawn lines, or pages where the file is a detector's, and write the ranges into the file at
    `path`; what was written."""
    graph = onnx.load(str(path), load_external_data=False)
    told = {entry.key: entry.value for entry in graph.metadata_props}
    narrowed = narrowed_in(told)
    drawn = _lines(narrowed, count or LINES) if _of_lines(graph) else _pages(narrowed, count or PAGES)
    note = json.dumps(measured(path, drawn))
    write_notes(path, {"ranges": note})
    return note


def _lines(narrowed: float, count: int) -> Iterator[Pixels]:
    for number in range(count):
        line = scale_to_height(sample_line(SEED, number)[0], narrowed)
        yield to_pixels(line, bucket_width(line.shape[1]))[None]


def _pages(narrowed: float, count: int) -> Iterator[Pixels]:
    for number in range(count):
        yield page_pixels(drawn_page(SEED, number)[0], narrowed=narrowed)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--count", type=int, help=f"drawn lines ({LINES}) or, for a detector, pages ({PAGES})")
    arguments = parser.parse_args()
    measure(arguments.model, arguments.count)
