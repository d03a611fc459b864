"""Whether ink touches an end of a line's crop: a box that was drawn too tight there, through a sign or just before one.

Looked at on the picture that the recogniser sees, so that it is a function of the crop alone. The outermost columns of
a good crop are paper.
"""

from __future__ import annotations

import cv2
import numpy as np

from models.recognition.prepare import HEIGHT, Crop

_COLUMNS = 3
"""So many columns at each end, of a line 48 px high, are looked at."""
_ROWS = slice(HEIGHT // 7, HEIGHT - HEIGHT // 7)
"""Slivers of the lines above and below are left out."""
_LEAST_CONTRAST = 8.0


def cut_ink(line: Crop) -> float:
    """How dark the darkest ink at the left or right end of a line is, uint8 [48, w, 3]: 0 as paper, 1 as its ink."""
    grey = cv2.cvtColor(line, cv2.COLOR_BGR2GRAY)
    light = np.asarray(cv2.reduce(grey, 0, cv2.REDUCE_MAX))[0]
    dark = np.asarray(cv2.reduce(grey[_ROWS], 0, cv2.REDUCE_MIN))[0]
    paper = float(np.partition(light, light.size // 2)[light.size // 2])
    ink = float(np.partition(dark, dark.size // 20)[dark.size // 20])
    ends = float(min(dark[:_COLUMNS].min(), dark[-_COLUMNS:].min()))
    return min(1.0, max(0.0, (paper - ends) / max(_LEAST_CONTRAST, paper - ink)))
