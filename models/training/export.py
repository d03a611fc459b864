"""From a checkpoint to the ONNX file that is run, and its card.

Guarantees that the file takes any batch and size that the role reads, that its chances agree with torch within
`TOLERANCE` at several shapes, and that it says about itself what it is and how it was made.

    python -m models.training.export --config config/training/recogniser.yaml --out recogniser.onnx
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import torch
from numpy.typing import NDArray
from torch import nn

from models.charset import CHARSET
from models.ports.line_detector import LineDetector
from models.ports.line_recogniser import LineRecogniser
from models.ports.mixers import hidden_in
from models.recognition.prepare import scale_to_height, to_pixels
from models.synthesis.lines import sample_line
from models.training import checkpoint
from models.training.blend import blended
from models.training.commit import commit
from models.training.config import DetectorTraining, RecogniserTraining, Training, read_config
from models.training.detector.data import as_pixels
from models.training.detector.pages import drawn_page
from models.training.origin import digests
from models.training.start import Start, StartUnusable, find_start, metadata, narrowed_at

TOLERANCE = {"recogniser": 1e-4, "detector": 1e-3}
"""Greatest difference of a chance between torch and ONNX Runtime: logits of a detector reach 20, so rounding shows."""
_SHAPES = {
    "recogniser": ((2, 3, 48, 320), (1, 3, 48, 64), (3, 3, 48, 320), (2, 3, 48, 1088)),
    "detector": ((1, 3, 320, 320), (1, 3, 64, 96), (2, 3, 320, 448), (1, 3, 640, 640)),
}
"""The first is traced, the others are checked."""


@dataclass(frozen=True, slots=True)
class Exported:
    """An exported model; `notes` is its metadata."""

    path: Path
    sha256: str
    notes: dict[str, str]

    @property
    def identity(self) -> str:
        return f"{self.notes['name']}@{self.notes['version']}"


class _Chances(nn.Module):  # type: ignore[misc]
    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.inner = model

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        found = self.inner(pixels)
        return torch.sigmoid(found) if isinstance(self.inner, LineDetector) else torch.exp(found)


def export(config: Training, out: Path | None = None, folder: Path | None = None) -> Exported:
    """Write the moving average of the run in `config.run`, blended with its start, to `out`, or under its identity into
    `folder`, by default the run's. The file takes its name when it is whole and checked.

    `StartUnusable` when there is no checkpoint, `ValueError` when the file and torch disagree.
    """
    held = checkpoint.load(config)
    if held is None:
        raise StartUnusable(f"{config.run} holds no checkpoint")
    notes = _notes(config, held)
    path = out or (folder or config.run) / f"{notes['name']}-{notes['version']}.onnx"
    hidden = hidden_in({name: value.shape for name, value in held.average.items()})
    model = LineDetector(hidden) if config.role == "detector" else LineRecogniser(len(CHARSET) + 1, hidden)
    learnt = held.average if config.blend == 1 else blended(_start_state(config, held), held.average, config.blend)
    model.load_state_dict({name: value.to(memory_format=torch.contiguous_format) for name, value in learnt.items()})
    whole = _Chances(model).eval()
    made = _onnx(whole, config.role, notes)
    _check(whole, made, config.role)
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.new")
    fresh.write_bytes(made)
    fresh.replace(path)
    return Exported(path, hashlib.sha256(made).hexdigest(), notes)


def _began_with(config: Training, held: checkpoint.Checkpoint) -> Start:
    start = find_start(config.role, config.start)
    if held.parent and held.parent["sha256"] != start.sha256:
        raise StartUnusable(f"the run began with {held.parent['identity']}, {config.start} is another model by now")
    return start


def _start_state(config: Training, held: checkpoint.Checkpoint) -> dict[str, torch.Tensor]:
    start = _began_with(config, held)
    torch.manual_seed(config.seed)  # as the run began: letters that the stock model cannot write start at random
    if config.role == "detector":
        from models.training.detector.task import build as build_detector

        return dict(build_detector(start.path, 0).state_dict())
    from models.training.recogniser.task import build

    return dict(build(start.path, 0).state_dict())


def _notes(config: Training, held: checkpoint.Checkpoint) -> dict[str, str]:
    start = find_start(config.role, config.start)
    parent = held.parent or {"identity": start.identity, "sha256": start.sha256}
    notes = {
        "role": config.role, "name": config.name, "parent": parent["identity"], "parent_sha256": parent["sha256"],
        "seed": str(config.seed), "config": config.digest, "sets": json.dumps(held.sets, ensure_ascii=False),
        "lines" if config.role == "recogniser" else "crops": str(held.seen), "commit": commit(),
    }  # fmt: skip
    if config.role == "recogniser":
        notes["charset"] = json.dumps(list(CHARSET), ensure_ascii=False)
        if start.sha256 == parent["sha256"] and "confidence" in (before := metadata(start.path)):
            notes["confidence"] = before["confidence"]
    notes["narrowed"] = str(config.narrowed or narrowed_at(_began_with(config, held).path))
    # A version that nobody chose is told by what went in: the same recipe gives the same version.
    recipe = json.dumps([notes["parent_sha256"], notes["config"], digests(held.sets)])
    base = parent["identity"].partition("@")[2].partition("-")[0]
    notes["version"] = config.version or f"{base}-{hashlib.sha256(recipe.encode()).hexdigest()[:8]}"
    return notes


def _onnx(whole: nn.Module, role: str, notes: dict[str, str]) -> bytes:
    """The bytes of the ONNX file, which nothing has checked yet."""
    traced = io.BytesIO()
    axes = {
        "recogniser": {"pixels": {0: "lines", 3: "width"}, "probabilities": {0: "lines", 1: "steps"}},
        "detector": {name: {0: "pages", 2: "height", 3: "width"} for name in ("pixels", "probabilities")},
    }[role]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of tracing: `_check` decides whether the file is right
        torch.onnx.export(
            whole, (torch.zeros(*_SHAPES[role][0]),), traced, input_names=["pixels"],
            output_names=["probabilities"], dynamic_axes=axes, opset_version=17, dynamo=False,
        )  # fmt: skip
    graph = onnx.load_model_from_string(traced.getvalue())
    for key, value in notes.items():
        entry = graph.metadata_props.add()
        entry.key, entry.value = key, value
    return bytes(graph.SerializeToString())


def _check(whole: nn.Module, made: bytes, role: str) -> None:
    session = ort.InferenceSession(made, providers=["CPUExecutionProvider"])
    for shape in _SHAPES[role][1:]:
        pixels = _probe(role, shape)
        with torch.no_grad():
            expected = whole(torch.from_numpy(pixels)).numpy()
        found = session.run(None, {"pixels": pixels})[0]
        # Asked so that a model of NaN fails: every comparison with NaN is false.
        agree = found.shape == expected.shape and float(abs(found - expected).max()) <= TOLERANCE[role]
        if not agree:
            raise ValueError(f"ONNX and torch disagree at {shape}")


def _probe(role: str, shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Input of `shape` as the role sees it: squares of a page, lines. Over noise rounding adds up as over no page."""
    if role == "detector":
        page, _ = drawn_page(shape[-1], 0)
        squares = [page[200 * n : 200 * n + shape[2], : shape[3]] for n in range(shape[0])]
        return np.asarray(as_pixels(np.stack(squares)), np.float32)
    lines = (scale_to_height(sample_line(shape[-1], number)[0])[:, : shape[-1]] for number in range(shape[0]))
    return np.stack([to_pixels(line, shape[-1]) for line in lines])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--config", type=Path, default=Path("config/training/recogniser.yaml"))
    parser.add_argument("--detector", action="store_true")
    parser.add_argument("--run", type=Path, help="folder of the checkpoint; default: the configuration's")
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    changes = {"run": arguments.run} if arguments.run else {}
    kind = DetectorTraining if arguments.detector else RecogniserTraining
    exported = export(read_config(arguments.config, kind, changes), arguments.out)
    print(exported.path, exported.identity, exported.sha256)  # noqa: T201
