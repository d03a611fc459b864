"""Compose: the draft of the result, a front that says what was decided with the digitised pages behind it.

The front says what the procedure's YAML says; values come from the fields as the officer left them. A sentence whose
fields are not all there is left out, so that the page never shows a gap.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from config.agency import Agency
from config.procedure import Procedure
from dossiers.document import Document
from workers.pdfa.compose import append_pages
from workers.pdfa.decision_page import DecisionPage, decision_page

_PLACE = re.compile(r"\{([a-z0-9_]+\.[a-z0-9_]+)\}")
_ISO_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})")


@dataclass(frozen=True, slots=True)
class DraftInfo:
    """What the draft says besides the documents. `number` of the year of `issued_on` (Vietnam); `made_at` in UTC."""

    code: str
    number: int
    issued_on: date
    made_at: datetime
    package_sha256: str


def compose(
    package: bytes, documents: Sequence[Document], procedure: Procedure, agency: Agency, info: DraftInfo
) -> bytes:
    """The draft as one PDF/A-3b: what the leader approves and the signer signs, byte for byte."""
    return append_pages(decision_page(front_of(documents, procedure, agency, info)), package)


def front_of(documents: Sequence[Document], procedure: Procedure, agency: Agency, info: DraftInfo) -> DecisionPage:
    """The content of the front."""
    values = values_of(documents)
    applicant = next((values[name] for name in procedure.applicant if values.get(name)), "")
    return DecisionPage(
        parent_agency=agency.parent,
        agency=agency.name,
        number=f"{info.number:02d}",
        symbol=f"{procedure.result.symbol}-{agency.symbol}",
        place=agency.place,
        date=info.issued_on,
        code=info.code,
        procedure=procedure.name_vi,
        applicant=applicant,
        decision=" ".join(sentences(procedure.result.sentences, values)),
        fields=tuple(
            (field.label.rstrip(" :"), printed(field.value))
            for document in documents
            for field in document.fields
            if field.value and document.kind != "unknown"
        ),
        package_sha256=info.package_sha256,
        recipients=("Như người nộp hồ sơ", "Kho dữ liệu điện tử", f"Lưu: VT, {agency.symbol}"),
        authority=agency.leader.signs_for,
        position=agency.leader.position,
        leader=agency.leader.name,
        created=info.made_at,
    )


def values_of(documents: Sequence[Document]) -> dict[str, str]:
    """`kind.key` to the value as it is printed; the first document of a kind wins."""
    values: dict[str, str] = {}
    for document in documents:
        for field in document.fields:
            values.setdefault(f"{document.kind}.{field.key}", printed(field.value))
    return values


def sentences(templates: Sequence[str], values: dict[str, str]) -> list[str]:
    """The sentences whose fields are all there, filled in."""
    return [
        _PLACE.sub(lambda place: values[place[1]], template)
        for template in templates
        if all(values.get(name) for name in _PLACE.findall(template))
    ]


def printed(value: str) -> str:
    """A value as people write it: ISO dates become dd/mm/yyyy."""
    if found := _ISO_DATE.fullmatch(value):
        return f"{found[3]}/{found[2]}/{found[1]}"
    return value
