"""A deconvolution that makes a block of each pixel is computed as a pointwise convolution: the same sums, faster."""

from __future__ import annotations

from typing import Any

import numpy as np
import openvino as ov
import pytest
from openvino import opset13 as ops

from models.engines import Hardware, open_network
from models.engines.deconvolutions import as_pointwise
from models.engines.openvino import OpenVinoNetwork
from models.weights import registry

RNG = np.random.default_rng(4)
WEIGHTS = RNG.normal(size=(6, 5, 2, 2)).astype(np.float32)
PIXELS = RNG.normal(size=(2, 6, 7, 9)).astype(np.float32)


def _model(strides: list[int], pads: list[int], weights: np.ndarray = WEIGHTS) -> Any:
    pixels = ops.parameter([-1, 6, -1, -1], dtype=np.float32)
    spread = ops.convolution_backprop_data(pixels, ops.constant(weights), strides, None, pads, pads, [1, 1])
    return ov.Model([ops.relu(spread)], [pixels])


def _run(model: Any) -> np.ndarray:
    exact = {"INFERENCE_PRECISION_HINT": "f32"}
    return np.array(ov.Core().compile_model(model, "CPU", exact)([PIXELS])[0])


def test_the_sums_stay_the_same() -> None:
    expected = _run(_model([2, 2], [0, 0]))
    model = _model([2, 2], [0, 0])
    assert as_pointwise(model) == 1 and as_pointwise(model) == 0
    found = _run(model)
    assert found.shape == expected.shape == (2, 5, 14, 18)
    assert np.abs(found - expected).max() < 1e-4


@pytest.mark.parametrize(
    ("strides", "pads", "kernel"), [([1, 1], [0, 0], (2, 2)), ([2, 2], [1, 1], (2, 2)), ([2, 2], [0, 0], (3, 3)),
                                    ([2, 1], [0, 0], (2, 1))]
)  # fmt: skip
def test_one_whose_blocks_overlap_or_are_cut_is_left_alone(
    strides: list[int], pads: list[int], kernel: tuple[int, int]
) -> None:
    weights = RNG.normal(size=(6, 5, *kernel)).astype(np.float32)
    model = _model(strides, pads, weights)
    assert as_pointwise(model) == 0
    assert np.array_equal(_run(model), _run(_model(strides, pads, weights)))


def test_the_shipped_detector_has_none_left() -> None:
    path = registry()["detector"].path()
    assert as_pointwise(ov.Core().read_model(path)) == 2
    network = open_network(path, Hardware(threads=1, engine="openvino"))
    assert isinstance(network, OpenVinoNetwork) and as_pointwise(network._model) == 0
    assert network.run(np.zeros((1, 3, 64, 96), np.float32)).shape == (1, 1, 64, 96)
