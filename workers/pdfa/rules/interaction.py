"""Clauses 6.3 to 6.5: annotations, forms and signatures, actions. A file signed later must pass them too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pikepdf

from workers.pdfa.rules.subject import ClauseViolation, Subject, entries

_ANNOTATIONS = {
    "/Text", "/Link", "/FreeText", "/Line", "/Square", "/Circle", "/Polygon", "/PolyLine", "/Highlight", "/Underline",
    "/Squiggly", "/StrikeOut", "/Stamp", "/Caret", "/Ink", "/Popup", "/FileAttachment", "/Widget", "/PrinterMark",
    "/TrapNet", "/Watermark", "/Redact",
}  # fmt: skip
_ACTIONS = {"/GoTo", "/GoToR", "/GoToE", "/Thread", "/URI", "/Named", "/SubmitForm"}
_NAMED = {"/NextPage", "/PrevPage", "/FirstPage", "/LastPage"}
_INVISIBLE, _HIDDEN, _PRINT, _NO_VIEW, _TOGGLE = 1, 2, 4, 32, 256


def check(subject: Subject) -> Iterator[ClauseViolation]:
    """All rules of interaction."""
    for number, page in enumerate(subject.pdf.pages, 1):
        for annotation in page.obj.get("/Annots") or ():
            if isinstance(annotation, pikepdf.Dictionary):
                yield from _annotation(f"page {number}", annotation)
        if "/AA" in page.obj:
            yield ClauseViolation("6.5.2", "a page with additional actions", f"page {number}")
    yield from _forms(subject.pdf)
    yield from _actions(subject)
    yield from _signatures(subject)


def _annotation(where: str, annotation: Any) -> Iterator[ClauseViolation]:
    kind = str(annotation.get("/Subtype"))
    if kind not in _ANNOTATIONS:
        yield ClauseViolation("6.3.1", f"an annotation of type {kind[1:]}", where)
    if kind == "/Popup":
        return
    flags = int(annotation.get("/F", 0))
    if "/F" not in annotation or not flags & _PRINT or flags & (_INVISIBLE | _HIDDEN | _NO_VIEW | _TOGGLE):
        yield ClauseViolation("6.3.2", "an annotation that is hidden or does not print", where)
    left, bottom, right, top = (float(v) for v in annotation.get("/Rect", [0, 0, 0, 0]))
    appearance = annotation.get("/AP")
    if not isinstance(appearance, pikepdf.Dictionary):
        if kind != "/Link" and left != right and bottom != top:
            yield ClauseViolation("6.3.3", "an annotation without an appearance", where)
        return
    if set(appearance.keys()) != {"/N"}:
        yield ClauseViolation("6.3.3", "an appearance dictionary with more or less than N", where)
    normal, button = appearance.get("/N"), kind == "/Widget" and annotation.get("/FT") == "/Btn"
    if button != (isinstance(normal, pikepdf.Dictionary) and not isinstance(normal, pikepdf.Stream)):
        yield ClauseViolation("6.3.3", "a normal appearance of the wrong kind", where)


def _forms(pdf: pikepdf.Pdf) -> Iterator[ClauseViolation]:
    form = pdf.Root.get("/AcroForm")
    if isinstance(form, pikepdf.Dictionary):
        if form.get("/NeedAppearances"):
            yield ClauseViolation("6.4.1", "the form asks the reader to make appearances")
        if "/XFA" in form:
            yield ClauseViolation("6.4.2", "an XFA form")
    if pdf.Root.get("/NeedsRendering"):
        yield ClauseViolation("6.4.2", "the catalog says NeedsRendering")


def _actions(subject: Subject) -> Iterator[ClauseViolation]:
    if "/AA" in subject.pdf.Root:
        yield ClauseViolation("6.5.2", "a catalog with additional actions")
    names = subject.pdf.Root.get("/Names")
    if isinstance(names, pikepdf.Dictionary) and "/JavaScript" in names:
        yield ClauseViolation("6.5.1", "scripts in the name tree")
    for where, item in subject.objects:
        keys = entries(item)
        kind = str(keys.get("/S"))
        if keys.get("/Type") == "/Action" or "/JS" in keys or kind in ("/JavaScript", "/Launch"):
            if kind not in _ACTIONS:
                yield ClauseViolation("6.5.1", f"an action of type {kind[1:]}", where)
            elif kind == "/Named" and str(keys.get("/N")) not in _NAMED:
                yield ClauseViolation("6.5.1", "a named action other than page turning", where)
        if keys.get("/FT") and ("/AA" in keys or (keys.get("/Subtype") == "/Widget" and "/A" in keys)):
            yield ClauseViolation("6.4.1", "a form field with an action", where)


def _signatures(subject: Subject) -> Iterator[ClauseViolation]:
    for where, item in subject.objects:
        keys = entries(item)
        if "/ByteRange" not in keys or "/Contents" not in keys:
            continue
        span = [int(v) for v in keys["/ByteRange"]]
        raw = subject.raw
        inside = len(span) == 4 and span[0] == 0 and 0 < span[1] < span[2] and span[2] + span[3] <= len(raw)
        # The gap is the hexadecimal string of the signature and nothing else.
        if not inside or raw[span[1] : span[1] + 1] != b"<" or raw[span[2] - 1 : span[2]] != b">":
            yield ClauseViolation("6.4.3", "a signature that does not cover its whole revision", where)
        elif not raw[: span[2] + span[3]].rstrip(b"\r\n").endswith(b"%%EOF"):
            yield ClauseViolation("6.4.3", "a signature whose range does not end at an end of file", where)
