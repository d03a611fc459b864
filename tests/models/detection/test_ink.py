"""What counts as ink depends on a crop's own paper and ink, not on how bright the page is."""

from __future__ import annotations

import numpy as np
import pytest

from models.detection.ink import flat_grey, ink, percentiles


@pytest.mark.parametrize("size", [(1, 1), (1, 2), (7, 31), (48, 1300)])
def test_percentiles_by_histogram_are_those_of_the_sorted_levels(size: tuple[int, int]) -> None:
    shares = (0, 2, 33.3, 80, 85, 100)
    for most in (1, 3, 256):
        grey = np.random.default_rng(most).integers(0, most, size).astype(np.uint8)
        assert percentiles(grey, shares) == pytest.approx(np.percentile(grey, shares).tolist())


@pytest.mark.parametrize(("paper", "print_"), [(250, 30), (250, 200), (120, 60)])
def test_strokes_are_ink_on_bright_and_dark_paper_black_and_faint(paper: int, print_: int) -> None:
    grey = np.full((40, 300), paper, dtype=np.uint8)
    grey[10:30, 20:280:10] = print_
    assert np.array_equal(ink(grey, 85, 0.35), grey == print_)


def test_the_grain_of_blank_paper_is_no_ink() -> None:
    grain = np.random.default_rng(5).normal(235, 4, (40, 300))
    assert not ink(grain.astype(np.uint8), 85, 0.35).any()


def test_a_tilted_box_is_laid_flat_over_the_edge_of_the_page() -> None:
    grey = np.full((100, 400), 240, dtype=np.uint8)
    box = np.array([[300, 20], [500, 40], [497, 70], [297, 50]], dtype=np.float32)
    assert flat_grey(grey, box).shape == (30, 201)
    assert flat_grey(grey, np.zeros((4, 2), dtype=np.float32)).size == 0
