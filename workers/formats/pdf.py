"""PDF files: can they be opened, how many pages, what is active in them, do their images fit the limits.

Nothing is executed and nothing is rendered here. A damaged file is repaired into a copy; the given file stays as it is.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from pathlib import Path

import pikepdf

from config.settings import Limits
from workers.formats.errors import (
    BrokenFile,
    DecompressionBomb,
    EncryptedFile,
    NoPages,
    TooManyPages,
    TooManyPixels,
    TruncatedFile,
)

_SCRIPT, _ATTACHED, _LAUNCH, _FORMS = "javascript", "embedded-files", "launch-action", "forms"
_ACTIVE = {
    _SCRIPT: re.compile(rb"/S\s*/JavaScript\b|/JS\b"),
    _ATTACHED: re.compile(rb"/EmbeddedFiles?\b|/FileAttachment\b|/RichMedia\b"),
    _LAUNCH: re.compile(rb"/S\s*/Launch\b"),
}
_CONTENT_BYTES = 128 * 1024 * 1024  # no honest page description inflates beyond this


@dataclass(frozen=True, slots=True)
class PdfFacts:
    """What the structure says. `path` is the given file, or a repaired copy when `repaired`."""

    path: Path
    pages: int
    flags: tuple[str, ...]
    repaired: bool
    truncated: bool


def examine(path: Path, workdir: Path, limits: Limits) -> PdfFacts:
    """Open the PDF at `path` and check it. Raises the FileError that says what is wrong."""
    cut = _lacks_end(path)
    try:
        pdf = pikepdf.open(path, suppress_warnings=True)
    except pikepdf.PasswordError as error:
        raise EncryptedFile() from error
    except (pikepdf.PdfError, ValueError, OSError, RuntimeError) as error:
        raise (TruncatedFile if cut else BrokenFile)(type(error).__name__) from error
    with pdf:
        try:
            pages = len(pdf.pages)
            _check_pages(pages, cut, limits)
            flags = _flags(pdf, limits)
            damaged = bool(pdf.get_warnings())
            if damaged:
                repaired = workdir / f"{path.stem}-repaired.pdf"
                pdf.save(repaired, encryption=False)
        except (pikepdf.PdfError, ValueError, TypeError, KeyError, RuntimeError) as error:
            raise (TruncatedFile if cut else BrokenFile)(type(error).__name__) from error
    return PdfFacts(repaired if damaged else path, pages, flags, damaged, cut)


def _check_pages(pages: int, cut: bool, limits: Limits) -> None:
    if pages == 0:
        raise TruncatedFile("no page survived") if cut else NoPages()
    if pages > limits.pages_per_file:
        raise TooManyPages(f"{pages} pages, at most {limits.pages_per_file}")


def _lacks_end(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 2048))
        return b"%%EOF" not in file.read()


def _flags(pdf: pikepdf.Pdf, limits: Limits) -> tuple[str, ...]:
    """Walk all objects once: refuse oversized images and inflating streams, note what is active."""
    found: set[str] = set()
    for item in pdf.objects:
        if isinstance(item, pikepdf.Stream):
            dictionary = item.stream_dict
            if dictionary.get("/Subtype") == "/Image":
                _check_image(dictionary, limits)
            elif dictionary.get("/Type") not in ("/XRef", "/ObjStm", "/EmbeddedFile"):
                _check_inflation(item)
        elif isinstance(item, pikepdf.Dictionary | pikepdf.Array):
            dictionary = item
        else:
            continue
        text = dictionary.unparse(resolved=True)
        found.update(flag for flag, pattern in _ACTIVE.items() if flag not in found and pattern.search(text))
    form = pdf.Root.get("/AcroForm")
    if isinstance(form, pikepdf.Dictionary) and ("/XFA" in form or _has_entry_fields(form)):
        found.add(_FORMS)
    if pdf.is_encrypted:
        found.add("restricted")
    return tuple(sorted(found))


def _has_entry_fields(form: pikepdf.Dictionary) -> bool:
    """Whether the form has fields other than signatures."""
    fields = form.get("/Fields")
    if not isinstance(fields, pikepdf.Array):
        return False
    return any(isinstance(f, pikepdf.Dictionary) and f.get("/FT") != "/Sig" for f in fields)


def _check_image(dictionary: pikepdf.Object, limits: Limits) -> None:
    width, height = (int(dictionary.get(key, 0)) for key in ("/Width", "/Height"))
    if width * height > limits.image_pixels:
        raise TooManyPixels(f"{width} x {height}")


def _check_inflation(stream: pikepdf.Stream) -> None:
    """Inflate page descriptions with a counter; only Flate multiplies enough to matter."""
    filters = stream.stream_dict.get("/Filter")
    kinds = [str(f) for f in filters] if isinstance(filters, pikepdf.Array) else [str(filters)]
    if "/FlateDecode" not in kinds:
        return
    data = stream.read_raw_bytes()
    # A second Flate layer inside is itself a stream of at most this size, inflated again below.
    for _ in range(min(kinds.count("/FlateDecode"), 4)):
        data = _inflate(data)


def _inflate(data: bytes) -> bytes:
    inflater, parts, total, rest = zlib.decompressobj(), list[bytes](), 0, data
    try:
        while rest and not inflater.eof:
            part = inflater.decompress(rest, 1 << 20)
            total += len(part)
            if total > _CONTENT_BYTES:
                raise DecompressionBomb(f"a stream of {len(data)} bytes")
            parts.append(part)
            rest = inflater.unconsumed_tail
            if not part and not rest:
                break
    except zlib.error:
        return b""  # damaged content is the renderer's matter: it shows what can be shown
    return b"".join(parts)
