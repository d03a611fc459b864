"""Which pages belong together, and of what kind each paper is."""

from __future__ import annotations

import pytest

from config.catalogue import forms
from tests.workers.understanding.papers import column, generated, page
from workers.stages.understand import ReadPage, understand

BIRTH, DEATH = "to_khai_dang_ky_khai_sinh", "to_khai_dang_ky_khai_tu"


def kinds(*pages: ReadPage) -> list[tuple[str, int, int]]:
    return [(d.kind, d.first_page, d.last_page) for d in understand(pages, forms()).documents]


@pytest.mark.parametrize("form", list(forms()), ids=lambda form: form.id)
def test_every_form_is_known_by_its_own_title(form: object) -> None:
    known = forms().by_id[form.id]  # type: ignore[attr-defined]
    if not known.signs:
        assert kinds(page(column("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", known.title))) == [(known.id, 1, 1)]


@pytest.mark.parametrize(
    "read", ["TỜ KHAI DĂNG KY KHAI SINH", "TƠ KHAI ĐANG KỶ KHAI SINK", "TỜ KHAI ĐĂNG KÝ  KHAI SlNH"]
)
def test_a_misread_title_is_taken_but_less_sure(read: str) -> None:
    (document,) = understand([page(column(read))], forms()).documents
    assert document.kind == BIRTH
    assert document.confidence < 1


def test_a_title_between_two_kinds_is_not_decided_by_luck() -> None:
    assert kinds(page(column("TỜ KHAI ĐĂNG KÝ KHAI S"))) != [(DEATH, 1, 1)]
    assert kinds(page(column("TỜ KHAI ĐĂNG KÝ"))) == [("unknown", 1, 1)]


def test_a_title_over_two_lines_is_one_title() -> None:
    assert kinds(page(column("ĐƠN ĐỀ NGHỊ", "CẤP GIẤY PHÉP XÂY DỰNG"))) == [("don_de_nghi_cap_gpxd", 1, 1)]


def test_a_title_quoted_in_prose_begins_nothing() -> None:
    first = page(column("TỜ KHAI ĐĂNG KÝ KHAI TỬ"))
    second = page(column("kèm theo Tờ khai đăng ký khai sinh đã nộp."), number=2)
    assert kinds(first, second) == [(DEATH, 1, 2)]


def test_pages_of_one_file_without_a_beginning_go_on() -> None:
    first, second = page(column("TỜ KHAI ĐĂNG KÝ KHAI TỬ")), page(column("và các giấy tờ khác."), number=2)
    assert kinds(first, second, page(column("TỜ KHAI ĐĂNG KÝ KHAI SINH"), number=3)) == [(DEATH, 1, 2), (BIRTH, 3, 3)]


def test_a_page_of_another_file_goes_on_only_if_it_says_so() -> None:
    first = page(column("TỜ KHAI ĐĂNG KÝ KHAI TỬ"))
    stranger = page(column("một bức thư tay không có đầu đề"), number=2, file=2)
    numbered = page(column("2", "và các giấy tờ khác."), number=2, file=2)
    assert kinds(first, stranger) == [(DEATH, 1, 1), ("unknown", 2, 2)]
    assert kinds(first, numbered) == [(DEATH, 1, 2)]


def test_the_second_photo_of_a_form_is_known_by_its_labels(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = generated(monkeypatch, "don_de_nghi_cap_gpxd", 2).pages
    unnumbered = tuple(one for one in second.lines if one.text != "2")
    photo = ReadPage(2, 2, unnumbered, second.width, second.height)
    assert kinds(first, photo) == [("don_de_nghi_cap_gpxd", 1, 2)]


def test_blank_pages_are_said_and_claimed_by_no_one_at_the_front() -> None:
    found = understand([page([], blank=True), page(column("TỜ KHAI ĐĂNG KÝ KHAI SINH"), number=2)], forms())
    assert [(d.kind, d.first_page, d.last_page) for d in found.documents] == [(BIRTH, 2, 2)]
    assert [(finding.code, finding.page) for finding in found.findings] == [("page.blank", 1)]


def test_a_photo_of_nothing_is_no_document() -> None:
    assert understand([page([], blank=True)], forms()).documents == ()


def test_an_unknown_paper_keeps_its_title_and_asks_for_a_person() -> None:
    found = understand([page(column("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "GIẤY BÁN XE ĐẠP", "Tôi bán xe."))], forms())
    assert (found.documents[0].kind, found.documents[0].title) == ("unknown", "GIẤY BÁN XE ĐẠP")
    assert [finding.code for finding in found.findings] == ["document.unknown"]
