"""What the check finds on a good dossier (nothing) and on each kind of fault."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from config.catalogue import procedures
from dossiers.document import Document, Field, Finding, Severity
from workers.stages.check import check

TODAY = date(2026, 11, 24)
BIRTH, CT01 = "to_khai_dang_ky_khai_sinh", "ct01_thay_doi_thong_tin_cu_tru"
CHILD = {
    "recipient": "UBND phường An Hòa", "requester_name": "LÊ VĂN AN",
    "requester_residence": "phường An Hòa, tỉnh Quảng Ninh",
    "requester_id_doc": "Căn cước số 022095001234", "requester_relation": "Cha đẻ", "child_name": "LÊ AN BÌNH",
    "child_dob": "2026-10-05", "child_dob_words": "Ngày năm tháng mười năm hai nghìn không trăm hai mươi sáu",
    "child_gender": "Nam", "child_ethnicity": "Kinh", "child_nationality": "Việt Nam",
    "child_birthplace": "Bệnh viện Sản - Nhi, tỉnh Quảng Ninh", "child_hometown": "tỉnh Quảng Ninh",
    "father_name": "Lê Văn An", "father_birth_year": "1995", "made_at": "An Hòa", "made_date": "2026-11-01",
}  # fmt: skip
MOVE = {
    "recipient": "Công an phường An Hòa", "full_name": "LÊ VĂN AN", "dob": "1995-02-03", "gender": "Nam",
    "personal_id": "022095001234", "phone": "0912345678", "household_head_name": "LÊ VĂN AN",
    "relation_to_head": "Chủ hộ",
    "household_head_id": "022095001234", "request_content": "Đăng ký thường trú.",
}  # fmt: skip


def paper(kind: str, values: dict[str, str], ordinal: int = 1) -> Document:
    fields = tuple(Field(key, f"{key}:", value, value, 0.99, False, ordinal, None) for key, value in values.items())
    return Document(ordinal, kind, kind, ordinal, ordinal, 1.0, fields)


def found(procedure: str, *documents: Document) -> list[Finding]:
    return list(check(documents, procedures()[procedure], today=TODAY))


def codes(findings: list[Finding]) -> list[tuple[str, str | None]]:
    return [(finding.code, finding.field) for finding in findings]


def test_a_good_dossier_has_no_findings() -> None:
    assert found("khai-sinh", paper(BIRTH, CHILD), Document(2, "giay_chung_sinh", "", 2, 2, 1.0)) == []
    assert found("cu-tru", paper(CT01, MOVE)) == []
    assert found("chung", paper(BIRTH, CHILD), paper(CT01, MOVE, 2)) == []


def test_a_required_paper_that_lacks_is_an_error_an_expected_one_a_warning() -> None:
    findings = found("khai-sinh")
    assert codes(findings) == [("document.missing", None)] * 2
    assert [finding.severity for finding in findings] == [Severity.ERROR, Severity.WARNING]


def test_an_empty_required_place_is_an_error_one_not_found_a_warning() -> None:
    empty = found("cu-tru", paper(CT01, MOVE | {"full_name": ""}))
    absent = found("cu-tru", paper(CT01, {key: value for key, value in MOVE.items() if key != "full_name"}))
    assert (codes(empty), empty[0].severity) == ([("field.missing", "full_name")], Severity.ERROR)
    assert (codes(absent), absent[0].severity) == ([("field.not_found", "full_name")], Severity.WARNING)


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        ("phone", "091234", "field.invalid.phone"),
        ("dob", "31/02/1995", "field.invalid.date"),
        ("dob", "2027-01-01", "field.invalid.date"),
        ("personal_id", "0220950012", "field.invalid.personal_id"),
        ("gender", "Không", "field.invalid.enum"),
    ],
)
def test_an_invalid_value_is_named_by_its_kind(key: str, value: str, code: str) -> None:
    assert (code, key) in codes(found("cu-tru", paper(CT01, MOVE | {key: value})))


def test_a_paper_signed_tomorrow_is_noticed() -> None:
    findings = found("chung", paper(BIRTH, CHILD | {"made_date": "2026-11-25"}))
    assert codes(findings) == [("field.invalid.date", "made_date")]


@pytest.mark.parametrize(("key", "value"), [("dob", "1996-02-03"), ("gender", "Nữ")])
def test_a_number_that_contradicts_birth_or_sex_is_inconsistent(key: str, value: str) -> None:
    assert codes(found("cu-tru", paper(CT01, MOVE | {key: value}))) == [("field.inconsistent", "personal_id")]


def test_a_date_in_words_that_differs_from_the_digits_is_inconsistent() -> None:
    words = "Ngày sáu tháng mười năm hai nghìn không trăm hai mươi sáu"
    assert codes(found("chung", paper(BIRTH, CHILD | {"child_dob_words": words}))) == [
        ("field.inconsistent", "child_dob_words")
    ]


def test_one_number_under_two_names_on_two_papers_is_inconsistent() -> None:
    findings = found(
        "chung",
        paper(BIRTH, CHILD),
        paper(CT01, MOVE | {"full_name": "LÊ VĂN ÂN", "household_head_name": "LÊ VĂN ÂN"}, 2),
    )
    assert {finding.code for finding in findings} == {"field.inconsistent"}
    assert {(finding.document, finding.field) for finding in findings} >= {(2, "full_name")}


def test_the_same_person_with_another_birth_year_on_another_paper_is_inconsistent() -> None:
    findings = found("chung", paper(CT01, MOVE), paper(BIRTH, CHILD | {"father_birth_year": "1994"}, 2))
    assert (2, "father_birth_year") in {(finding.document, finding.field) for finding in findings}


def test_a_title_that_was_hard_to_read_is_to_be_confirmed() -> None:
    unsure = replace(paper(CT01, MOVE), confidence=0.85)
    assert codes(found("cu-tru", unsure)) == [("document.low_confidence", None)]


def test_findings_never_repeat_a_value() -> None:
    wrong = MOVE | {"phone": "0912BC", "dob": "1990-01-01", "personal_id": "022095009999", "full_name": "LÊ 4N"}
    for finding in found("khai-sinh", paper(CT01, wrong)):
        assert all(value not in finding.vi and value not in finding.en for value in wrong.values() if len(value) > 6)
