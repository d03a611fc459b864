"""Squares cut from synthetic pages, with the map that the detector should draw. Batch number k is always the same.

The core of a line is the box that `models.detection.boxes` grows back to the line's own: growing moves each side out by
area over perimeter times `BoxRules.grow`, so the core is found by solving that for the sides (Liao et al., 2020, shrink
by a share of area over perimeter that fits only while every line is long).
"""

from __future__ import annotations

import math
import random
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass

import cv2
import numpy as np
import torch

from models.detection.boxes import BoxRules
from models.detection.detector import LONG_SIDE, scaled
from models.ports.line_detector import MULTIPLE
from models.protocols import Image
from models.seals import without_seals
from models.training.detector.boxes import unit
from models.training.detector.pages import Boxes, drawn_page
from models.training.stream import pools

Crop = tuple[Image, Image, np.ndarray, np.ndarray]
"""uint8 BGR as narrow as the detector sees it [s, n, 3] and as its teacher does [s, m, 3]; cores and what counts of the
former, uint8 [s, n]."""
_LEAST = 5.0
"""Lower lines than this, in pixels of the crop, are left out of the loss: nobody could read them."""


@dataclass(frozen=True, slots=True)
class Batch:
    """`pixels` float32 [k, 3, s, n] in -1..1, `taught` the same as a teacher sees it, [k, 3, s, m]; `cores`, `counts`
    float32 [k, s, n] of 0 and 1; `pool` and `place`: where in the stream."""

    pixels: torch.Tensor
    taught: torch.Tensor
    cores: torch.Tensor
    counts: torch.Tensor
    pool: int
    place: int

    @property
    def size(self) -> int:
        return len(self.pixels)


@dataclass(frozen=True, slots=True)
class CropSource:
    """Draws pool number k: `pages` pages, `each` squares of `side` pixels from each of them, shuffled; `narrowed`,
    `taught`: to which share of their width the detector and its teacher see them."""

    seed: int
    pages: int
    each: int
    side: int
    narrowed: float = 1.0
    taught: float = 1.0

    def __call__(self, number: int) -> list[Crop]:
        rng = random.Random(f"{self.seed}/{number}")  # noqa: S311 - places, not secrets
        found: list[Crop] = []
        for at in range(self.pages):
            image, boxes = drawn_page(self.seed, number * self.pages + at)
            found += self._cut(without_seals(image), boxes, rng)
        rng.shuffle(found)
        return found

    def _cut(self, image: Image, boxes: Boxes, rng: random.Random) -> list[Crop]:
        """Squares of the page at about the size at which pages are read."""
        height, width = image.shape[:2]
        scale = LONG_SIDE / max(height, width) * rng.uniform(0.8, 1.2)
        size = (max(self.side, round(width * scale)), max(self.side, round(height * scale)))
        wide = [max(MULTIPLE, round(self.side * share / MULTIPLE) * MULTIPLE) for share in (self.narrowed, self.taught)]
        seen, taught = (_narrow(image, size, each / self.side) for each in wide)
        sides = np.array([size[0] / width, size[1] / height], np.float32)
        cores, counts = maps([box * sides for box in boxes], seen.shape[0], seen.shape[1], seen.shape[1] / size[0])
        found = []
        for _ in range(self.each):
            x, y = rng.randint(0, size[0] - self.side), rng.randint(0, size[1] - self.side)
            here, there = ((slice(y, y + self.side), slice(at := x * each // self.side, at + each)) for each in wide)
            found.append((seen[here].copy(), taught[there].copy(), cores[here].copy(), counts[here].copy()))
        return found


def _narrow(image: Image, size: tuple[int, int], share: float) -> Image:
    """`image` scaled to `size` (width, height) and to `share` of that width."""
    return scaled(image, (math.ceil(size[0] * share), size[1]))


def inset(width: float, height: float, grow: float = BoxRules().grow) -> float:
    """How far the sides of a box move in to make the core that `boxes_from_chances` grows back to it."""
    low, high = 0.0, min(width, height) / 2
    for _ in range(30):
        tried = (low + high) / 2
        inner = (width - 2 * tried, height - 2 * tried)
        moved_out = inner[0] * inner[1] * grow / (2 * max(1e-6, inner[0] + inner[1]))
        low, high = (tried, high) if moved_out > tried else (low, tried)
    return (low + high) / 2


def maps(boxes: Sequence[np.ndarray], height: int, width: int, narrowed: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Cores and what counts, uint8 [height, width] of 0 and 1, of a page that is `narrowed` to this width; between two
    cores that would touch runs a gap."""
    cores, counts = np.zeros((height, width), np.uint8), np.ones((height, width), np.uint8)
    share = np.array([narrowed, 1], np.float32)
    for box in boxes:
        across, down = box[1] - box[0], box[3] - box[0]
        wide, high = float(np.linalg.norm(across)), float(np.linalg.norm(down))
        if min(wide, high) < _LEAST:
            cv2.fillPoly(counts, [np.round(box * share).astype(np.int32)], 0)
            continue
        by = np.float32(inset(wide, high))
        step_x, step_y = unit(across) * by, unit(down) * by
        core = box + np.stack([step_x + step_y, step_y - step_x, -step_x - step_y, step_x - step_y])
        _fill(cores, core * share)
    return cores, counts


def _fill(cores: np.ndarray, core: np.ndarray) -> None:
    """Set the pixels whose middles lie in a convex quadrilateral, clockwise; OpenCV's own filling adds half a pixel to
    each side of a tilted one, which growing would multiply."""
    low = np.maximum(np.floor(core.min(axis=0)), 0).astype(int)
    high = np.minimum(np.ceil(core.max(axis=0)), (cores.shape[1], cores.shape[0])).astype(int)
    if (high <= low).any():
        return
    xs = np.arange(low[0], high[0], dtype=np.float32) + 0.5
    ys = (np.arange(low[1], high[1], dtype=np.float32) + 0.5)[:, None]
    inside = np.ones((high[1] - low[1], high[0] - low[0]), bool)
    for (ax, ay), (bx, by) in zip(core, np.roll(core, -1, axis=0), strict=True):
        inside &= (bx - ax) * (ys - ay) - (by - ay) * (xs - ax) >= 0
    cores[low[1] : high[1], low[0] : high[0]][inside] = 1


def batches(
    source: CropSource, *, batch: int, pool: int = 0, skip: int = 0, step: int = 1, beside: int = 0
) -> Generator[Batch, None, None]:
    """Endless batches of `batch` squares from pool number `pool` on, its first `skip` left out; see `lines_data`."""
    with closing(pools(source, pool, step, beside)) as drawn:
        for turn, held in enumerate(drawn):
            for place, start in enumerate(range(0, len(held), batch), start=1):
                if turn == 0 and place <= skip:
                    continue
                cut = zip(*held[start : start + batch], strict=True)
                seen, taught, cores, counts = (np.stack(part) for part in cut)
                yield Batch(
                    as_pixels(seen),
                    as_pixels(taught),
                    torch.from_numpy(cores.astype(np.float32)),
                    torch.from_numpy(counts.astype(np.float32)),
                    pool + turn * step,
                    place,
                )


def as_pixels(images: np.ndarray) -> torch.Tensor:
    """uint8 [n, h, w, 3] BGR -> float32 [n, 3, h, w] in -1..1."""
    return torch.from_numpy(np.ascontiguousarray((images.astype(np.float32) / 127.5 - 1.0).transpose(0, 3, 1, 2)))
