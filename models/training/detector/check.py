"""How well a detector under training finds lines: its map becomes boxes, cut at wide gaps, as in reading. What reading
does after that (rules of tables, dotted leaders, digits in frames) is left out here and in the truth alike."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import torch
from torch import nn

from models.detection.boxes import BoxRules, boxes_from_chances
from models.detection.detector import page_pixels
from models.detection.gaps import cut_at_gaps
from models.protocols import Image
from models.seals import without_seals

IOU = 0.5


def found_lines(model: nn.Module, image: Image, device: torch.device, narrowed: float) -> list[np.ndarray]:
    """Corners float32 [4, 2] of the lines of a page, in its pixels; `narrowed`: share of its width that is seen."""
    image = without_seals(image)
    height, width = image.shape[:2]
    pixels = torch.from_numpy(page_pixels(image, narrowed=narrowed))
    with torch.no_grad():
        chances = torch.sigmoid(model(pixels.to(device))).float().cpu().numpy()[0, 0]
    wide = 1 / narrowed
    back = np.array([width / chances.shape[1] / wide, height / chances.shape[0]], np.float32)
    edge = np.array([width, height], np.float32)
    boxes = [np.clip(box * back, 0, edge) for box in boxes_from_chances(chances, BoxRules(), wide)]
    grey = np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), np.uint8)
    return [part for box in boxes for part in cut_at_gaps(grey, box)]


def matched(truth: Sequence[np.ndarray], found: Sequence[np.ndarray]) -> int:
    """How many pairs of a true and a found box overlap by `IOU` or more, each box in one pair at most, best first."""
    overlaps = sorted(
        ((iou(a, b), i, j) for i, a in enumerate(truth) for j, b in enumerate(found) if _near(a, b)), reverse=True
    )
    taken: tuple[set[int], set[int]] = (set(), set())
    for overlap, i, j in overlaps:
        if overlap >= IOU and i not in taken[0] and j not in taken[1]:
            taken[0].add(i)
            taken[1].add(j)
    return len(taken[0])


def _near(a: np.ndarray, b: np.ndarray) -> bool:
    return bool(np.all(a.min(axis=0) < b.max(axis=0)) and np.all(b.min(axis=0) < a.max(axis=0)))


def iou(a: np.ndarray, b: np.ndarray) -> float:
    """Intersection over union of two convex quadrilaterals."""
    common, _ = cv2.intersectConvexConvex(a.astype(np.float32), b.astype(np.float32))
    whole = cv2.contourArea(a.astype(np.float32)) + cv2.contourArea(b.astype(np.float32)) - common
    return float(common / whole) if whole > 0 else 0.0
