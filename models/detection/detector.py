"""The PP-OCRv6 small line detector on ONNX Runtime, with our own reading of its map.

Guarantees that the same page gives the same polygons whatever was read before, inside the image, in reading order.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from dossiers.page import Polygon
from models.detection.boxes import BoxRules, Corners, boxes_from_chances, outside
from models.detection.cells import tables_on
from models.detection.digit_boxes import digit_boxes, whole_row
from models.detection.drawn import drawn_on
from models.detection.gaps import cut_at_gaps
from models.detection.grid import in_tables
from models.detection.leaders import without_leader_ends
from models.detection.neighbours import above_neighbours
from models.detection.order import in_reading_order
from models.detection.rules import cut_at_rules
from models.detection.specks import without_specks_before
from models.engines import Hardware, open_network
from models.narrowed import narrowed_in
from models.protocols import Image, Layout
from models.sampling import shrinking
from models.seals import without_seals
from models.weights import HERE, Weights, WeightsRejected

LONG_SIDE = 1280
"""The long side of a page is scaled to this before detection (see the model card for what it was chosen by)."""
_MULTIPLES = (64, 32)
"""A side is rounded to the first of these that changes it by little, so that scans of one paper, which differ by a few
pixels, have one size, and a runtime one graph for them; else to the last, which the network needs."""
_LITTLE = 0.035


class OnnxDetector:
    """A `Detector`."""

    def __init__(
        self,
        weights: Weights,
        hardware: Hardware,
        folder: Path = HERE,
        *,
        long_side: int = LONG_SIDE,
        rules: BoxRules | None = None,
    ) -> None:
        # A page spends a sixth of its time here: half as many places as pages lose 1 or 2 % of speed and save 120 MiB.
        places = replace(hardware, calls=-(-hardware.calls // 2))
        self._network = open_network(weights.path(folder), places, few_sizes=True)
        try:
            self._narrowed = narrowed_in(self._network.metadata)
        except ValueError as error:
            raise WeightsRejected(f"{weights.file}: {error}") from error
        self._long_side = long_side
        self._rules = rules or BoxRules()
        self.identity = weights.identity

    def chances(self, image: Image) -> NDArray[np.float32]:
        """The map of text chances, float32 [h, w], of the page scaled to `long_side` (never enlarged) and narrowed as
        the weights were taught."""
        found = self._network.run(page_pixels(image, self._long_side, narrowed=self._narrowed))
        return np.asarray(found[0, 0], dtype=np.float32)

    def detect(self, image: Image) -> list[Polygon]:
        """Line polygons in pixels of `image`, in reading order."""
        return self.layout(image).polygons

    def layout(self, image: Image) -> Layout:
        """Lines of `image` in reading order, and its tables."""
        image = without_seals(image)
        chances = self.chances(image)
        height, width = image.shape[:2]
        wide = 1 / self._narrowed
        back = np.array([width / chances.shape[1] / wide, height / chances.shape[0]], dtype=np.float32)
        grey = np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), dtype=np.uint8)
        drawn = drawn_on(grey)
        rows = digit_boxes(drawn)
        boxes: list[Corners] = [whole_row(row) for row in rows]
        found = outside([box * back for box in boxes_from_chances(chances, self._rules, wide)], boxes)
        for number, box in enumerate(found):
            inside = np.clip(box, 0, np.array([width, height], dtype=np.float32))
            parts = [part for cell in cut_at_rules(grey, inside) for part in cut_at_gaps(grey, cell)]
            if len(parts) > 1:  # a box that reaches into the next column leaves a sliver of what has a box of its own
                parts = outside(parts, [*found[:number], *found[number + 1 :]])
            boxes.extend(without_specks_before(grey, without_leader_ends(grey, part)) for part in parts)
        ruled = tables_on(drawn)
        ordered = in_reading_order(above_neighbours(grey, boxes), ruled)
        cells, tables = in_tables(ordered, ruled)
        return Layout([_polygon(box) for box in ordered], cells, tables)


def page_pixels(image: Image, long_side: int = LONG_SIDE, *, narrowed: float = 1.0) -> NDArray[np.float32]:
    """What the network sees of a page: float32 [1, 3, h, w] in -1..1, as `small_page` makes it."""
    small = small_page(image, long_side, narrowed=narrowed)
    pixels = np.empty((1, 3, *small.shape[:2]), dtype=np.float32)
    pixels[0] = small.transpose(2, 0, 1)  # one large array, changed in place: fresh memory costs more than sums
    pixels /= 127.5
    pixels -= 1.0
    return pixels


def small_page(image: Image, long_side: int = LONG_SIDE, *, narrowed: float = 1.0) -> Image:
    """A page scaled so that its long side has `long_side` pixels at most, then narrowed to a share of its width."""
    height, width = image.shape[:2]
    scale = min(1.0, long_side / max(height, width))
    return scaled(image, (_seen(width * scale * narrowed), _seen(height * scale)))


def scaled(image: Image, size: tuple[int, int]) -> Image:
    """A page in `size` (width, height), with the pixels that the network is to see."""
    return np.asarray(cv2.resize(image, size, interpolation=shrinking(size[1] / image.shape[0])), dtype=np.uint8)


def _seen(side: float) -> int:
    """The pixels in which `side`, in pixels when scaled, is seen."""
    rounded = [max(multiple, round(side / multiple) * multiple) for multiple in _MULTIPLES]
    return next((pixels for pixels in rounded if abs(pixels - side) <= _LITTLE * side), rounded[-1])


def _polygon(box: Corners) -> Polygon:
    a, b, c, d = ((round(float(x), 1), round(float(y), 1)) for x, y in box)
    return a, b, c, d
