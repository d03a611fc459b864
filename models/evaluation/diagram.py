"""Figures of the report as inline SVG: how far confidences can be believed."""

from __future__ import annotations

from collections.abc import Sequence

from models.evaluation.calibration import Bin

SIDE, EDGE = 240, 34


def reliability_svg(bins: Sequence[Bin], across: str, up: str) -> str:
    """Confidence (`across`) against the share of lines that was right (`up`); a dot a bin, larger for more lines.

    Dots on the diagonal are honest, dots below it too sure. The labels are trusted text."""
    room = SIDE - EDGE - 8

    def x(share: float) -> float:
        return round(EDGE + share * room, 1)

    def y(share: float) -> float:
        return round(SIDE - EDGE - share * room, 1)

    most = max((each.lines for each in bins), default=1)
    parts = [f'<svg class="reliability" viewBox="0 0 {SIDE} {SIDE}" width="{SIDE}" height="{SIDE}" role="img">']
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        parts.append(f'<path class="grid" d="M{x(share)} {y(0)}V{y(1)}M{x(0)} {y(share)}H{x(1)}"/>')
        parts.append(f'<text x="{x(share)}" y="{SIDE - EDGE + 13}" text-anchor="middle">{share:g}</text>')
        parts.append(f'<text x="{EDGE - 5}" y="{y(share) + 3}" text-anchor="end">{share:g}</text>')
    parts.append(f'<path class="ideal" d="M{x(0)} {y(0)}L{x(1)} {y(1)}"/>')
    if bins:
        points = " ".join(f"{x(each.confidence)},{y(each.right)}" for each in bins)
        parts.append(f'<polyline class="found" points="{points}"/>')
    for each in bins:
        radius = round(2.5 + 6 * (each.lines / most) ** 0.5, 1)
        title = f"<title>{each.lines}: {each.confidence:.3f} / {each.right:.3f}</title>"
        parts.append(f'<circle cx="{x(each.confidence)}" cy="{y(each.right)}" r="{radius}">{title}</circle>')
    parts.append(f'<text x="{x(0.5)}" y="{SIDE - 5}" text-anchor="middle">{across}</text>')
    parts.append(f'<text transform="translate(9 {y(0.5)}) rotate(-90)" text-anchor="middle">{up}</text></svg>')
    return "".join(parts)
