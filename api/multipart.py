"""Multipart bodies as a stream of small events; nothing is collected here (RFC 7578).

File names come in UTF-8, plain or as `filename*` (RFC 5987), often decomposed by the sender's system: they leave NFC,
without folders and control characters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import unquote

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header

from api.errors import UploadBroken

_MAX_HEADERS = 8 * 1024
_STAR = re.compile(rb"filename\*\s*=\s*(?:utf-8|UTF-8)''([^;\s]+)")


@dataclass(frozen=True, slots=True)
class PartStart:
    """A part begins. `filename` is None for a plain field."""

    name: str
    filename: str | None
    media_type: str


@dataclass(frozen=True, slots=True)
class PartData:
    data: bytes


@dataclass(frozen=True, slots=True)
class PartEnd:
    pass


PartEvent = PartStart | PartData | PartEnd


def clean_name(name: str) -> str:
    """A file name as it is shown and stored: NFC, the last component alone, at most 200 characters."""
    name = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(char for char in name if unicodedata.category(char)[0] != "C").strip()
    stem, dot, extension = name.rpartition(".")
    if len(name) > 200:
        name = f"{stem[: 199 - len(extension)]}{dot}{extension}" if stem and len(extension) < 20 else name[:200]
    return name if name not in ("", ".", "..") else "unnamed"


def boundary_of(content_type: str) -> bytes:
    """The boundary of a multipart/form-data header. Raises `UploadBroken`."""
    _, options = parse_options_header(content_type)
    boundary = options.get(b"boundary", b"")
    if not 0 < len(boundary) <= 200:
        raise UploadBroken("no boundary")
    return boundary


class _Collector:
    """The parser's callbacks; turns them into events."""

    def __init__(self) -> None:
        self.events: list[PartEvent] = []
        self.ended = False
        self._name, self._value, self._size = bytearray(), bytearray(), 0
        self._headers: dict[bytes, bytes] = {}

    def callbacks(self) -> dict[str, object]:
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._field,
            "on_header_value": self._worth,
            "on_header_end": self._header,
            "on_headers_finished": self._start,
            "on_part_data": lambda data, start, end: self.events.append(PartData(bytes(data[start:end]))),
            "on_part_end": lambda: self.events.append(PartEnd()),
            "on_end": self._end,
        }

    def _begin(self) -> None:
        self._headers, self._size = {}, 0

    def _count(self, length: int) -> None:
        self._size += length
        if self._size > _MAX_HEADERS:
            raise UploadBroken("part headers are too long")

    def _field(self, data: bytes, start: int, end: int) -> None:
        self._count(end - start)
        self._name += data[start:end]

    def _worth(self, data: bytes, start: int, end: int) -> None:
        self._count(end - start)
        self._value += data[start:end]

    def _header(self) -> None:
        self._headers[bytes(self._name).lower()] = bytes(self._value)
        self._name.clear()
        self._value.clear()

    def _start(self) -> None:
        disposition = self._headers.get(b"content-disposition", b"")
        _, options = parse_options_header(disposition)
        filename = options.get(b"filename")
        if star := _STAR.search(disposition):
            filename = unquote(star[1].decode("ascii", "replace"), "utf-8", "replace").encode()
        media_type = self._headers.get(b"content-type", b"application/octet-stream").decode("latin-1")
        self.events.append(
            PartStart(
                options.get(b"name", b"").decode("utf-8", "replace"),
                None if filename is None else clean_name(filename.decode("utf-8", "replace")),
                media_type.split(";")[0].strip().lower()[:100],
            )
        )

    def _end(self) -> None:
        self.ended = True


async def parts(stream: AsyncIterator[bytes], boundary: bytes) -> AsyncIterator[PartEvent]:
    """The events of a body as it arrives. Raises `UploadBroken` when it is malformed or ends early."""
    collector = _Collector()
    parser = MultipartParser(boundary, collector.callbacks())  # type: ignore[arg-type]
    try:
        async for chunk in stream:
            parser.write(chunk)
            events, collector.events = collector.events, []
            for event in events:
                yield event
        parser.finalize()
    except MultipartParseError as error:
        raise UploadBroken("not multipart/form-data") from error
    if not collector.ended:
        raise UploadBroken("the body ended early")
