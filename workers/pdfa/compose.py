"""Joining the front of a result with the packaged pages: one PDF/A-3b that keeps `fields.json`.

The package's catalog stays (output intent, associated file); front pages come first, and title, Info and XMP become
those of the front. Same input, same bytes.
"""

from __future__ import annotations

from io import BytesIO

import pikepdf


def append_pages(front: bytes, package: bytes) -> bytes:
    """`front` followed by `package`, both PDF/A-3b as written here. Raises ValueError when either cannot be opened."""
    try:
        with pikepdf.open(BytesIO(package)) as joined, pikepdf.open(BytesIO(front)) as first:
            for index, page in enumerate(first.pages):
                joined.pages.insert(index, page)
            joined.Root.Metadata = joined.copy_foreign(first.Root.Metadata)
            joined.trailer.Info = joined.copy_foreign(first.trailer.Info)
            sink = BytesIO()
            joined.save(
                sink,
                deterministic_id=True,
                compress_streams=False,
                stream_decode_level=pikepdf.StreamDecodeLevel.none,
                object_stream_mode=pikepdf.ObjectStreamMode.disable,
                fix_metadata_version=False,
                force_version="1.7",
            )
    except pikepdf.PdfError as error:
        raise ValueError("not a PDF that can be joined") from error
    return sink.getvalue()
