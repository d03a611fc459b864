"""The text layer of a PDF page: its lines, and whether it is good enough to be used instead of reading the picture.

Good means: real Vietnamese, drawn visibly and upright, and it accounts for most of the page's dark ink. A layer that
someone's OCR laid invisibly under a scan is not used: its quality is unknown, and the page can be read again.
"""

from __future__ import annotations

import ctypes
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as raw
from numpy.typing import NDArray

from dossiers.page import Line, Polygon
from workers.formats.vietnamese import is_real_text

_INVISIBLE = 3
_SCAN_SHARE = 0.8  # an image over this share of the page is the page
_DARK = 110
_COVERED, _INKED = 0.6, 0.6
_ADDED_INK = 12  # dark pixels at 72 dpi: two digits have more
_COLUMN_GAP = 2.0  # in line heights: wider white inside one row is two lines
_MODEL = "text-layer"
# Some Vietnamese fonts map their letter D with stroke to Icelandic eth.
_ETH = str.maketrans({"\u00d0": "\u0110", "\u00f0": "\u0111", "\u00ad": None, "\ufffe": "-"})


@dataclass(frozen=True, slots=True)
class TextRow:
    """One line of the layer: its text and box (left, bottom, right, top) in PDF points of the unrotated page."""

    text: str
    box: tuple[float, float, float, float]


def rows(page: pdfium.PdfPage) -> tuple[TextRow, ...]:
    """The page's visible upright lines in the order of the layer, split where a column gap is."""
    text_page = page.get_textpage()
    try:
        return tuple(_rows(text_page, page.get_rotation()))
    finally:
        text_page.close()


def _rows(text_page: pdfium.PdfTextPage, rotation: int) -> list[TextRow]:
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    found: list[TextRow] = []
    chars: list[str] = []
    boxes: list[tuple[float, float, float, float]] = []
    sideways = rotation in (90, 270)

    def flush() -> None:
        text = " ".join("".join(chars).split())
        if text and boxes:
            x0, y0 = min(b[0] for b in boxes), min(b[1] for b in boxes)
            x1, y1 = max(b[2] for b in boxes), max(b[3] for b in boxes)
            found.append(TextRow(unicodedata.normalize("NFC", text).translate(_ETH), (x0, y0, x1, y1)))
        chars.clear()
        boxes.clear()

    for index in range(text_page.count_chars()):
        code = raw.FPDFText_GetUnicode(text_page, index)
        if code in (10, 13):
            flush()
            continue
        char = chr(code)
        if char.isspace() or code == 0:
            chars.append(" ")
            continue
        raw.FPDFText_GetCharBox(text_page, index, left, right, bottom, top)
        box = (left.value, bottom.value, right.value, top.value)
        if boxes and _apart(boxes[-1], box, sideways):
            flush()
        chars.append(char)
        if box[2] > box[0] and box[3] > box[1]:
            boxes.append(box)
    flush()
    return found


def _apart(last: tuple[float, float, float, float], box: tuple[float, float, float, float], sideways: bool) -> bool:
    """Whether two neighbours in the layer's order belong to different lines although no line break was seen."""
    if sideways:
        last, box = (last[1], last[0], last[3], last[2]), (box[1], box[0], box[3], box[2])
        gap = max(box[0] - last[2], last[0] - box[2])
    else:
        gap = box[0] - last[2]
    height = max(last[3] - last[1], box[3] - box[1], 4.0)
    overlap = min(last[3], box[3]) - max(last[1], box[1])
    return gap > _COLUMN_GAP * height or overlap < -height or (gap < -_COLUMN_GAP * height and not sideways)


def lines(page: pdfium.PdfPage, to_pixels: Callable[[float, float], tuple[float, float]]) -> tuple[Line, ...]:
    """The layer as lines in pixels; `to_pixels` maps page points to pixels of the rendered image."""
    return tuple(Line(row.text, _polygon(row.box, to_pixels), 1.0, _MODEL) for row in rows(page))


def _polygon(
    box: tuple[float, float, float, float], to_pixels: Callable[[float, float], tuple[float, float]]
) -> Polygon:
    x0, y0, x1, y1 = box
    corners = [to_pixels(x, y) for x, y in ((x0, y1), (x1, y1), (x1, y0), (x0, y0))]
    xs, ys = [c[0] for c in corners], [c[1] for c in corners]
    a, b, c, d = min(xs), min(ys), max(xs), max(ys)
    return (a, b), (c, b), (c, d), (a, d)


