"""What a reader is inside its process. Only the standard library, because the interpreter may be a peer's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

Piece = dict[str, Any]
"""{"text": str, "polygon": [[x, y] * 4], "confidence": 0..1} in pixels of the page as given."""


class Unavailable(Exception):
    """This reader cannot be measured here; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Given:
    """`threads` of one page; `at_once`: pages side by side in this process; `options` of this reader alone."""

    threads: int
    at_once: int
    options: dict[str, str]

    @property
    def one_line(self) -> bool:
        """Option `one-line`: each file is a crop of one line, for the recogniser alone. A reader that has none of its
        own is `Unavailable` for it."""
        return "one-line" in self.options


@dataclass(frozen=True, slots=True)
class Reading:
    """`read`: file of a page -> its pieces, in reading order. `says`: name and versions, for the card."""

    read: Callable[[Path], list[Piece]]
    says: str


def piece(text: str, corners: Any, confidence: float = 1.0) -> Piece:
    """A piece in plain numbers, whatever arrays it came in."""
    return {
        "text": text,
        "polygon": [[round(float(x), 1), round(float(y), 1)] for x, y in corners],
        "confidence": round(float(confidence), 4),
    }


def whole(text: str, confidence: float = 1.0) -> list[Piece]:
    """What was read on a crop of one line: its place says nothing."""
    return [piece(text, rectangle(0, 0, 1, 1), confidence)]


def rectangle(left: float, top: float, right: float, bottom: float) -> list[list[float]]:
    """The corners of an upright box, clockwise from the top-left."""
    return [[left, top], [right, top], [right, bottom], [left, bottom]]


def versions(*packages: str) -> str:
    """`name version` of each installed package."""
    return ", ".join(f"{name} {version(name)}" for name in packages)
