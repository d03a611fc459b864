"""Zeros around pictures are laid by what reads the pictures: the same values, without a step of their own."""

from __future__ import annotations

from typing import Any

import numpy as np
import openvino as ov
import pytest
from openvino import opset13 as ops

from models.engines.pads import fold_pads
from models.weights import registry

RNG = np.random.default_rng(8)
WEIGHTS = RNG.normal(size=(5, 6, 2, 2)).astype(np.float32)
PIXELS = RNG.normal(size=(2, 6, 7, 9)).astype(np.float32)


def _model(begin: list[int], end: list[int], *, value: float = 0.0, positive: bool = True) -> Any:
    """What a convolution and a pooling see of one padded picture, as in the stems of both networks."""
    pixels = ops.parameter([-1, 6, -1, -1], dtype=np.float32)
    source = ops.relu(pixels) if positive else ops.tanh(pixels)
    widths = (ops.constant(np.array(around, np.int64)) for around in (begin, end))
    padded = ops.pad(source, *widths, "constant", ops.constant(np.float32(value)))
    mixed = ops.convolution(padded, ops.constant(WEIGHTS), [1, 1], [0, 1], [0, 0], [1, 1])
    mixed.set_friendly_name("mixing")
    greatest = ops.max_pool(padded, [1, 1], [1, 1], [0, 0], [0, 0], [2, 2], "ceil", "explicit")
    return ov.Model([ops.result(mixed), ops.result(greatest.output(0))], [pixels])


def _run(model: Any) -> list[np.ndarray]:
    exact = {"INFERENCE_PRECISION_HINT": "f32"}
    found = ov.Core().compile_model(model, "CPU", exact)([PIXELS])
    return [np.array(found[0]), np.array(found[1])]


def _left(model: Any) -> int:
    return sum(node.get_type_name() == "Pad" for node in model.get_ordered_ops())


def test_the_values_and_the_names_stay_the_same() -> None:
    around = [0, 0, 0, 1], [0, 0, 1, 1]
    expected = _run(_model(*around))
    model = _model(*around)
    assert fold_pads(model) == 1 and fold_pads(model) == 0 and not _left(model)
    assert "mixing" in [node.get_friendly_name() for node in model.get_ordered_ops()]
    for found, known in zip(_run(model), expected, strict=True):
        assert found.shape == known.shape and np.abs(found - known).max() < 1e-5


@pytest.mark.parametrize(
    "other",
    [{"value": 0.5}, {"positive": False}, {"begin": [0, 1, 0, 0]}, {"end": [0, 0, -1, 0]}, {"end": [0, 0, 2, 0]}],
    ids=["not zeros", "values below zero", "more channels", "cut off", "a pooling of nothing but zeros"],
)
def test_others_are_left_alone(other: dict[str, Any]) -> None:
    told: dict[str, Any] = {"begin": [0, 0, 0, 0], "end": [0, 0, 1, 1], **other}
    if told["begin"][1]:
        told["end"] = [0, -1, 1, 1]  # or the weights would not fit
    model, expected = _model(**told), _run(_model(**told))
    assert fold_pads(model) == 0 and _left(model) == 1
    assert all(np.array_equal(found, known) for found, known in zip(_run(model), expected, strict=True))


def test_the_shipped_recogniser_has_none_left() -> None:
    model = ov.Core().read_model(registry()["recogniser"].path())
    assert fold_pads(model) == 2 and not _left(model)
