"""Pages into papers: which pages belong together, and of what kind.

A page on which nothing begins goes on with the paper before it: always inside one file; across files (phone photos are
a file a page) only if it says so itself, by its page number or by labels of the form that are still to come.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from config.catalogue import Forms
from config.form import Form
from dossiers.values.text import fold
from workers.understanding.anchors import core_of
from workers.understanding.kinds import UNKNOWN, Beginning, beginning_of
from workers.understanding.layout import Row, pieces_of, rows_of
from workers.understanding.pages import ReadPage

_LABELS_TO_GO_ON = 2


@dataclass(frozen=True, slots=True)
class LaidPage:
    """A page with its rows."""

    page: ReadPage
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Paper:
    """A run of pages of one kind; `pages` are in order, blank ones inside the run included."""

    beginning: Beginning
    pages: tuple[LaidPage, ...]


def papers_of(pages: Sequence[ReadPage], forms: Forms) -> list[Paper]:
    """The papers of a dossier, in order. Blank pages at the start of a file belong to no paper."""
    papers: list[Paper] = []
    for page in pages:
        rows = () if page.blank else tuple(rows_of(pieces_of(page)))
        laid = LaidPage(page, rows)
        last = papers[-1] if papers else None
        same_file = last is not None and last.pages[-1].page.file == page.file
        if not rows:
            if last and same_file:
                papers[-1] = replace(last, pages=(*last.pages, laid))
            continue
        beginning = beginning_of(rows, page.height, forms)
        if last and _goes_on(last, laid, beginning, forms, same_file):
            papers[-1] = replace(last, pages=(*last.pages, laid))
        else:
            papers.append(Paper(beginning or Beginning(UNKNOWN, "", 0.3, 0), (laid,)))
    return papers


def _goes_on(last: Paper, laid: LaidPage, beginning: Beginning | None, forms: Forms, same_file: bool) -> bool:
    if beginning and beginning.kind != UNKNOWN:
        return False
    numbered = _page_number(laid.rows) == len(last.pages) + 1
    form = forms.get(last.beginning.kind)
    if beginning:  # capitals at the head of the page may be a heading inside the form
        return beginning.title != "" and (numbered or _labels(laid, form) >= _LABELS_TO_GO_ON)
    return same_file or numbered or _labels(laid, form) >= _LABELS_TO_GO_ON


def _page_number(rows: Sequence[Row]) -> int | None:
    match = re.fullmatch(r"\W*(?:trang\s*)?(\d{1,3})(?:\s*/\s*\d{1,3})?\W*", fold(rows[0].text))
    return int(match[1]) if match else None


def _labels(laid: LaidPage, form: Form | None) -> int:
    """How many labels or headings of the form stand on the page."""
    if form is None:
        return 0
    text = " ".join(" ".join(re.findall(r"\w+", fold(row.text))) for row in laid.rows)
    labels = {core_of(words) for field in form.fields for words in (field.label, field.section) if words}
    phrases = {" ".join(re.findall(r"\w+", label)) for label in labels}
    return sum(1 for phrase in phrases if len(phrase) > 7 and phrase in text)
