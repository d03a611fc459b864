"""Captures and sheets as the files that people upload: JPEG, PDF of scans with text pages between, ZIP.

Guarantees that the same captures give the same bytes: no time stamps, no random identifiers.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Sequence
from io import BytesIO

import numpy as np
import pikepdf
from pikepdf import Array, Dictionary, Name
from PIL import Image

from models.synthesis.degrade.page import Capture
from models.synthesis.degrade.photo import stored_by_sensor
from models.synthesis.pages.ink import DPI, HEIGHT_PT, WIDTH_PT
from models.synthesis.pages.layout import Sheet
from models.synthesis.pages.pdf import add_text_page

_ORIENTATION, _MAKE, _MODEL = 0x0112, 0x010F, 0x0110
_ZIP_TIME = (2026, 3, 2, 8, 0, 0)


def jpeg(capture: Capture) -> bytes:
    """A JPEG file; a phone's carries EXIF with make, model and orientation."""
    image, exif = capture.image, Image.Exif()
    if capture.phone:
        exif[_MAKE], exif[_MODEL] = "Hoso", "Fictitious Phone"
        exif[_ORIENTATION] = 6 if capture.turned else 1
        image = stored_by_sensor(image) if capture.turned else image
    file = BytesIO()
    picture = Image.fromarray(image)
    picture.save(file, "JPEG", quality=capture.quality, dpi=(DPI, DPI), exif=exif, subsampling="4:2:0", optimize=True)
    return file.getvalue()


def pdf(parts: Sequence[Capture | Sheet]) -> bytes:
    """A PDF: captures as full-page images (JPEG, or 1-bit when bilevel), sheets as text pages."""
    with pikepdf.new() as out:
        for part in parts:
            if isinstance(part, Sheet):
                add_text_page(out, part)
            else:
                _add_image_page(out, part)
        file = BytesIO()
        out.save(
            file, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate, compress_streams=True
        )
        return file.getvalue()


def _add_image_page(out: pikepdf.Pdf, capture: Capture) -> None:
    height, width = capture.image.shape[:2]
    if capture.bilevel:
        bits = np.packbits(capture.image > 127, axis=1).tobytes()
        image = out.make_stream(zlib.compress(bits, 9), Filter=Name.FlateDecode)
        image.BitsPerComponent, image.ColorSpace = 1, Name.DeviceGray
    else:
        image = out.make_stream(jpeg(capture), Filter=Name.DCTDecode)
        image.BitsPerComponent, image.ColorSpace = 8, Name.DeviceRGB
    image.Type, image.Subtype, image.Width, image.Height = Name.XObject, Name.Image, width, height
    page = Dictionary(
        Type=Name.Page,
        MediaBox=Array([0, 0, WIDTH_PT, HEIGHT_PT]),
        Resources=Dictionary(XObject=Dictionary(Im0=image)),
        Contents=out.make_stream(f"q {WIDTH_PT} 0 0 {HEIGHT_PT} 0 0 cm /Im0 Do Q".encode("ascii")),
    )
    out.pages.append(pikepdf.Page(out.make_indirect(page)))


def archive(files: Sequence[tuple[str, bytes]]) -> bytes:
    """A ZIP with UTF-8 names exactly as given (an NFD name stays NFD) and a fixed time."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as out:
        for name, content in files:
            out.writestr(zipfile.ZipInfo(name, _ZIP_TIME), content)
    return file.getvalue()
