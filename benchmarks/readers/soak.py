"""Whether a reader's memory grows: its resident size after each of many pages, and the slope of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

import numpy as np

from benchmarks.readers.running import Crew, Layout, Peer

WARM = 1 / 3
"""The first third of the pages is left out: shapes are prepared, caches filled."""


@dataclass(frozen=True, slots=True)
class Soak:
    """`slope`: MiB a page after the warm-up, least squares; `start`, `end`: mean MiB of the first and last tenth of
    what is left; `peak`: the highest of the whole run."""

    pages: int
    slope: float
    start: float
    end: float
    peak: float
    failed: int


def soak(peer: Peer, layout: Layout, cores: Sequence[int], pages: Sequence[Path], count: int) -> Soak:
    """Read `count` pages, the same ones round and round. Raises `Unavailable`."""
    with Crew(peer, layout, cores) as crew:
        _, answers = crew.read_all(list(islice(cycle(pages), count)))
    held = [answer.resident_mib for answer in answers if not answer.error]
    start, end, gradient = trend(held)
    return Soak(count, gradient, start, end, round(crew.peak_mib, 1), len(answers) - len(held))


def trend(resident: Sequence[float]) -> tuple[float, float, float]:
    """(start MiB, end MiB, slope in MiB a page) after the warm-up. `ValueError` for fewer than 30 pages."""
    if len(resident) < 30:
        raise ValueError("a slope needs 30 pages or more")
    left = np.array(resident[int(len(resident) * WARM) :])
    tenth = max(1, len(left) // 10)
    slope = float(np.polyfit(np.arange(len(left)), left, 1)[0])
    return round(float(left[:tenth].mean()), 1), round(float(left[-tenth:].mean()), 1), round(slope, 4)