def is_good(page: pdfium.PdfPage) -> bool:
    """Whether the page's text layer can stand for the page."""
    found = rows(page)
    if not is_real_text("\n".join(row.text for row in found)):
        return False
    return (
        _drawn_visibly(page)
        and _stands_upright(page)
        and not _annotations_write(page)
        and _accounts_for_ink(page, found)
    )


def _drawn_visibly(page: pdfium.PdfPage) -> bool:
    """Most text is painted, and no picture as large as the page is painted over it."""
    width, height = page.get_size()
    shown = hidden = 0
    for item in page.get_objects(filter=(raw.FPDF_PAGEOBJ_TEXT, raw.FPDF_PAGEOBJ_IMAGE)):
        if item.type == raw.FPDF_PAGEOBJ_TEXT:
            if raw.FPDFTextObj_GetTextRenderMode(item) == _INVISIBLE:
                hidden += 1
            else:
                shown += 1
            continue
        x0, y0, x1, y1 = item.get_bounds()
        if (x1 - x0) * (y1 - y0) > _SCAN_SHARE * width * height:
            hidden, shown = hidden + shown, 0
    return shown > hidden


def _stands_upright(page: pdfium.PdfPage) -> bool:
    """Nine of ten characters stand upright on the page as shown."""
    text_page = page.get_textpage()
    try:
        total = upright = 0
        for index in range(0, text_page.count_chars(), 7):
            angle = np.degrees(raw.FPDFText_GetCharAngle(text_page, index))
            total += 1
            upright += abs((angle + page.get_rotation() + 180) % 360 - 180) < 5
        return total > 0 and upright >= 0.9 * total
    finally:
        text_page.close()


def _annotations_write(page: pdfium.PdfPage) -> bool:
    """Whether form fields, stamps or signature appearances put dark print on the page that the layer does not hold.

    Offices enter the document's number and date as black pictures in signature fields; seals (red) and hand
    signatures (blue) add no dark ink.
    """
    if raw.FPDFPage_GetAnnotCount(page) == 0:
        return False
    plain, full = (
        np.asarray(page.render(scale=1.0, draw_annots=drawn, may_draw_forms=drawn).to_numpy())[:, :, :3]
        for drawn in (False, True)
    )
    added = (full.max(axis=2) < _DARK) & (plain.max(axis=2) >= _DARK)
    return int(added.sum()) > _ADDED_INK


def _accounts_for_ink(page: pdfium.PdfPage, found: tuple[TextRow, ...]) -> bool:
    """Dark ink lies mostly under the layer's lines, and the lines have ink (white or covered text has none)."""
    pixels = page.render(scale=1.0, draw_annots=False, may_draw_forms=False).to_numpy()
    ink = pixels[:, :, :3].max(axis=2) < _DARK
    under: NDArray[np.bool_] = np.zeros(ink.shape, bool)
    to_pixels = pixel_map(page, ink.shape[1], ink.shape[0])
    inked = 0
    for row in found:
        (x0, y0), _, (x1, y1), _ = _polygon(row.box, to_pixels)
        area = np.s_[max(0, int(y0) - 1) : int(y1) + 2, max(0, int(x0) - 1) : int(x1) + 2]
        under[area] = True
        inked += bool(ink[area].any())
    total = int(ink.sum())
    if not total or not found:
        return False
    return int((ink & under).sum()) >= _COVERED * total and inked >= _INKED * len(found)


def pixel_map(page: pdfium.PdfPage, width: int, height: int) -> Callable[[float, float], tuple[float, float]]:
    """A map from page points to pixels of a `width` x `height` rendering; crop box and rotation are honoured."""
    scale = 64  # PageToDevice speaks integers, so it is asked about a finer grid

    def convert(x: float, y: float) -> tuple[float, float]:
        px, py = ctypes.c_int(), ctypes.c_int()
        raw.FPDF_PageToDevice(page, 0, 0, width * scale, height * scale, 0, x, y, px, py)
        return px.value / scale, py.value / scale

    return convert
