"""Rasterise: one page of a member becomes pixels, upright as its file says, never larger than the limit.

A born-digital PDF page is rendered at 200 dpi; a page that is one scan at the scan's own resolution, between 150 and
300 dpi. Photos stand as EXIF says. With `with_text` the page's text layer comes along as lines in the same pixels.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as raw
from numpy.typing import NDArray

from config.settings import Limits
from dossiers.page import Line
from workers.formats import images, sniff, textlayer
from workers.formats.errors import BrokenFile, UnknownType

DPI = 200.0
_SCAN_DPI = (150.0, 300.0)
_SCAN_SHARE = 0.8


@dataclass(frozen=True, slots=True)
class PageImage:
    """A page as pixels: BGR uint8 (height, width, 3), dots per inch of the paper, and its text layer when asked for."""

    image: NDArray[np.uint8]
    dpi: float
    text_lines: tuple[Line, ...] | None = None


def rasterise(path: Path, media_type: str, page: int, limits: Limits, *, with_text: bool = False) -> PageImage:
    """Page `page` (0-based) of the member at `path`. Raises a FileError when the page cannot be drawn."""
    if media_type == sniff.PDF:
        return _pdf_page(path, page, limits, with_text)
    if media_type in sniff.IMAGES:
        frame = images.read_frame(path, page, limits)
        return PageImage(frame.pixels, frame.dpi)
    raise UnknownType(media_type)


def _pdf_page(path: Path, index: int, limits: Limits, with_text: bool) -> PageImage:
    try:
        document = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        raise BrokenFile("document") from error
    try:
        document.init_forms()  # draws what people typed into form fields; this build has no script engine
        page = document[index]
        dpi = _page_dpi(page, limits)
        bitmap = page.render(scale=dpi / 72, rev_byteorder=False, prefer_bgrx=False)
        pixels = bitmap.to_numpy()
        if pixels.ndim == 2 or pixels.shape[2] == 1:
            pixels = cv2.cvtColor(pixels, cv2.COLOR_GRAY2BGR)
        image: NDArray[np.uint8] = np.ascontiguousarray(pixels[:, :, :3])
        lines = None
        if with_text:
            lines = textlayer.lines(page, textlayer.pixel_map(page, image.shape[1], image.shape[0]))
        return PageImage(image, dpi, lines)
    except (pdfium.PdfiumError, IndexError, ValueError) as error:
        raise BrokenFile(f"page {index + 1}") from error
    finally:
        document.close()


def _page_dpi(page: pdfium.PdfPage, limits: Limits) -> float:
    width, height = map(float, page.get_size())
    longest = max(width, height)
    if longest <= 0 or min(width, height) <= 0:
        raise BrokenFile("page without area")
    dpi: float = DPI
    for item in page.get_objects(filter=(raw.FPDF_PAGEOBJ_IMAGE,), max_depth=3):
        x0, y0, x1, y1 = item.get_bounds()
        if (x1 - x0) * (y1 - y0) > _SCAN_SHARE * width * height:
            pixels: int = max(item.get_px_size())
            dpi = min(max(72 * pixels / max(x1 - x0, y1 - y0), _SCAN_DPI[0]), _SCAN_DPI[1])
    # One pixel of slack because the renderer rounds up; at least 8 pixels so that a sliver stays an image.
    most = 72 * (limits.page_side_px - 1) / longest
    return max(min(dpi, most), 72 * 8 / longest)
