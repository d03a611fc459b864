"""Showing one line of a page enlarged: the part of the page image that an SVG has to show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_VERTICAL = 2.2  # as the reader judges it: so many times higher than wide, and the text runs up the page
_AROUND = 0.45  # of the line's height: enough to see marks above and hooks below, and what the line belongs to


@dataclass(frozen=True, slots=True)
class LineCrop:
    """`view_box`: left, top, width, height in pixels of the page, turned by `turn` degrees clockwise."""

    view_box: tuple[float, float, float, float]
    turn: int
    points: str


def line_crop(polygon: Sequence[Sequence[float]]) -> LineCrop:
    """What to show of the page for the line in `polygon`, upright and with a little around it."""
    xs, ys = [x for x, _ in polygon], [y for _, y in polygon]
    left, top, width, height = min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)
    points = " ".join(f"{x},{y}" for x, y in polygon)
    if height > _VERTICAL * width:  # (x, y) turned a quarter clockwise is (-y, x)
        return LineCrop(_widened(-(top + height), left, height, width), 90, points)
    return LineCrop(_widened(left, top, width, height), 0, points)


def _widened(left: float, top: float, width: float, height: float) -> tuple[float, float, float, float]:
    around = _AROUND * height
    return (
        round(left - around, 1),
        round(top - around, 1),
        round(width + 2 * around, 1),
        round(height + 2 * around, 1),
    )
