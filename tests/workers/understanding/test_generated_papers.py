"""With true lines every field of every generated paper is exact: what is lost later was lost by the reader."""

from __future__ import annotations

import pytest

from config.catalogue import forms
from tests.workers.understanding.papers import PAPERS, generated, wrong_fields
from workers.stages.understand import understand


@pytest.mark.parametrize("kind", PAPERS)
@pytest.mark.parametrize("seed", range(8))
def test_true_lines_give_exact_fields(monkeypatch: pytest.MonkeyPatch, kind: str, seed: int) -> None:
    paper = generated(monkeypatch, kind, seed)
    found = understand(paper.pages, forms())
    assert [(d.kind, d.first_page, d.last_page) for d in found.documents] == [(kind, 1, len(paper.pages))]
    assert wrong_fields(paper, found) == {}


@pytest.mark.parametrize("kind", [kind for kind in PAPERS if kind != "giay_chung_sinh"])
def test_boxes_lie_on_the_printed_value(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    paper = generated(monkeypatch, kind, 3)
    for document in understand(paper.pages, forms()).documents:
        for field in document.fields:
            sheet = paper.pages[field.page - 1]
            assert field.box is not None
            assert 0 <= field.box.left < field.box.right <= sheet.width
            assert 0 <= field.box.top < field.box.bottom <= sheet.height


def test_the_same_pages_give_the_same_result(monkeypatch: pytest.MonkeyPatch) -> None:
    paper = generated(monkeypatch, "don_de_nghi_cap_gpxd", 1)
    assert understand(paper.pages, forms()) == understand(paper.pages, forms())
