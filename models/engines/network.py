"""What a network promises, whichever runtime runs it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

TOLERANCE = 0.12
"""Chances of one network may differ by this much between runtimes (bfloat16 keeps eight bits of a number); readings
of clear lines agree. ONNX Runtime in float32 is the reference. In a map of text chances a few pixels in 100,000, at the
edges of lines, differ by more (0.13 was seen); the lines' corners then move by up to 4 pixels at 200 dpi."""


KEPT = 0.998
"""With eight-bit integers a step of which the reference is sure (0.97) keeps its best class this often at least (21 of
23,695 steps of 400 worn lines did not), and no more than `BEYOND` of all steps differ by more than `TOLERANCE`. Of
396 lines and cells of real pages 378 are exact, in float32 377 (`benchmarks/results/reading.md`)."""
BEYOND = 0.02
EDGES = 0.003
"""In a detector's map with eight-bit integers no more pixels than this differ by more than `TOLERANCE`: the edges of
lines (0.002 of a worn page, where 0.056 is text)."""


class Network(Protocol):
    """One ONNX graph with one input and one output, opened. May be called from several threads at once."""

    @property
    def engine(self) -> str:
        """Name of the runtime and its number format, `openvino bf16`."""
        ...

    @property
    def on_gpu(self) -> bool:
        """Whether a GPU runs it: batches pay there, and one line after another does not."""
        ...

    @property
    def metadata(self) -> Mapping[str, str]:
        """What the file says about itself."""
        ...

    def run(self, pixels: NDArray[np.float32]) -> NDArray[np.float32]:
        """The output for an input of any batch and size that the graph takes; equal inputs give equal outputs."""
        ...
