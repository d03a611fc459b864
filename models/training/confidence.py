"""Fits a recogniser's confidence on lines that it never saw, and writes the coefficients into its file.

    python -m models.training.confidence --model runs/recogniser/recogniser.onnx

Lines are drawn with fonts and prose kept out of training, clean and worn, printed and by hand. Logistic regression by
Newton's method with a small ridge, weights that would make more doubt a better sign held at zero.
"""

from __future__ import annotations

import argparse
import tempfile
from hashlib import sha256
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray

from models.engines import Hardware
from models.recognition.confidence import NAMES, Confidence, observations
from models.recognition.recogniser import OnnxRecogniser
from models.synthesis.lines import sample_line
from models.weights import Weights

SEED = 515_151
_STRENGTHS = (0.3, 0.7, 1.0)
_MORE_IS_BETTER = {"eye", "weakest_word"}
_RIDGE = 1.0


def noticed(
    recogniser: OnnxRecogniser, lines: int, *, seed: int = SEED
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Observations [lines, len(NAMES)] and whether each line was read without an error."""
    seen, right = [], []
    for number in range(lines):
        image, truth = sample_line(seed, number, held_out=True, strength=_STRENGTHS[number % len(_STRENGTHS)])
        (evidence,) = recogniser.evidence([image])
        if evidence.text:
            seen.append(observations(evidence, recogniser.language))
            right.append(evidence.text == truth)
    return np.array(seen), np.array(right)


def fit(seen: NDArray[np.float64], right: NDArray[np.bool_]) -> Confidence:
    """The most likely coefficients. `ValueError` when all lines are right or all are wrong."""
    if right.all() or not right.any():
        raise ValueError("lines of one kind only: draw more, or worse ones")
    used = list(range(len(NAMES)))
    while True:
        table = np.column_stack([np.ones(len(seen)), seen[:, used]])
        weights = _newton(table, right)
        wrong = [n for n, w in zip(used, weights[1:], strict=True) if (w > 0) != (NAMES[n] in _MORE_IS_BETTER)]
        if not wrong:
            break
        used = [n for n in used if n not in wrong]
    whole = np.zeros(len(NAMES))
    whole[used] = weights[1:]
    return Confidence(round(float(weights[0]), 5), tuple(round(float(w), 5) for w in whole))


def _newton(table: NDArray[np.float64], right: NDArray[np.bool_], steps: int = 40) -> NDArray[np.float64]:
    weights = np.zeros(table.shape[1])
    ridge = np.eye(table.shape[1]) * _RIDGE
    ridge[0, 0] = 1e-6
    for _ in range(steps):
        chance = 1 / (1 + np.exp(-np.clip(table @ weights, -30, 30)))
        slope = table.T @ (right - chance) - ridge @ weights
        bend = (table * (chance * (1 - chance))[:, None]).T @ table + ridge
        change = np.linalg.solve(bend, slope)
        weights = weights + change
        if float(np.abs(change).max()) < 1e-8:
            break
    return weights


def calibrate(path: Path, lines: int) -> Confidence:
    """Fit on `lines` lines and write the coefficients into the file at `path` (its hash changes)."""
    weights = Weights("recogniser", "fresh", "0", path.name, sha256(path.read_bytes()).hexdigest(), "", "")
    fitted = fit(*noticed(OnnxRecogniser(weights, Hardware(threads=1), path.parent), lines))
    graph = onnx.load(str(path))
    kept = [entry for entry in graph.metadata_props if entry.key != "confidence"]
    del graph.metadata_props[:]
    graph.metadata_props.extend(kept)
    entry = graph.metadata_props.add()
    entry.key, entry.value = "confidence", fitted.to_metadata()
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".onnx", delete=False) as fresh:
        fresh.write(graph.SerializeToString())
    Path(fresh.name).chmod(path.stat().st_mode)
    Path(fresh.name).replace(path)
    return fitted


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--lines", type=int, default=6000)
    arguments = parser.parse_args()
    calibrate(arguments.model, arguments.lines)
