"""Wear never fails, whatever picture it is laid over."""

from __future__ import annotations

import numpy as np
import pytest

from models.synthesis.lines.wear import wear


@pytest.mark.parametrize("height", [2, 6, 10])
def test_a_row_as_low_as_a_stroke_is_worn_as_well(height: int) -> None:
    """One such line ended a run after 42,000, and would have ended it again whenever it went on."""
    image = np.full((height, 60, 3), 255, np.uint8)
    image[height // 3 : height // 2 + 1, 5:50] = 20
    assert {wear(image, np.random.default_rng(seed), 1.0).ndim for seed in range(120)} == {3}
