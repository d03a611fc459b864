"""Package: page images and their lines become one searchable, archivable PDF with the fields inside.

The page image is what is seen; its text lies on it invisibly and comes out in the order of the lines given. The file
is PDF/A-3b and not PDF/A-2b because ISO 19005-2, clause 6.8, forbids embedding a file that is not itself PDF/A, and
`fields.json` is embedded (AFRelationship /Data, ISO 19005-3, 6.8); in every other clause the two are the same.
Same input, same bytes. Pages are taken one at a time: no more than one page image is held beside the result.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import BinaryIO

from dossiers.page import Line
from workers.pdfa.document import ArchivalDocument, Attachment
from workers.pdfa.fonts import embed
from workers.pdfa.images import image_object
from workers.pdfa.invisible import InvisibleFont, text_operators
from workers.pdfa.metadata import Description
from workers.pdfa.writer import number, ref

FIELDS_NAME = "fields.json"


@dataclass(frozen=True, slots=True)
class PackagePage:
    """One page: the encoded image (JPEG or PNG) and its lines, in pixels of that image and in reading order."""

    image: bytes
    width: int
    height: int
    dpi: float
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class PackageInfo:
    """What the package says of itself. `fields_json` is embedded as it is."""

    code: str
    title: str
    agency: str
    created: datetime
    fields_json: bytes
    language: str = "vi"


def package(pages: Iterable[PackagePage], info: PackageInfo) -> bytes:
    """The PDF/A-3b file. Raises ValueError when there is no page or an image is not as its page says."""
    sink = BytesIO()
    write_package(pages, info, sink)
    return sink.getvalue()


def write_package(pages: Iterable[PackagePage], info: PackageInfo, sink: BinaryIO) -> None:
    """As `package`, written to `sink` page by page."""
    document, font = ArchivalDocument(sink), InvisibleFont()
    font_object = document.writer.reserve()
    count = 0
    for count, page in enumerate(pages, 1):  # noqa: B007 (the count is used after the loop)
        _write_page(document, page, font, font_object)
    if not count:
        raise ValueError("a package needs at least one page")
    embed(document.writer, font.metrics(), font_object)
    attachment = Attachment(FIELDS_NAME, "application/json", "Dữ liệu trích xuất từ hồ sơ", info.fields_json)
    document.finish(Description(info.title, info.agency, info.code, info.created, info.language), attachment)


def _write_page(document: ArchivalDocument, page: PackagePage, font: InvisibleFont, font_object: int) -> None:
    image = image_object(page.image)
    if (image.width, image.height) != (page.width, page.height):
        raise ValueError(f"the image is {image.width}x{image.height}, its page says {page.width}x{page.height}")
    picture = document.writer.stream(image.entries, image.data)
    scale = 72 / page.dpi
    width, height = page.width * scale, page.height * scale
    content = b"q\n%s 0 0 %s 0 0 cm\n/Im0 Do\nQ\n" % (number(width), number(height))
    text = text_operators(page.lines, font, b"/F0", scale, height)
    fonts = b" /Font << /F0 %s >>" % ref(font_object) if text else b""
    document.add_page(width, height, content + text, b"<< /XObject << /Im0 %s >>%s >>" % (ref(picture), fonts))
