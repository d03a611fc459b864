"""What understanding takes: pages with their lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from dossiers.page import Line


@dataclass(frozen=True, slots=True)
class ReadPage:
    """One read page. `number` is 1-based in the dossier, `file` the ordinal of its file; lines are in reading order
    with polygons in pixels of the prepared, upright page of `width` x `height`."""

    number: int
    file: int
    lines: tuple[Line, ...]
    width: int
    height: int
    source: Literal["ocr", "text-layer"] = "ocr"
    blank: bool = False
