"""Image files: size and frames from their headers, then pixels. Nothing is decoded before its size was checked."""

from __future__ import annotations

import struct
import warnings
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from config.settings import Limits
from models.datasets.pixels import upright  # also teaches Pillow HEIC
from workers.formats.errors import BrokenFile, FileError, NoPages, TooManyPages, TooManyPixels, TruncatedFile
from workers.formats.sniff import HEIC, JPEG, PNG, TIFF, WEBP

# Sizes are checked here against the configured limit, which is stricter than Pillow's own guard.
Image.MAX_IMAGE_PIXELS = None

_A4_LONG_INCHES = 297 / 25.4
_PLAUSIBLE_LONG_INCHES = (5.0, 24.0)  # A6 to A2: outside it, the file's own resolution is not believed


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame: BGR pixels standing as the camera saw them (EXIF applied), and dots per inch of the paper."""

    pixels: NDArray[np.uint8]
    dpi: float


def count_frames(path: Path, kind: str, limits: Limits) -> int:
    """Pages in an image file after checking every header. Raises a FileError that says what is wrong."""
    _whole(path, kind)
    with _reading(path) as image:
        frames = 0
        # Only TIFF has pages; animated WebP or PNG and HEIC bursts count as their first image.
        while True:
            if image.width * image.height > limits.image_pixels:
                raise TooManyPixels(f"frame {frames + 1}: {image.width} x {image.height}")
            frames += 1
            if frames > limits.pages_per_file:
                raise TooManyPages(f"more than {limits.pages_per_file}")
            if kind != TIFF:
                break
            if not _strips_inside(image, path.stat().st_size):
                raise TruncatedFile(f"frame {frames}")
            try:
                image.seek(frames)
            except EOFError:
                break
            except (OSError, SyntaxError, ValueError, struct.error, TypeError) as error:
                raise BrokenFile(f"frame {frames + 1}") from error
        if kind == JPEG:
            # The entropy-coded data has no length: only decoding (here at an eighth of the size) shows it is whole.
            image.draft("RGB", (max(1, image.width // 8), max(1, image.height // 8)))
            image.load()
    if kind == PNG:
        with _reading(path) as image:
            image.verify()
    if not frames:
        raise NoPages()
    return frames


def read_frame(path: Path, frame: int, limits: Limits) -> Frame:
    """Frame `frame` (0-based) of the image at `path`, scaled down so that no side is over `limits.page_side_px`."""
    with _reading(path) as image:
        if frame:
            image.seek(frame)
        if image.width * image.height > limits.image_pixels:
            raise TooManyPixels(f"{image.width} x {image.height}")
        dpi, longest = _paper_dpi(image), max(image.size)
        if longest > 2 * limits.page_side_px:
            image.draft("RGB", (limits.page_side_px, limits.page_side_px))
        pixels = upright(image)
    side = max(pixels.shape[:2])
    if side > limits.page_side_px:
        height, width = (max(1, length * limits.page_side_px // side) for length in pixels.shape[:2])
        pixels = np.asarray(cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    return Frame(pixels, dpi * max(pixels.shape[:2]) / longest)


def photo_dpi(longest_px: int) -> float:
    """Dots per inch of an image whose paper size is unknown: its longest side is taken as that of A4."""
    return longest_px / _A4_LONG_INCHES


class _reading:
    """Opens an image; whatever a decoder raises becomes the FileError that says it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> Image.Image:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                self._image = Image.open(self._path)
        except (OSError, UnidentifiedImageError, SyntaxError, ValueError, EOFError, struct.error, TypeError) as error:
            raise BrokenFile("header") from error
        return self._image

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        self._image.close()
        if error is None or isinstance(error, FileError | MemoryError):
            return
        if isinstance(error, OSError) and "truncated" in str(error):
            raise TruncatedFile("pixels") from error
        if isinstance(error, Exception):
            raise BrokenFile(type(error).__name__) from error


def _whole(path: Path, kind: str) -> None:
    """Compare lengths that RIFF and ISO base-media headers state with the file's real length."""
    size = path.stat().st_size
    with path.open("rb") as file:
        if kind == WEBP:
            (stated,) = struct.unpack("<4xI", file.read(8))
            if stated + 8 > size:
                raise TruncatedFile("RIFF")
        at = 0
        while kind == HEIC and at + 8 <= size:
            file.seek(at)
            head = file.read(16)
            (box,) = struct.unpack(">I", head[:4])
            if box == 1 and len(head) == 16:
                (box,) = struct.unpack(">Q", head[8:16])
            if box == 0:
                break
            if box < 8 or at + box > size:
                raise TruncatedFile("box")
            at += box


def _strips_inside(image: Image.Image, size: int) -> bool:
    """Whether all strips or tiles of the current TIFF frame lie inside the file."""
    tags = getattr(image, "tag_v2", {})
    offsets, counts = tags.get(273) or tags.get(324) or (), tags.get(279) or tags.get(325) or ()
    return all(at + length <= size for at, length in zip(offsets, counts, strict=False))


def _paper_dpi(image: Image.Image) -> float:
    """The file's own resolution when it makes a sheet of plausible size, else that of an A4 sheet."""
    stated, longest = image.info.get("dpi"), max(image.size)
    if isinstance(stated, tuple) and len(stated) == 2:
        try:
            dpi = float(stated[0])
        except (TypeError, ValueError, ZeroDivisionError, OverflowError):
            dpi = 0.0
        if dpi > 0 and _PLAUSIBLE_LONG_INCHES[0] <= longest / dpi <= _PLAUSIBLE_LONG_INCHES[1]:
            return dpi
    return photo_dpi(longest)
