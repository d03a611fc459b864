"""Stage: lines become documents, documents give their fields.

Pure: the same pages and forms give the same result. Every page of the dossier is in at most one document; a page that
no form claims belongs to a document of kind `unknown`, which an officer names; blank pages are said to be blank.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from config.catalogue import Forms
from dossiers.document import Document, Finding, Severity
from workers.understanding.fields import fields_of
from workers.understanding.kinds import UNKNOWN
from workers.understanding.pages import ReadPage
from workers.understanding.split import Paper, papers_of

__all__ = ["ReadPage", "Understood", "understand"]


@dataclass(frozen=True, slots=True)
class Understood:
    """The documents of a dossier in order, and what was noticed on the way."""

    documents: tuple[Document, ...]
    findings: tuple[Finding, ...]


def understand(pages: Sequence[ReadPage], forms: Forms) -> Understood:
    """Types, page ranges and fields of all papers in `pages`, which are in the dossier's order."""
    papers = papers_of(pages, forms)
    documents = tuple(_document(ordinal, paper, forms) for ordinal, paper in enumerate(papers, 1))
    unknown = [_unknown(document) for document in documents if document.kind == UNKNOWN]
    blank = [_blank(page) for page in pages if page.blank or not page.lines]
    return Understood(documents, (*unknown, *blank))


def _document(ordinal: int, paper: Paper, forms: Forms) -> Document:
    beginning = paper.beginning
    form = forms.get(beginning.kind)
    written = [laid.page.number for laid in paper.pages]
    return Document(
        ordinal=ordinal,
        kind=beginning.kind,
        title=form.title if form and not form.signs else _title(paper),
        first_page=written[0],
        last_page=written[-1],
        confidence=beginning.confidence,
        fields=fields_of(paper, form) if form and form.fields else (),
    )


def _title(paper: Paper) -> str:
    return paper.beginning.title


def _unknown(document: Document) -> Finding:
    pages = f"{document.first_page}-{document.last_page}"
    return Finding(
        code="document.unknown",
        severity=Severity.WARNING,
        vi=f"Không nhận ra loại giấy tờ ở trang {pages}. Hãy xem và chọn loại giấy tờ.",
        en=f"The kind of paper on pages {pages} was not recognised. Look at it and choose its kind.",
        page=document.first_page,
        document=document.ordinal,
    )


def _blank(page: ReadPage) -> Finding:
    return Finding(
        code="page.blank",
        severity=Severity.INFO,
        vi=f"Trang {page.number} không có chữ. Nếu trang bị chụp thiếu sáng hoặc lật ngược, hãy nộp lại trang này.",
        en=f"Page {page.number} has no text. If it was photographed badly, submit this page again.",
        file=page.file,
        page=page.number,
    )
