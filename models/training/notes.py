"""What a model file says about itself, written into a file that exists."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

import onnx


def write_notes(path: Path, notes: Mapping[str, str]) -> None:
    """Set metadata properties of the ONNX file at `path`, keeping the others. The file is whole at every moment, and
    its hash changes."""
    graph = onnx.load(str(path))
    kept = {entry.key: entry.value for entry in graph.metadata_props} | dict(notes)
    del graph.metadata_props[:]
    for key, value in kept.items():
        graph.metadata_props.add(key=key, value=value)
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".onnx", delete=False) as fresh:
        fresh.write(graph.SerializeToString())
    Path(fresh.name).chmod(path.stat().st_mode)
    Path(fresh.name).replace(path)
