"""What the rules look at: the bytes, the opened file, and the contents that are painted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pikepdf


@dataclass(frozen=True, slots=True)
class ClauseViolation:
    """One breach: the clause of ISO 19005-2 (or -3 where they differ), what is wrong, and in which object or page."""

    clause: str
    message: str
    where: str = ""


@dataclass(frozen=True, slots=True)
class Painted:
    """A content stream with the resources it uses: a page, a form XObject or an annotation's appearance."""

    where: str
    instructions: tuple[tuple[tuple[Any, ...], str], ...]
    resources: Any


@dataclass(slots=True)
class Subject:
    """One file under examination."""

    raw: bytes
    pdf: pikepdf.Pdf
    objects: list[tuple[str, Any]] = field(default_factory=list)
    painted: list[Painted] = field(default_factory=list)

    @classmethod
    def of(cls, raw: bytes, pdf: pikepdf.Pdf) -> Subject:
        """Collect every dictionary and stream (direct ones too) and every content stream once."""
        subject = cls(raw, pdf)
        for item in pdf.objects:
            if isinstance(item, pikepdf.Object):
                number, generation = item.objgen
                subject.objects.extend(_dictionaries(f"{number} {generation} R", item, 0))
        subject.painted.extend(_contents(pdf))
        return subject


def entries(item: Any) -> dict[str, Any]:
    """The keys and values of a dictionary or a stream's dictionary."""
    dictionary = item.stream_dict if isinstance(item, pikepdf.Stream) else item
    return dict(dictionary.items())


def _dictionaries(where: str, item: Any, depth: int) -> Iterator[tuple[str, Any]]:
    """`item` and the direct dictionaries inside it; indirect ones come by themselves."""
    if depth > 24:
        return
    if isinstance(item, pikepdf.Dictionary | pikepdf.Stream):
        yield where, item
        inner = list(entries(item).values())
    elif isinstance(item, pikepdf.Array):
        inner = list(item)
    else:
        return
    for value in inner:
        if isinstance(value, pikepdf.Object) and not value.is_indirect:
            yield from _dictionaries(where, value, depth + 1)


def _contents(pdf: pikepdf.Pdf) -> Iterator[Painted]:
    seen: set[tuple[int, int]] = set()
    for number, page in enumerate(pdf.pages, 1):
        where = f"page {number}"
        resources = page.obj.get("/Resources") or _inherited(page.obj)
        yield Painted(where, _instructions(page), resources)
        yield from _forms(where, resources, seen)
        for annotation in page.obj.get("/Annots") or ():
            appearance = annotation.get("/AP")
            for stream in _streams(appearance.get("/N")) if isinstance(appearance, pikepdf.Dictionary) else ():
                yield from _form(f"{where}, annotation", stream, resources, seen)


def _inherited(page: Any) -> Any:
    parent = page.get("/Parent")
    while isinstance(parent, pikepdf.Dictionary):
        if "/Resources" in parent:
            return parent["/Resources"]
        parent = parent.get("/Parent")
    return pikepdf.Dictionary()


def _forms(where: str, resources: Any, seen: set[tuple[int, int]]) -> Iterator[Painted]:
    objects = resources.get("/XObject") if isinstance(resources, pikepdf.Dictionary) else None
    for _, item in objects.items() if isinstance(objects, pikepdf.Dictionary) else ():
        if isinstance(item, pikepdf.Stream) and item.get("/Subtype") == "/Form":
            yield from _form(where, item, resources, seen)


def _form(where: str, stream: Any, outer: Any, seen: set[tuple[int, int]]) -> Iterator[Painted]:
    if stream.objgen in seen:
        return
    seen.add(stream.objgen)
    resources = stream.get("/Resources") or outer
    yield Painted(where, _instructions(stream), resources)
    yield from _forms(where, resources, seen)


def _streams(item: Any) -> Iterator[Any]:
    if isinstance(item, pikepdf.Stream):
        yield item
    elif isinstance(item, pikepdf.Dictionary):
        for value in item.as_dict().values():
            if isinstance(value, pikepdf.Stream):
                yield value


def _instructions(source: Any) -> tuple[tuple[tuple[Any, ...], str], ...]:
    try:
        return tuple((tuple(i.operands), str(i.operator)) for i in pikepdf.parse_content_stream(source))
    except (pikepdf.PdfError, TypeError, ValueError):
        return (((), "(unreadable)"),)
