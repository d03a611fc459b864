"""The one JSON form of what was understood: embedded in the package, stored beside it, sent to clients."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from dossiers.document import Document

SCHEMA = "hoso.fields/1"


def fields_json(code: str, procedure: str, documents: Sequence[Document]) -> bytes:
    """UTF-8 JSON, same input same bytes: documents in order, each with its pages and fields.

    A box is [left, top, right, bottom] in pixels of the prepared page image; confidence is in 0..1.
    """
    content: dict[str, Any] = {
        "schema": SCHEMA,
        "dossier": code,
        "procedure": procedure,
        "documents": [_document(document) for document in documents],
    }
    return json.dumps(content, ensure_ascii=False, indent=1).encode()


def _document(document: Document) -> dict[str, Any]:
    return {
        "ordinal": document.ordinal,
        "kind": document.kind,
        "title": document.title,
        "pages": [document.first_page, document.last_page],
        "confidence": round(document.confidence, 4),
        "fields": [
            {
                "key": field.key,
                "label": field.label,
                "value": field.value,
                "raw": field.raw,
                "confidence": round(field.confidence, 4),
                "in_doubt": field.in_doubt,
                "page": field.page,
                "box": [round(v, 1) for v in (field.box.left, field.box.top, field.box.right, field.box.bottom)]
                if field.box
                else None,
                "source": field.source,
            }
            for field in document.fields
        ],
    }
