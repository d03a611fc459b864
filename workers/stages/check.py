"""Stage: documents and fields against the procedure: what is missing, invalid, or at odds with something else.

Codes are stable. `document.missing` (required: error, expected: warning), `document.low_confidence`,
`field.missing` (the place is empty), `field.not_found` (the place was not found), `field.invalid.KIND` (KIND as in
`dossiers.values`), `field.inconsistent` (two papers, or two fields, disagree about one person). No sentence repeats a
value: findings are shown in lists and told to clients.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

from config.catalogue import Forms
from config.catalogue import forms as installed_forms
from config.form import FormField
from config.procedure import Procedure, Requirement
from dossiers.document import Document, Field, Finding, Severity
from dossiers.values import parse
from workers.understanding.people import Disagreement, disagreements, people_of

_VIETNAM = timedelta(hours=7)
_SURE_OF_KIND = 0.9


def check(
    documents: Sequence[Document], procedure: Procedure, forms: Forms | None = None, today: date | None = None
) -> tuple[Finding, ...]:
    """All findings, those about the whole dossier first. `today` (in Vietnam) bounds dates of signing and birth."""
    forms = forms or installed_forms()
    today = today or (datetime.now(UTC) + _VIETNAM).date()
    findings = [*_completeness(documents, procedure)]
    for document in documents:
        form = forms.get(document.kind)
        if form is None:
            continue
        if document.confidence < _SURE_OF_KIND:
            findings.append(_unsure(document))
        read = {field.key: field for field in document.fields}
        for field in form.fields:
            findings.extend(_field(document, field, read.get(field.key), today))
    for person in people_of(documents, forms):
        findings.extend(_inconsistent(clash) for clash in disagreements(person))
    return tuple(findings)


def _completeness(documents: Sequence[Document], procedure: Procedure) -> Iterator[Finding]:
    present = {document.kind for document in documents}
    for requirement in procedure.requires:
        if not present & set(requirement.any_of):
            yield _missing_paper(requirement)


def _missing_paper(requirement: Requirement) -> Finding:
    remedy_vi = requirement.note or "Hãy yêu cầu bổ sung, hoặc chọn lại loại giấy tờ nếu máy nhận nhầm."
    remedy_en = requirement.note_en or "Ask for it, or correct the kind of a paper that was taken for another."
    return Finding(
        code="document.missing",
        severity=Severity.ERROR if requirement.required else Severity.WARNING,
        vi=f"Hồ sơ chưa có: {requirement.name}. {remedy_vi}",
        en=f"The dossier lacks: {requirement.name_en}. {remedy_en}",
    )


def _unsure(document: Document) -> Finding:
    return Finding(
        code="document.low_confidence",
        severity=Severity.WARNING,
        vi="Tiêu đề giấy tờ đọc chưa rõ nên loại giấy tờ có thể sai. Hãy đối chiếu và xác nhận loại giấy tờ.",
        en="The title was hard to read, so the kind of paper may be wrong. Compare and confirm it.",
        page=document.first_page,
        document=document.ordinal,
    )


def _field(document: Document, field: FormField, read: Field | None, today: date) -> Iterator[Finding]:
    label = _named(field)
    if read is None:
        if field.required:
            yield _about(
                document, field, None, "field.not_found", Severity.WARNING,
                f"Không tìm thấy mục “{label}” trên giấy tờ. Hãy xem ảnh trang và nhập giá trị nếu có.",
                f"“{field.label_en}” was not found on the paper. Look at the page image and enter it if it is there.",
            )  # fmt: skip
        return
    if not read.value:
        if field.required:
            yield _about(
                document, field, read, "field.missing", Severity.ERROR,
                f"Mục “{label}” bắt buộc nhưng để trống. Hãy yêu cầu bổ sung hoặc nhập giá trị nếu máy đọc sót.",
                f"“{field.label_en}” is required but empty. Ask for it, or enter it if the reader missed it.",
            )  # fmt: skip
        return
    if field.type == "table":
        return
    parsed = parse(field.type, read.value, options=field.options)
    if not parsed.ok:
        yield _about(
            document, field, read, f"field.invalid.{field.type}", Severity.WARNING,
            f"Mục “{label}”: {parsed.vi}", f"“{field.label_en}”: {parsed.en}",
        )  # fmt: skip
    elif (field.date_of or field.fact == "birth") and parsed.value > today.isoformat():
        yield _about(
            document, field, read, f"field.invalid.{field.type}", Severity.WARNING,
            f"Mục “{label}” ghi ngày sau hôm nay. Hãy đối chiếu với giấy tờ và sửa lại.",
            f"“{field.label_en}” lies in the future. Compare with the paper and correct it.",
        )  # fmt: skip


def _inconsistent(clash: Disagreement) -> Finding:
    one, other = clash.one, clash.other
    same_paper = one.document.ordinal == other.document.ordinal
    where_vi = "trên cùng giấy tờ" if same_paper else f"trên “{one.document.title}”"
    where_en = "on the same paper" if same_paper else f"on “{one.document.title}”"
    return Finding(
        code="field.inconsistent",
        severity=Severity.WARNING,
        vi=(
            f"Mục “{other.field.label.rstrip(':')}” không khớp với mục “{one.field.label.rstrip(':')}” {where_vi} "
            "của cùng một người. Hãy đối chiếu hai chỗ và sửa chỗ sai, hoặc yêu cầu giải trình."
        ),
        en=(
            f"“{other.field.label.rstrip(':')}” does not agree with “{one.field.label.rstrip(':')}” {where_en} for the "
            "same person. Compare both and correct the wrong one, or ask for an explanation."
        ),
        page=other.field.page,
        document=other.document.ordinal,
        field=other.field.key,
    )


def _named(field: FormField) -> str:
    """The label as an officer would say it; repeated labels need whose they are, which their English name tells."""
    return field.label.rstrip(": ")


def _about(
    document: Document, field: FormField, read: Field | None, code: str, severity: Severity, vi: str, en: str
) -> Finding:
    page = read.page if read else document.first_page
    return Finding(code, severity, vi, en, page=page, document=document.ordinal, field=field.key)
