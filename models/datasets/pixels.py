"""From an image file to the pixels that are read, one way for pages, crops of sets and what people label themselves."""

from __future__ import annotations

import io
import warnings

import cv2
import numpy as np
from PIL import Image as Pillow
from PIL import ImageOps
from pillow_heif import register_heif_opener

from models.protocols import Image

register_heif_opener()

# Named, because Pillow also opens formats that are programs (EPS starts Ghostscript).
_FORMATS = ("PNG", "JPEG", "TIFF", "WEBP", "HEIF", "AVIF", "BMP", "GIF", "JPEG2000", "PPM")


def decode(data: bytes) -> Image | None:
    """uint8 [h, w, 3] BGR of an encoded image, upright by its EXIF, transparency on white; None when it is none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Pillow.open(io.BytesIO(data), formats=_FORMATS) as image:
                return upright(image)
    except MemoryError:
        raise
    except Exception:  # decoders raise whatever damaged bytes lead them to
        return None


def upright(image: Pillow.Image) -> Image:
    """An opened image of any mode as 8-bit BGR, upright by its EXIF; transparency falls on white paper, 16-bit grey is
    scaled. The image is changed: Pillow copies all pixels otherwise, of most pages for nothing.
    """
    ImageOps.exif_transpose(image, in_place=True)
    return _bgr(image)


def _bgr(image: Pillow.Image) -> Image:
    if image.mode.startswith("I") or image.mode == "F":
        values = np.asarray(image, np.float32)
        scale = 65535.0 if values.max(initial=0) > 255 else 255.0
        grey = np.clip(values * (255.0 / scale), 0, 255).astype(np.uint8)
        return np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR), np.uint8)
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        layered = image.convert("RGBA")
        image = Pillow.alpha_composite(Pillow.new("RGBA", layered.size, "white"), layered)
    if image.mode != "RGB":
        image = image.convert("RGB")
    return np.asarray(cv2.cvtColor(np.asarray(image), cv2.COLOR_RGB2BGR), np.uint8)
