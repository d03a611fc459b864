"""Eight-bit arithmetic for the convolutions that take most of a network's time.

A file may say between which values the inputs of convolutions lie (metadata `ranges`, JSON by node name;
`models.training.ranges` measures them). Around those convolutions the graph is then told to round inputs to
256 steps and weights to 255, each output channel by its own scale (Jacob et al. 2018, quantisation for integer-only
inference), which the compiler turns into integer instructions; all else stays as it is. What is added to a residual
stream is never rounded: that, and not the convolutions, is what costs accuracy.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from openvino import opset13 as ops

Ranges = Mapping[str, tuple[float, float]]
_LEVELS = 256
_SUFFIX = "/WithoutBiases"  # of the name that OpenVINO gives to a convolution whose bias became a node of its own


def ranges_from(metadata: Mapping[str, str]) -> Ranges:
    """Least and greatest input of each convolution by node name; empty for a file without them. `ValueError` for what
    are no ranges."""
    held = json.loads(metadata.get("ranges", "{}"))
    ranges = {str(name): (float(low), float(high)) for name, (low, high) in held.items()}
    if any(not low < high for low, high in ranges.values()):
        raise ValueError("a range ends before it starts")
    return ranges


def ranged(model: Any, ranges: Ranges) -> dict[str, Any]:
    """The convolutions of an `openvino.Model` that `ranges` names. `ValueError` when one of them is not there."""
    convolutions = {
        node.get_friendly_name().removesuffix(_SUFFIX): node
        for node in model.get_ordered_ops()
        if node.get_type_name() == "Convolution"
    }
    if missing := ranges.keys() - convolutions.keys():
        raise ValueError(f"ranges of {len(missing)} nodes that are not in the graph")
    return {name: convolutions[name] for name in ranges}


def round_to_eight_bits(convolutions: Mapping[str, Any], ranges: Ranges, *, any_size: bool) -> None:
    """Change the graph to which the convolutions belong in place. `any_size`: it is compiled for inputs of any size.

    What others read as well is rounded by a kernel of its own. A graph of any size has one for floats in another layout
    only, so that it copies what it rounds there and back, unless it can round in passing while it does something else:
    the greater of a value and the range's lower end, which rounding would raise it to anyway (4 % of a line's time).
    Where the others are poolings they read the rounded values too, and what made the value rounds it (2 %).
    """
    for name, (low, high) in ranges.items():
        node = convolutions[name]
        least, most = _with_exact_zero(low, high)
        rounded, others = [node.input(0)], _beside(node)
        if any_size and others:
            if all(place.get_node().get_type_name() == "MaxPool" for place in others):
                rounded += others
            else:
                node.input(0).replace_source_output(ops.maximum(node.input_value(0), ops.constant(least)).output(0))
        _round(rounded, least, most, levels=_LEVELS)
        weights = np.asarray(node.input_value(1).get_node().get_data(), dtype=np.float32)
        ends = np.abs(weights).max(axis=(1, 2, 3), keepdims=True) + np.float32(1e-12)
        _round([node.input(1)], -ends, ends, levels=_LEVELS - 1)


def _beside(node: Any) -> list[Any]:
    """Who else reads what a convolution reads."""
    return [
        place for place in node.input_value(0).get_target_inputs() if place.get_node().get_name() != node.get_name()
    ]


def _with_exact_zero(low: float, high: float) -> tuple[np.float32, np.float32]:
    """The range widened to hold 0, moved by less than a step so that 0 (padding, a dead unit) is one of its values."""
    low, high = min(low, 0.0), max(high, 0.0)
    step = (high - low) / (_LEVELS - 1)
    below = round(-low / step)
    return np.float32(-below * step), np.float32((_LEVELS - 1 - below) * step)


def _round(places: Sequence[Any], low: Any, high: Any, levels: int) -> None:
    """Give the rounded value to all `places` of one value."""
    a, b = ops.constant(low), ops.constant(high)
    rounded = ops.fake_quantize(places[0].get_source_output(), a, b, a, b, levels).output(0)
    for place in places:
        place.replace_source_output(rounded)
