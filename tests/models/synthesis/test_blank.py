"""Crops without a sign are many kinds of nothing, always the same for one number, and hold no ink like a letter's."""

from __future__ import annotations

import numpy as np

from models.synthesis.lines.blank import blank_line


def test_number_k_of_a_seed_is_always_the_same() -> None:
    assert all(np.array_equal(blank_line(7, number), blank_line(7, number)) for number in range(20))
    assert not np.array_equal(blank_line(7, 1)[:20, :20], blank_line(8, 1)[:20, :20])


def test_crops_are_as_high_as_lines_and_of_many_kinds() -> None:
    drawn = [blank_line(7, number) for number in range(120)]
    assert {crop.dtype for crop in drawn} == {np.dtype(np.uint8)}
    assert all(20 <= crop.shape[0] <= 60 and 20 <= crop.shape[1] <= 900 and crop.shape[2] == 3 for crop in drawn)
    spread = np.array([crop.std(axis=(0, 1)).mean() for crop in drawn])
    assert (spread < 5).sum() > 4 and (spread > 30).sum() > 20, "bare paper and marks"
    coloured = sum(np.ptp(crop.mean(axis=(0, 1))) > 5 for crop in drawn)
    assert 20 < coloured < 110
