"""What the three engines of the reading room promise, whoever implements them.

Images are uint8 [height, width, 3] in BGR. Engines keep nothing between calls and may be called from
several threads at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from dossiers.page import Cell, Polygon, Table

Image = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Layout:
    """What is where on an upright page: its lines in reading order, and its ruled tables.

    `polygons` in its pixels, clockwise from the text's top-left; `cells`: for each of them where it stands in one of
    the `tables`, None outside.
    """

    polygons: list[Polygon]
    cells: list[Cell | None]
    tables: tuple[Table, ...] = ()


class Detector(Protocol):
    """Finds printed lines, and the tables in which they stand."""

    @property
    def identity(self) -> str:
        """`name@version` of the weights."""
        ...

    def detect(self, image: Image) -> list[Polygon]:
        """The polygons of `layout` alone."""
        ...

    def layout(self, image: Image) -> Layout:
        """Lines and tables of an upright page."""
        ...


class Recogniser(Protocol):
    """Reads crops of lines."""

    @property
    def identity(self) -> str:
        """`name@version` of the weights."""
        ...

    @property
    def charset(self) -> tuple[str, ...]:
        """Every character that it can write; all 134 Vietnamese letters are among them."""
        ...

    def bucket(self, crop: Image) -> int:
        """The padded width at which `crop` is read; crops of one bucket can share a batch."""
        ...

    def recognise(self, crops: Sequence[Image], *, again: bool = True) -> list[tuple[str, float]]:
        """(NFC text, confidence in 0..1) of each crop, in order; the others never change a result.

        `again`: a line in doubt may be read a second time, otherwise or upside down; without, each is read once."""
        ...


class Orienter(Protocol):
    """Says which way up a page is."""

    @property
    def identity(self) -> str:
        """`name@version` of the weights."""
        ...

    def orient(self, image: Image) -> int:
        """Degrees clockwise (0, 90, 180, 270) that turn `image` upright."""
        ...
