"""One PDF/A-3b document being written: pages one by one, then what the standard asks of the whole file.

Why part 3 and not part 2: ISO 19005-2, clause 6.8, lets a file embed only files that are themselves PDF/A; the
fields travel as an embedded JSON file, so the document is declared ISO 19005-3 (PDF/A-3b), which differs from
PDF/A-2b in that clause alone. A document without an attachment is declared the same, so that the two can be joined.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import BinaryIO

from workers.pdfa import icc, metadata
from workers.pdfa.metadata import Description
from workers.pdfa.writer import PdfWriter, name, number, ref, string


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes along, as an associated file with relationship /Data (ISO 19005-3, 6.8)."""

    name: str
    media_type: str
    description: str
    data: bytes


class ArchivalDocument:
    """Life cycle: construct, `add_page` for each page, `finish` once. `writer` is open for fonts and images."""

    def __init__(self, sink: BinaryIO) -> None:
        self.writer = PdfWriter(sink)
        self._pages: list[int] = []
        self._tree = self.writer.reserve()

    def add_page(self, width: float, height: float, content: bytes, resources: bytes) -> int:
        """Add a page of `width` x `height` points; `resources` is a dictionary body. Returns the object number."""
        stream = self.writer.stream(b"", content, deflate=True)
        body = b"<< /Type /Page /Parent %s /MediaBox [0 0 %s %s] /Resources %s /Contents %s >>" % (
            ref(self._tree), number(width), number(height), resources, ref(stream),
        )  # fmt: skip
        self._pages.append(self.writer.write(body))
        return self._pages[-1]

    def finish(self, about: Description, attachment: Attachment | None = None) -> None:
        """Write page tree, output intent, metadata, attachment and catalog, then the trailer."""
        out = self.writer
        kids = b" ".join(map(ref, self._pages))
        out.write(b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(self._pages), kids), self._tree)
        profile = out.stream(b"/N 3 /Alternate /DeviceRGB", icc.srgb(), deflate=True)
        intent = out.write(
            b"<< /Type /OutputIntent /S /GTS_PDFA1 /OutputConditionIdentifier (sRGB IEC61966-2.1) "
            b"/Info (sRGB IEC61966-2.1) /RegistryName (http://www.color.org) /DestOutputProfile %s >>" % ref(profile)
        )
        packet = out.stream(b"/Type /Metadata /Subtype /XML", metadata.xmp(about))
        catalog = (
            b"<< /Type /Catalog /Version /1.7 /Pages %s /Metadata %s /OutputIntents [%s] /Lang %s "
            b"/MarkInfo << /Marked false >> /ViewerPreferences << /DisplayDocTitle true >>"
            % (ref(self._tree), ref(packet), ref(intent), string(about.language))
        )
        if attachment:
            spec = self._attach(attachment, about)
            catalog += b" /AF [%s] /Names << /EmbeddedFiles << /Names [%s %s] >> >>" % (
                ref(spec), string(attachment.name), ref(spec),
            )  # fmt: skip
        root = out.write(catalog + b" >>")
        out.finish(root, out.write(metadata.info(about)))

    def _attach(self, file: Attachment, about: Description) -> int:
        date = string(metadata.pdf_date(about.when))
        digest = hashlib.md5(file.data, usedforsecurity=False).hexdigest().upper().encode("ascii")
        data = self.writer.stream(
            b"/Type /EmbeddedFile /Subtype %s /Params << /Size %d /CreationDate %s /ModDate %s /CheckSum <%s> >>"
            % (name(file.media_type), len(file.data), date, date, digest),
            file.data,
            deflate=True,
        )
        return self.writer.write(
            b"<< /Type /Filespec /F %s /UF %s /Desc %s /AFRelationship /Data /EF << /F %s /UF %s >> >>"
            % (string(file.name), string(file.name), string(file.description), ref(data), ref(data))
        )
