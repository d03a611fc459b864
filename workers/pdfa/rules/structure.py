"""Clause 6.1 (file structure) and the catalog entries of 6.9 to 6.11."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pikepdf

from workers.pdfa.rules.subject import ClauseViolation, Subject, entries

_PERMISSIONS = {"/UR3", "/DocMDP"}


def check(subject: Subject) -> Iterator[ClauseViolation]:
    """Header, trailer, cross-references, streams and filters, limits, permissions, optional content."""
    yield from _header(subject.raw)
    yield from _trailer(subject)
    yield from _streams(subject)
    yield from _limits(subject)
    yield from _catalog(subject.pdf)


def _header(raw: bytes) -> Iterator[ClauseViolation]:
    first = re.match(rb"%PDF-1\.[0-7](\r\n|\r|\n)%([^\r\n]*)", raw)
    if not raw.startswith(b"%PDF-1.") or not first:
        yield ClauseViolation("6.1.2", "the file does not begin with %PDF-1.n and a comment line")
    elif len(first[2]) < 4 or any(byte < 128 for byte in first[2][:4]):
        yield ClauseViolation("6.1.2", "the comment after the header lacks four bytes over 127")


def _trailer(subject: Subject) -> Iterator[ClauseViolation]:
    trailer = subject.pdf.trailer
    identifier = trailer.get("/ID")
    if not isinstance(identifier, pikepdf.Array) or len(identifier) != 2 or not all(len(bytes(i)) for i in identifier):
        yield ClauseViolation("6.1.3", "the trailer has no file identifier")
    if "/Encrypt" in trailer or subject.pdf.is_encrypted:
        yield ClauseViolation("6.1.3", "the file is encrypted")
    if not re.search(rb"%%EOF(\r\n|\r|\n)?\Z", subject.raw):
        yield ClauseViolation("6.1.3", "something follows the last end-of-file marker")


def _streams(subject: Subject) -> Iterator[ClauseViolation]:
    for where, item in subject.objects:
        if not isinstance(item, pikepdf.Stream):
            continue
        keys = entries(item)
        if {"/F", "/FFilter", "/FDecodeParms"} & keys.keys():
            yield ClauseViolation("6.1.7.1", "a stream refers to data outside the file", where)
        filters = keys.get("/Filter")
        names = [str(f) for f in filters] if isinstance(filters, pikepdf.Array) else [str(filters)] if filters else []
        if "/LZWDecode" in names:
            yield ClauseViolation("6.1.7.2", "LZW compression", where)
        if "/Crypt" in names:
            yield ClauseViolation("6.1.7.2", "a Crypt filter", where)
        item.read_raw_bytes()
    for warning in subject.pdf.get_warnings():
        # Without the name of what was opened, which says "stream" for bytes in memory.
        text = re.sub(r"^.*?( \(|: )", "", str(warning), count=1)
        clause = "6.1.7.1" if "stream" in text else "6.1.4"
        yield ClauseViolation(clause, f"damaged: {text[:120]}")
    for where, instructions in ((p.where, p.instructions) for p in subject.painted):
        for operands, operator in instructions:
            if operator == "INLINE IMAGE" and re.search(r"/LZW|/Crypt", str(operands[0].obj)):
                yield ClauseViolation("6.1.10", "an inline image with a forbidden filter", where)


def _limits(subject: Subject) -> Iterator[ClauseViolation]:
    if len(subject.pdf.objects) > 8_388_607:
        yield ClauseViolation("6.1.13", "too many indirect objects")
    for where, item in subject.objects:
        if any(len(key.encode("utf-8", "surrogateescape")) > 128 for key in entries(item)):
            yield ClauseViolation("6.1.13", "a name longer than 127 bytes", where)
    for number, page in enumerate(subject.pdf.pages, 1):
        left, bottom, right, top = (float(v) for v in page.mediabox)
        if not all(3 <= side <= 14_400 for side in (abs(right - left), abs(top - bottom))):
            yield ClauseViolation("6.1.13", "a page side outside 3 to 14,400 units", f"page {number}")


def _catalog(pdf: pikepdf.Pdf) -> Iterator[ClauseViolation]:
    root = pdf.Root
    permissions = root.get("/Perms")
    if isinstance(permissions, pikepdf.Dictionary) and set(permissions.keys()) - _PERMISSIONS:
        yield ClauseViolation("6.1.12", "the permissions dictionary has entries other than UR3 and DocMDP")
    properties = root.get("/OCProperties")
    if isinstance(properties, pikepdf.Dictionary):
        yield from _optional_content(properties)
    names = root.get("/Names")
    if isinstance(names, pikepdf.Dictionary) and "/AlternatePresentations" in names:
        yield ClauseViolation("6.10", "alternate presentations")
    if any("/PresSteps" in page.obj for page in pdf.pages):
        yield ClauseViolation("6.10", "presentation steps")
    if "/Requirements" in root:
        yield ClauseViolation("6.11", "a Requirements entry in the catalog")


def _optional_content(properties: pikepdf.Object) -> Iterator[ClauseViolation]:
    configurations = [properties.get("/D"), *(properties.get("/Configs") or ())]
    names = [str(c.get("/Name")) for c in configurations if isinstance(c, pikepdf.Dictionary) and "/Name" in c]
    if len(names) < len(configurations) or len(set(names)) < len(names):
        yield ClauseViolation("6.9", "an optional content configuration without a name of its own")
    if any(isinstance(c, pikepdf.Dictionary) and "/AS" in c for c in configurations):
        yield ClauseViolation("6.9", "an optional content configuration that switches by itself (AS)")
