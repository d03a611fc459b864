"""What a file really is, by its first bytes. Its name is only compared, never believed."""

from __future__ import annotations

from pathlib import Path, PurePath

PDF, ZIP = "application/pdf", "application/zip"
JPEG, PNG, TIFF, WEBP, HEIC = "image/jpeg", "image/png", "image/tiff", "image/webp", "image/heic"
IMAGES = frozenset({JPEG, PNG, TIFF, WEBP, HEIC})

_HEAD = 1024
_EXTENSIONS = {
    ".pdf": PDF, ".zip": ZIP, ".jpg": JPEG, ".jpeg": JPEG, ".jpe": JPEG, ".jfif": JPEG, ".png": PNG, ".tif": TIFF,
    ".tiff": TIFF, ".webp": WEBP, ".heic": HEIC, ".heif": HEIC, ".hif": HEIC,
}  # fmt: skip
_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}


def media_type(path: Path) -> str | None:
    """The media type of the file at `path`, or None when it is none of those read here."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    return of_bytes(head)


def of_bytes(head: bytes) -> str | None:
    """As `media_type`, for the first bytes of a file."""
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        return TIFF
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    if head[4:8] == b"ftyp" and head[8:12] in _HEIF_BRANDS:
        return HEIC
    if head[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return ZIP
    # ISO 32000-1 allows bytes before the header; readers accept it in the first kilobyte.
    return PDF if b"%PDF-" in head else None


def extension_fits(name: str, kind: str) -> bool:
    """Whether the file name's extension says the same as the content."""
    return _EXTENSIONS.get(PurePath(name).suffix.lower()) == kind
