"""A finished synthetic page: its pixels and its exact truth.

Guarantees: text is NFC; lines are in reading order with polygons in pixels of the image; every field value is printed
on the page; a page and its truth are functions of the seed alone. Seals, signatures, leaders and ticks are ink without
text: seals and signatures are named in `stamps`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace

from dossiers.page import Box, Line, Point, Polygon
from models.synthesis.pages.ink import DPI, Pixels, rasterise
from models.synthesis.pages.layout import Sheet

TRUTH = "truth"
_MARGIN_PX = 1.0  # the reduction to 200 dpi spreads ink by up to a pixel


@dataclass(frozen=True, slots=True)
class FieldTruth:
    """One field: `raw` as printed, `value` normalised (ISO dates, digits only), a polygon for each printed part."""

    key: str
    value: str
    raw: str
    polygons: tuple[Polygon, ...]


@dataclass(frozen=True, slots=True)
class StampTruth:
    """A seal or a signature and where it is."""

    name: str
    polygon: Polygon


@dataclass(frozen=True, slots=True)
class PageTruth:
    """What is printed on one page image; `rotation`: degrees clockwise that turn the image upright."""

    kind: str
    width: int
    height: int
    lines: tuple[Line, ...]
    fields: tuple[FieldTruth, ...]
    stamps: tuple[StampTruth, ...] = ()
    rotation: int = 0

    def moved(self, move: Callable[[Point], Point], width: int, height: int, rotation: int | None = None) -> PageTruth:
        """The truth after the image was warped by `move` (old pixel to new pixel) into a new size."""

        def polygon(old: Polygon) -> Polygon:
            a, b, c, d = ((round(x, 1), round(y, 1)) for x, y in map(move, old))
            return a, b, c, d

        return replace(
            self,
            width=width,
            height=height,
            rotation=self.rotation if rotation is None else rotation,
            lines=tuple(replace(line, polygon=polygon(line.polygon)) for line in self.lines),
            fields=tuple(replace(each, polygons=tuple(map(polygon, each.polygons))) for each in self.fields),
            stamps=tuple(replace(each, polygon=polygon(each.polygon)) for each in self.stamps),
        )


@dataclass(frozen=True, slots=True)
class Page:
    """An RGB image (height x width x 3) and its truth."""

    image: Pixels
    truth: PageTruth


def finish(sheet: Sheet) -> Page:
    """Draw a composed sheet at 200 dpi and take down its truth."""
    image = rasterise(sheet.marks, [stamp for _, stamp in sheet.stamps])
    height, width = image.shape[:2]
    lines = tuple(
        Line(_nfc(" ".join(line.words)), _pixels(line.box, _MARGIN_PX), 1.0, TRUTH) for line in sheet.lines if line.box
    )
    fields = []
    for key, found in sheet.fields.items():
        raw = _nfc(" ".join(text for _, text, _ in found.parts))
        polygons = tuple(_pixels(box, _MARGIN_PX) for _, _, box in found.parts)
        fields.append(FieldTruth(key, _nfc(sheet.values.get(key, raw)), raw, polygons))
    stamps = tuple(StampTruth(name, _pixels(stamp.box, 0.0)) for name, stamp in sheet.stamps)
    return Page(image, PageTruth(sheet.kind, width, height, lines, tuple(fields), stamps))


def _pixels(box: Box, margin: float) -> Polygon:
    scale = DPI / 72
    left, top = round(box.left * scale - margin, 1), round(box.top * scale - margin, 1)
    right, bottom = round(box.right * scale + margin, 1), round(box.bottom * scale + margin, 1)
    return (left, top), (right, top), (right, bottom), (left, bottom)


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)
