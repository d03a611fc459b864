"""Zeros that a graph lays around a picture in a step of its own become part of the convolutions and poolings behind.

The sums stay the same, copies of the largest pictures are saved, and what made the picture can round it in passing.
"""

from __future__ import annotations

from typing import Any

from openvino import opset13 as ops
from openvino.passes import ConstantFolding, Manager

Widths = tuple[list[int], list[int]]
"""How many lie before and behind, down and across."""


def fold_pads(model: Any) -> int:
    """Change such nodes of an `openvino.Model` in place; how many there were."""
    manager = Manager()
    manager.register_pass(ConstantFolding())  # exporters state widths as sums
    manager.run_passes(model)
    found = [
        node
        for node in model.get_ordered_ops()
        if _lays_zeros(node) and all(_can_lay(reader, _around(reader, node)) for reader in _readers(node))
    ]
    for node in found:
        for reader in _readers(node):
            wider = _padded(reader, node.input_value(0), _around(reader, node))
            wider.set_friendly_name(reader.get_friendly_name())
            reader.output(0).replace(wider.output(0))
    return len(found)


def _readers(node: Any) -> list[Any]:
    return [place.get_node() for place in node.output(0).get_target_inputs()]


def _lays_zeros(node: Any) -> bool:
    """Whether it always lays the same number of zeros around pictures [n, channels, h, w] with no value below 0: for a
    pooling, which leaves out what lies outside, that is the same."""
    if node.get_type_name() != "Pad" or node.get_attributes()["pad_mode"] != "constant":
        return False
    told = [value.get_node() for value in node.input_values()[1:]]
    if any(value.get_type_name() != "Constant" for value in told):
        return False
    begin, end, *value = (one.get_data() for one in told)
    pictures = begin.size == 4 and not (begin[:2].any() or end[:2].any()) and min(*begin, *end) >= 0
    positive = node.input_value(0).get_node().get_type_name() == "Relu"
    return bool(pictures and positive and not any(one.any() for one in value))


def _can_lay(node: Any, around: Widths) -> bool:
    """Whether it is a convolution, or a pooling that would see a pixel at every place."""
    kind, own = node.get_type_name(), node.get_attributes()
    if kind not in ("Convolution", "MaxPool") or own["auto_pad"] != "explicit":
        return False
    widest = map(max, zip(*around, strict=True))
    return kind == "Convolution" or all(zeros < side for zeros, side in zip(widest, own["kernel"], strict=True))


def _around(reader: Any, pad: Any) -> Widths:
    """The zeros that `pad` lays and `reader` itself."""
    own = reader.get_attributes()
    outer = [pad.input_value(at).get_node().get_data()[2:].tolist() for at in (1, 2)]
    begin, end = (
        [a + b for a, b in zip(each, own[side], strict=True)]
        for each, side in zip(outer, ("pads_begin", "pads_end"), strict=True)
    )
    return begin, end


def _padded(node: Any, pixels: Any, around: Widths) -> Any:
    """The convolution or pooling `node` of `pixels`, with other zeros around them."""
    own = node.get_attributes()
    if node.get_type_name() == "Convolution":
        return ops.convolution(pixels, node.input_value(1), own["strides"], *around, own["dilations"])
    kind = own["rounding_type"], own["auto_pad"], own["index_element_type"], own["axis"]
    return ops.max_pool(pixels, own["strides"], own["dilations"], *around, own["kernel"], *kind)
