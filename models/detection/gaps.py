"""Boxes that run over two columns are cut at the white gap between them.

The network joins the two halves of a letter-head (agency on the left, nation and motto on the right) when they stand
close, and cells of a table without rules. A cut too many does no harm: both halves stay in their row.
"""

from __future__ import annotations

import cv2
import numpy as np

from models.cropping import crop_line
from models.detection.boxes import Corners, between
from models.protocols import Image

WIDEST_GAP = 1.2
"""A stretch without ink longer than this many line heights separates two lines."""
_MARGIN = 0.25


def _ink_columns(crop: Image) -> np.ndarray:
    grey = cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY)
    height = grey.shape[0]
    trimmed = grey[round(height * 0.12) : max(1, round(height * 0.88))]
    paper, dark = np.percentile(trimmed, 80), np.percentile(trimmed, 2)
    threshold = paper - max(24.0, 0.35 * (float(paper) - float(dark)))
    return np.asarray((trimmed < threshold).any(axis=0))


def cut_at_gaps(image: Image, box: Corners) -> list[Corners]:
    """`box` whole, or its parts from left to right."""
    width = float(np.linalg.norm(box[1] - box[0]))
    height = float(np.linalg.norm(box[3] - box[0]))
    if width < 6 * height or height < 6:
        return [box]
    crop = crop_line(image, tuple((float(x), float(y)) for x, y in box))  # type: ignore[arg-type]
    inked = np.flatnonzero(_ink_columns(crop))
    if inked.size < 2:
        return [box]
    jumps = np.flatnonzero(np.diff(inked) > WIDEST_GAP * height)
    if not jumps.size:
        return [box]
    edge = _MARGIN * height
    starts = [0.0, *(float(inked[jump + 1]) - edge for jump in jumps)]
    ends = [*(float(inked[jump]) + edge for jump in jumps), width]
    return [between(box, start / width, min(1.0, end / width)) for start, end in zip(starts, ends, strict=True)]
