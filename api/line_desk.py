"""What the editor of lines shows: one line of a page, and which comes before and after it.

Lines that the reader doubts come first, most doubtful in front; those that an officer has read again ask no more.
"""

from __future__ import annotations

from dataclasses import dataclass

from api.line_crop import LineCrop, line_crop
from api.page_view import PageFull
from api.schemas.lines import LineView


@dataclass(frozen=True, slots=True)
class LineDesk:
    """The line under the lens; `line` is None when no doubtful line is left. `left`: doubtful ones nobody has read."""

    line: LineView | None
    crop: LineCrop | None
    before: int | None
    after: int | None
    left: int


def order_of(page: PageFull) -> list[int]:
    """The lines' indices, the most doubtful first."""
    return [line.index for line in sorted(page.lines, key=lambda line: (line.confidence, line.index))]


def first_of(page: PageFull) -> int | None:
    """The most doubtful line that nobody has read again; None when none is in doubt."""
    return next((index for index in order_of(page) if page.lines[index].in_doubt), None)


def next_of(page: PageFull, index: int) -> int | None:
    """After `index`, the next doubtful line that nobody has read again; from the start again when none is behind it."""
    order = order_of(page)
    place = order.index(index)
    others = order[place + 1 :] + order[:place]
    return next((other for other in others if page.lines[other].in_doubt), None)


def desk(page: PageFull, index: int | None) -> LineDesk:
    """The editor at `index`."""
    left = page.doubtful
    if index is None:
        return LineDesk(None, None, None, None, left)
    order = order_of(page)
    place = order.index(index)
    return LineDesk(
        page.lines[index],
        line_crop(page.lines[index].polygon),
        order[place - 1] if place else None,
        order[place + 1] if place + 1 < len(order) else None,
        left,
    )
