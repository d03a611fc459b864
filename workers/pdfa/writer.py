"""A PDF writer that streams: each object goes to the sink at once; only offsets stay in memory.

Guarantees: the same calls give the same bytes (the file identifier is the hash of everything written before it),
a classic cross-reference table, stream lengths that are exact, no encryption.
"""

from __future__ import annotations

import hashlib
import zlib
from typing import BinaryIO


def name(text: str) -> bytes:
    """`text` as a PDF name object, odd characters escaped as #xx."""
    raw = text.encode("utf-8")
    return b"/" + b"".join(bytes([b]) if 33 <= b <= 126 and b not in b"#/()<>[]{}%" else b"#%02X" % b for b in raw)


def string(text: str) -> bytes:
    """`text` as a PDF text string: a literal when ASCII, else UTF-16BE with byte order mark in hexadecimal."""
    if text.isascii() and text.isprintable():
        escaped = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
        return b"(" + escaped.encode("ascii") + b")"
    return b"<FEFF" + text.encode("utf-16-be").hex().upper().encode("ascii") + b">"


def number(value: float) -> bytes:
    """`value` with at most four decimals and no exponent."""
    text = f"{value:.4f}".rstrip("0").rstrip(".")
    return (text if text not in ("", "-0") else "0").encode("ascii")


def ref(obj: int) -> bytes:
    """An indirect reference."""
    return b"%d 0 R" % obj


class PdfWriter:
    """Writes objects to `sink` in any order; `finish` writes the table and the trailer."""

    def __init__(self, sink: BinaryIO) -> None:
        self._sink = sink
        self._hash = hashlib.sha256()
        self._at = 0
        self._offsets: list[int | None] = []
        self._emit(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")

    def _emit(self, data: bytes) -> None:
        self._sink.write(data)
        self._hash.update(data)
        self._at += len(data)

    def reserve(self) -> int:
        """A new object number, to be written later."""
        self._offsets.append(None)
        return len(self._offsets)

    def write(self, body: bytes, obj: int | None = None) -> int:
        """Write one object (a new number when `obj` is None) and return its number."""
        obj = obj or self.reserve()
        if self._offsets[obj - 1] is not None:
            raise ValueError(f"object {obj} was already written")
        self._offsets[obj - 1] = self._at
        self._emit(b"%d 0 obj\n" % obj + body + b"\nendobj\n")
        return obj

    def stream(self, entries: bytes, data: bytes, obj: int | None = None, *, deflate: bool = False) -> int:
        """Write a stream; `entries` are its dictionary entries without /Length (and /Filter when `deflate`)."""
        if deflate:
            data, entries = zlib.compress(data, 6), entries + b" /Filter /FlateDecode"
        body = b"<< %s /Length %d >>\nstream\n" % (entries.strip(), len(data)) + data + b"\nendstream"
        return self.write(body, obj)

    def finish(self, root: int, info: int) -> None:
        """Write the cross-reference table and the trailer. Every reserved number must have been written."""
        missing = [i + 1 for i, offset in enumerate(self._offsets) if offset is None]
        if missing:
            raise ValueError(f"objects {missing} were reserved and never written")
        start, count = self._at, len(self._offsets) + 1
        rows = b"".join(b"%010d 00000 n \n" % offset for offset in self._offsets if offset is not None)
        self._emit(b"xref\n0 %d\n0000000000 65535 f \n" % count + rows)
        identifier = self._hash.hexdigest()[:32].upper().encode("ascii")
        self._emit(
            b"trailer\n<< /Size %d /Root %s /Info %s /ID [<%s> <%s>] >>\nstartxref\n%d\n%%%%EOF\n"
            % (count, ref(root), ref(info), identifier, identifier, start)
        )
