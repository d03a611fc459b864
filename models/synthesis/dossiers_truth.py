"""The truth about a synthetic dossier, in memory and as JSON.

JSON: `{"procedure", "seed", "files": [{"name", "sha256"}], "documents": [{"kind", "first_page", "last_page", "fields":
{key: {"value", "raw", "page", "polygons"}}}], "pages": [{"page", "kind", "width", "height", "rotation", "text_layer",
"lines": [{"text", "polygon"}], "stamps": [{"name", "polygon"}]}]}`. Pixels are those of the page image as shown (EXIF
applied), at 200 dpi for PDF pages. A `kind` that is no form of `config/forms` is a paper the engine calls `unknown`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from dossiers.page import Polygon
from models.synthesis.pages import FieldTruth, PageTruth


@dataclass(frozen=True, slots=True)
class PlacedField:
    """A field and the page, from 1, that carries it (the first one if it runs over)."""

    page: int
    field: FieldTruth


@dataclass(frozen=True, slots=True)
class DocumentTruth:
    """One paper: its kind, its pages (from 1, both included), its fields by key."""

    kind: str
    first_page: int
    last_page: int
    fields: dict[str, PlacedField]


@dataclass(frozen=True, slots=True)
class SyntheticDossier:
    """`files`: names and contents as uploaded. `kind` is the procedure's code; `text_pages` have a text layer."""

    kind: str
    seed: int
    files: tuple[tuple[str, bytes], ...]
    pages: tuple[PageTruth, ...]
    documents: tuple[DocumentTruth, ...]
    text_pages: tuple[int, ...] = ()

    def named(self, kind: str, files: tuple[tuple[str, bytes], ...]) -> SyntheticDossier:
        """The same dossier under other file names."""
        return replace(self, kind=kind, files=files)


def paper_truth(papers: Sequence[Sequence[PageTruth]]) -> tuple[tuple[PageTruth, ...], tuple[DocumentTruth, ...]]:
    """Number the pages of all papers and gather each paper's fields."""
    pages: list[PageTruth] = []
    documents: list[DocumentTruth] = []
    for paper in papers:
        first = len(pages) + 1
        fields: dict[str, PlacedField] = {}
        for page in paper:
            pages.append(page)
            for each in page.fields:
                fields.setdefault(each.key, PlacedField(len(pages), each))
        documents.append(DocumentTruth(paper[0].kind, first, len(pages), fields))
    return tuple(pages), tuple(documents)


def to_json(dossier: SyntheticDossier) -> str:
    """The truth as JSON with a line for each line of text, so that changes can be read in a diff."""
    tree = {
        "procedure": dossier.kind,
        "seed": dossier.seed,
        "files": [{"name": name, "sha256": hashlib.sha256(content).hexdigest()} for name, content in dossier.files],
        "documents": [_document(document) for document in dossier.documents],
        "pages": [_page(dossier, number, page) for number, page in enumerate(dossier.pages, 1)],
    }
    return _dump(tree) + "\n"


def _points(polygon: Polygon) -> list[list[float]]:
    return [[x, y] for x, y in polygon]


def _document(document: DocumentTruth) -> dict[str, object]:
    fields = {
        key: {
            "value": placed.field.value,
            "raw": placed.field.raw,
            "page": placed.page,
            "polygons": [_points(polygon) for polygon in placed.field.polygons],
        }
        for key, placed in document.fields.items()
    }
    pages = {"first_page": document.first_page, "last_page": document.last_page}
    return {"kind": document.kind, **pages, "fields": fields}


def _page(dossier: SyntheticDossier, number: int, page: PageTruth) -> dict[str, object]:
    return {
        "page": number,
        "kind": page.kind,
        "width": page.width,
        "height": page.height,
        "rotation": page.rotation,
        "text_layer": number in dossier.text_pages,
        "lines": [{"text": line.text, "polygon": _points(line.polygon)} for line in page.lines],
        "stamps": [{"name": stamp.name, "polygon": _points(stamp.polygon)} for stamp in page.stamps],
    }


def _dump(value: object, depth: int = 0) -> str:
    """JSON with the outer levels spread over lines and the inner ones kept on one."""
    flat = json.dumps(value, ensure_ascii=False)
    if len(flat) <= 160 or not isinstance(value, (dict, list)):
        return flat
    pad, end = " " * (depth + 1), " " * depth
    if isinstance(value, dict):
        items = [f"{pad}{json.dumps(key, ensure_ascii=False)}: {_dump(item, depth + 1)}" for key, item in value.items()]
        return "{\n" + ",\n".join(items) + f"\n{end}}}"
    return "[\n" + ",\n".join(f"{pad}{_dump(item, depth + 1)}" for item in value) + f"\n{end}]"
