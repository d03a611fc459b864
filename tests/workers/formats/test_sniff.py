"""Types are told by the first bytes, whatever the name says."""

from __future__ import annotations

import pytest

from workers.formats import sniff


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"%PDF-1.7\n", sniff.PDF),
        (b"\xef\xbb\xbf garbage before \n%PDF-1.4", sniff.PDF),
        (b"\xff\xd8\xff\xe1", sniff.JPEG),
        (b"\x89PNG\r\n\x1a\n", sniff.PNG),
        (b"II*\0\x08", sniff.TIFF),
        (b"MM\0*\0", sniff.TIFF),
        (b"RIFF\x10\0\0\0WEBPVP8 ", sniff.WEBP),
        (b"\0\0\0\x18ftypheic\0\0\0\0", sniff.HEIC),
        (b"\0\0\0\x18ftypmif1\0\0\0\0", sniff.HEIC),
        (b"PK\x03\x04", sniff.ZIP),
        (b"PK\x05\x06" + b"\0" * 18, sniff.ZIP),
        (b"\0\0\0\x18ftypisom", None),
        (b"RIFF\x10\0\0\0WAVE", None),
        (b"GIF89a", None),
        (b"<html>", None),
        (b"", None),
    ],
)
def test_types(head: bytes, kind: str | None) -> None:
    assert sniff.of_bytes(head) == kind


def test_extensions_are_compared_without_case() -> None:
    assert sniff.extension_fits("Đơn.PDF", sniff.PDF)
    assert sniff.extension_fits("a.jpeg", sniff.JPEG)
    assert not sniff.extension_fits("a.pdf.exe", sniff.PDF)
    assert not sniff.extension_fits("không đuôi", sniff.PDF)
