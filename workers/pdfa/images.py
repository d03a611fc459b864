"""Page images as PDF image objects, without re-encoding where the bytes can go in as they are.

JPEG (grey or RGB) goes in as DCT; PNG without alpha, interlace or 16-bit samples as its own Flate data; black and
white as CCITT Group 4. Everything else (CMYK, alpha, other formats) is decoded and stored as lossless RGB: an
sRGB output intent allows grey and RGB only (ISO 19005-2, 6.2.4.3).
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from PIL import Image, TiffImagePlugin


@dataclass(frozen=True, slots=True)
class ImageObject:
    """An image XObject: its size in pixels, dictionary entries (without /Length) and data."""

    width: int
    height: int
    entries: bytes
    data: bytes


def image_object(image: bytes) -> ImageObject:
    """The image object for an encoded image. Raises ValueError when it is not a readable image."""
    try:
        with Image.open(BytesIO(image)) as opened:
            kind, mode, (width, height) = opened.format, opened.mode, opened.size
            if kind == "JPEG" and mode in ("L", "RGB"):
                colour, depth, filters, data = b"/DeviceGray" if mode == "L" else b"/DeviceRGB", 8, b"/DCTDecode", image
            elif kind == "PNG" and (direct := _png(image)):
                colour, depth, filters, data = direct
            elif mode == "1":
                colour, depth, filters, data = _bilevel(opened)
            else:
                colour, depth, filters, data = _lossless(opened)
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError(f"not a readable image: {type(error).__name__}") from error
    entries = b"/Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace %s /BitsPerComponent %d /Filter %s" % (
        width, height, colour, depth, filters,
    )  # fmt: skip
    return ImageObject(width, height, entries, data)


_Parts = tuple[bytes, int, bytes, bytes]


def _png(image: bytes) -> _Parts | None:
    """The IDAT data of a PNG as Flate with PNG predictors, or None when it cannot go in as it is."""
    width, depth, colour, interlace = *struct.unpack(">I4xBB", image[16:26]), image[28]
    if colour not in (0, 2) or interlace or depth == 16 or (depth == 1 and colour == 0):
        return None
    data, at = bytearray(), 8
    while at + 12 <= len(image):
        (size,), kind = struct.unpack(">I", image[at : at + 4]), image[at + 4 : at + 8]
        if kind == b"tRNS":
            return None
        if kind == b"IDAT":
            data += image[at + 8 : at + 8 + size]
        at += 12 + size
    colours = 3 if colour == 2 else 1
    parameters = b"<< /Predictor 15 /Colors %d /BitsPerComponent %d /Columns %d >>" % (colours, depth, width)
    space = b"/DeviceRGB" if colour == 2 else b"/DeviceGray"
    return space, depth, b"/FlateDecode /DecodeParms " + parameters, bytes(data)


def _bilevel(image: Image.Image) -> _Parts:
    """CCITT Group 4, in one strip, 0 is white as TIFF's default photometric says."""
    sink = BytesIO()
    ifd = TiffImagePlugin.ImageFileDirectory_v2()
    ifd[TiffImagePlugin.ROWSPERSTRIP] = image.height
    image.save(sink, "TIFF", compression="group4", tiffinfo=ifd)
    with Image.open(BytesIO(sink.getvalue())) as saved:
        if not isinstance(saved, TiffImagePlugin.TiffImageFile):
            raise ValueError("not a TIFF")
        tags = saved.tag_v2
        offsets, counts, photometric = tags[273], tags[279], tags[262]
    if len(offsets) != 1:
        return _lossless(image)
    black_is_one = b"true" if photometric == 1 else b"false"
    parameters = b"<< /K -1 /Columns %d /Rows %d /BlackIs1 %s >>" % (image.width, image.height, black_is_one)
    data = sink.getvalue()[offsets[0] : offsets[0] + counts[0]]
    return b"/DeviceGray", 1, b"/CCITTFaxDecode /DecodeParms " + parameters, data


def _lossless(image: Image.Image) -> _Parts:
    """Flate with the PNG Up predictor, grey when the image is grey."""
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        layered = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", layered.size, "white"), layered)
    if image.mode.startswith("I"):  # 16-bit grey, which Pillow would clip instead of scaling
        pixels = (np.asarray(image).astype(np.uint32) >> 8).astype(np.uint8)
    else:
        pixels = np.asarray(image.convert("L" if image.mode in ("1", "L") else "RGB"))
    rows = pixels.reshape(pixels.shape[0], -1)
    up = rows.copy()
    up[1:] -= rows[:-1]
    filtered = np.concatenate([np.full((len(rows), 1), 2, np.uint8), up], axis=1)
    colours = 1 if pixels.ndim == 2 else 3
    parameters = b"<< /Predictor 15 /Colors %d /BitsPerComponent 8 /Columns %d >>" % (colours, image.width)
    space = b"/DeviceGray" if colours == 1 else b"/DeviceRGB"
    return space, 8, b"/FlateDecode /DecodeParms " + parameters, zlib.compress(filtered.tobytes(), 6)
