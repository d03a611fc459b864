"""A sheet is cut out of a photo; the bright part of a shadowed scan is no sheet."""

from __future__ import annotations

import random

import cv2
import numpy as np
import pytest

from models.evaluation.suites.pages import as_filed, mixed_paper
from models.synthesis.degrade.photo import photo
from models.synthesis.degrade.scan import shadow
from models.synthesis.pages import finish
from workers.formats.photo import page_corners, shrink


@pytest.mark.parametrize("seed", [1, 2, 5])
def test_a_shadow_over_a_scan_cuts_nothing_off(seed: int) -> None:
    capture = shadow(random.Random(seed), finish(mixed_paper(random.Random(seed), seed)))
    assert page_corners(shrink(as_filed(capture))[0]) is None


def test_a_sheet_on_a_desk_is_found() -> None:
    capture = photo(random.Random(3), finish(mixed_paper(random.Random(3), 0)))
    grey, _ = shrink(as_filed(capture))
    corners = page_corners(grey)
    assert corners is not None
    covered = cv2.contourArea(np.asarray(corners, np.float32)) / (grey.shape[0] * grey.shape[1])
    assert 0.7 < covered < 0.97
