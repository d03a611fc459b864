"""What is drawn on a page: the outlines of white patches that ink encloses, from the insides of letters to table cells.

Looked for once a page and on a small copy: rows of frames for digits and the cells of tables are both found among them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from models.protocols import Image
from models.sampling import shrinking

_LOOK = 1300
"""Patches are looked for on a copy whose long side is this; finer lines than its pixels still leave a grey trace."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """`ink`: where the copy has ink, uint8 [h, w], 0 or 255; `part`: its pixels a pixel of the page.

    `patches`: the outline of each white patch inside ink, int32 [n, 1, 2], x and y in pixels of the copy, running on
    the ink; `bounds`: left, top, width, height of each, int32 [patches, 4]; `drawing`: by which of the `outlines` of
    what is drawn it is enclosed.
    """

    ink: Image
    part: float
    patches: list[NDArray[np.int32]]
    bounds: NDArray[np.int32]
    drawing: NDArray[np.int32]
    outlines: Sequence[NDArray[np.int32]]

    def on_page(self, outline: NDArray[np.int32]) -> NDArray[np.float32]:
        """An outline in pixels of the page, float32 [n, 1, 2]."""
        return np.asarray((outline + 0.5) / self.part - 0.5, dtype=np.float32)


def drawn_on(page: Image) -> Drawn:
    """The patches of a grey page [h, w]."""
    part = min(1.0, _LOOK / max(page.shape))
    grey = cv2.resize(page, None, fx=part, fy=part, interpolation=shrinking(part)) if part < 1 else page
    window = max(15, round(max(grey.shape) * 0.03)) | 1
    ink = cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, window, 10)
    outlines, levels = cv2.findContours(ink, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    within = levels[0, :, 3] if outlines else np.zeros(0, dtype=np.int32)
    holes = np.flatnonzero(within >= 0)
    patches = [outlines[n] for n in holes]
    bounds = np.array([cv2.boundingRect(patch) for patch in patches], dtype=np.int32).reshape(-1, 4)
    return Drawn(np.asarray(ink, dtype=np.uint8), part, patches, bounds, within[holes], outlines)
