"""Clauses 6.6 (XMP) and 6.8 (embedded files)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from typing import Any
from xml.etree import ElementTree

import pikepdf

from workers.pdfa.rules.subject import ClauseViolation, Subject, entries

_NS = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "pdf": "http://ns.adobe.com/pdf/1.3/",
    "pdfaid": "http://www.aiim.org/pdfa/ns/id/",
}
# Schemas that XMP and ISO 19005 predefine; others need an extension schema description (6.6.2.3).
_PREDEFINED = {*_NS.values(), "http://ns.adobe.com/xap/1.0/mm/", "http://ns.adobe.com/xap/1.0/rights/",
               "http://www.aiim.org/pdfa/ns/extension/", "http://www.w3.org/XML/1998/namespace"}  # fmt: skip
_INFO = {
    "/Title": "dc:title", "/Author": "dc:creator", "/Subject": "dc:description", "/Creator": "xmp:CreatorTool",
    "/Producer": "pdf:Producer", "/CreationDate": "xmp:CreateDate", "/ModDate": "xmp:ModifyDate",
}  # fmt: skip


def check(subject: Subject) -> Iterator[ClauseViolation]:
    """Metadata and attachments."""
    stream = subject.pdf.Root.get("/Metadata")
    if not isinstance(stream, pikepdf.Stream) or stream.get("/Subtype") != "/XML":
        yield ClauseViolation("6.6.2.1", "no metadata stream in the catalog")
        yield from _embedded(subject, "")
        return
    if "/Filter" in stream:
        yield ClauseViolation("6.6.2.1", "the metadata stream is compressed, so simple tools cannot find it")
    packet = stream.read_bytes()
    header = re.match(rb"\s*<\?xpacket([^>]*)\?>", packet)
    if not header or b"<?xpacket end=" not in packet:
        yield ClauseViolation("6.6.2.1", "the metadata is not wrapped in an XMP packet")
    elif re.search(rb"\b(bytes|encoding)\s*=", header[1]):
        yield ClauseViolation("6.6.2.1", "the packet header has a bytes or encoding attribute")
    try:
        packet.decode("utf-8")
        # ElementTree resolves no external entities; a packet with a document type is refused all the same.
        if b"<!DOCTYPE" in packet:
            raise ElementTree.ParseError("document type")
        root = ElementTree.parse(BytesIO(packet)).getroot()  # noqa: S314
    except (ElementTree.ParseError, UnicodeDecodeError, TypeError):
        yield ClauseViolation("6.6.2.1", "the metadata is not well-formed UTF-8 XML")
        yield from _embedded(subject, "")
        return
    values = _properties(root)
    foreign = {tag.split("}")[0][1:] for tag in values if tag.startswith("{")} - _PREDEFINED
    if foreign and b"pdfaExtension:schemas" not in packet:
        yield ClauseViolation("6.6.2.3", "properties of a schema that is not described")
    part, conformance = (values.get(f"{{{_NS['pdfaid']}}}{key}", "") for key in ("part", "conformance"))
    if part not in ("2", "3") or conformance not in ("A", "B", "U"):
        yield ClauseViolation("6.6.4", "the metadata does not declare PDF/A-2 or PDF/A-3")
    yield from _info(subject.pdf, values)
    yield from _embedded(subject, part)


def _properties(root: Any) -> dict[str, str]:
    """All properties of all descriptions by qualified name, containers joined."""
    values: dict[str, str] = {}
    for description in root.iter(f"{{{_NS['rdf']}}}Description"):
        values |= {k: v for k, v in description.attrib.items() if not k.startswith(f"{{{_NS['rdf']}}}")}
        for child in description:
            items = [li.text or "" for li in child.iter(f"{{{_NS['rdf']}}}li")]
            values.setdefault(child.tag, "; ".join(items) if items else (child.text or "").strip())
    return values


def _info(pdf: pikepdf.Pdf, values: dict[str, str]) -> Iterator[ClauseViolation]:
    """Readers of part 2 ignore Info; these files keep both equal, because people's tools show one or the other."""
    info = pdf.trailer.get("/Info")
    if not isinstance(info, pikepdf.Dictionary):
        return
    for key, name in _INFO.items():
        if key not in info:
            continue
        prefix, local = name.split(":")
        there = values.get(f"{{{_NS[prefix]}}}{local}")
        here = str(info[key])
        same = _moment(here) == _moment(there) if key.endswith("Date") and there else here == there
        # The signing library appends its name to Info's Producer and puts it alone into XMP.
        if key == "/Producer" and there and there in here.split("; "):
            continue
        if not same:
            yield ClauseViolation("6.6.3", f"{key[1:]} differs between Info and XMP")


def _moment(text: str) -> datetime | None:
    digits = re.fullmatch(r"D:(\d{14})(?:Z|([+-]\d\d)'?(\d\d)?'?)?", text)
    try:
        if digits:
            zone = f"{digits[2]}:{digits[3] or '00'}" if digits[2] else "+00:00"
            stamp = digits[1]
            return datetime.fromisoformat(f"{stamp[:8]}T{stamp[8:]}{zone}")
        return datetime.fromisoformat(text).replace(microsecond=0)
    except ValueError:
        return None


def _embedded(subject: Subject, part: str) -> Iterator[ClauseViolation]:
    associated: set[tuple[int, int]] = set()
    for _, item in subject.objects:
        listed = entries(item).get("/AF")
        if isinstance(listed, pikepdf.Array):
            associated.update(spec.objgen for spec in listed if isinstance(spec, pikepdf.Object))
    for where, item in subject.objects:
        keys = entries(item)
        if "/EF" not in keys:
            continue
        if part == "2":
            yield ClauseViolation("6.8", "PDF/A-2 embeds a file that is not shown to be PDF/A", where)
        if not {"/F", "/UF"} <= keys.keys():
            yield ClauseViolation("6.8", "a file specification without F or UF", where)
        if part == "3":
            if "/AFRelationship" not in keys:
                yield ClauseViolation("6.8", "an embedded file without AFRelationship", where)
            if item.objgen not in associated:
                yield ClauseViolation("6.8", "an embedded file that is associated with nothing (AF)", where)
            file = keys["/EF"].get("/F") if isinstance(keys["/EF"], pikepdf.Dictionary) else None
            kind = str(file.get("/Subtype", "")) if isinstance(file, pikepdf.Stream) else ""
            if not re.fullmatch(r"/[\w.+-]+/[\w.+-]+", kind):
                yield ClauseViolation("6.8", "an embedded file without a media type", where)
            elif "/ModDate" not in (entries(file).get("/Params") or {}):
                yield ClauseViolation("6.8", "an embedded file without a modification date", where)
