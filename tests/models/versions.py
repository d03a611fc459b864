"""More versions of the shipped recogniser for tests: the same network with another note in it has another hash."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import onnx
from onnx import numpy_helper

from models.weights import HERE, Weights, registry


def another_version(
    folder: Path, version: str, without: str = "", swapped: tuple[str, str] | None = None, mute: str = ""
) -> Weights:
    """Write `<version>.onnx` to `folder`. `without`: letters that its charset lacks; `swapped`: two letters that it
    takes for each other, so that it reads worse and can still write everything; `mute`: a letter that its charset has
    and that it never writes."""
    shipped = registry()["recogniser"]
    graph = onnx.load(str(HERE / shipped.file))
    notes = {entry.key: entry.value for entry in graph.metadata_props}
    charset = ["?" if letter in without else letter for letter in json.loads(notes["charset"])]
    if mute:
        (bias,) = (each for each in graph.graph.initializer if each.name.endswith("head.bias"))
        values = numpy_helper.to_array(bias).copy()
        values[charset.index(mute) + 1] = -1e4  # class 0 is the blank
        bias.CopyFrom(numpy_helper.from_array(values, bias.name))
    if swapped:
        one, other = map(charset.index, swapped)
        charset[one], charset[other] = charset[other], charset[one]
    notes |= {"charset": json.dumps(charset, ensure_ascii=False), "name": shipped.name, "version": version}
    del graph.metadata_props[:]
    for key, value in notes.items():
        entry = graph.metadata_props.add()
        entry.key, entry.value = key, value
    path = folder / f"{version}.onnx"
    onnx.save(graph, str(path))
    digest = sha256(path.read_bytes()).hexdigest()
    return Weights("recogniser", shipped.name, version, path.name, digest, shipped.licence, shipped.card)
