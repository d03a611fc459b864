"""Jobs of a whole dossier: understanding, checking, packaging, composing the draft, delivering."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from config.catalogue import agencies, forms, procedures
from dossiers.certificates import Trust
from dossiers.document import Document, Finding
from dossiers.dossier import Stage
from dossiers.errors import HosoError
from dossiers.fields_json import fields_json
from dossiers.page import Line, reading_from_json
from dossiers.store import Stored
from workers.jobs.tools import Tools
from workers.signing.validate import VALID, validate_result
from workers.stages.check import check
from workers.stages.compose import DraftInfo, compose
from workers.stages.deliver import Artifact, manifest
from workers.stages.package import PackageInfo, PackagePage, package
from workers.stages.understand import ReadPage, Understood, understand


@dataclass(frozen=True, slots=True)
class KnownPage:
    """A page after its stages. A page that was set aside has no lines, and perhaps no image."""

    number: int
    file: int
    image_key: str | None
    lines_key: str | None
    width: int
    height: int
    dpi: float
    blank: bool
    from_text_layer: bool


@dataclass(frozen=True, slots=True)
class DossierOrder:
    """What a dossier job needs to know. `documents` is empty before the understanding."""

    dossier_id: UUID
    code: str
    agency: str
    procedure: str
    created_at: datetime
    pages: tuple[KnownPage, ...]
    documents: tuple[Document, ...] = ()


@dataclass(frozen=True, slots=True)
class Packaged:
    """The stored package and fields."""

    package: Stored
    fields: Stored


@dataclass(frozen=True, slots=True)
class DraftOrder:
    """What the result document says besides the dossier's own data."""

    dossier: DossierOrder
    package_sha256: str
    number: int
    issued_on: date
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Drafted:
    """The stored draft of the result, and the fields with what officers corrected."""

    draft: Stored
    fields: Stored


@dataclass(frozen=True, slots=True)
class DeliverOrder:
    """The signed result and all artifacts that the manifest lists, by role."""

    dossier_id: UUID
    code: str
    result_key: str
    artifacts: tuple[Artifact, ...]


@dataclass(frozen=True, slots=True)
class Delivered:
    """The stored validation report and manifest."""

    validation: Stored
    manifest: Stored


class ResultNotValid(HosoError):
    """The signed result does not validate: it must not be delivered."""

    code = "result.not_valid"
    vi = "Chữ ký của kết quả không kiểm tra được nên chưa trả kết quả. Người vận hành: `hoso doctor`, rồi thử lại."
    en = "The signatures of the result do not validate, so it is not delivered. Operators: `hoso doctor`, then retry."


def understand_dossier(tools: Tools, order: DossierOrder) -> Understood:
    """Lines of all pages to documents and fields."""
    return understand([_read_page(tools, page) for page in order.pages], forms())


def check_dossier(_tools: Tools, order: DossierOrder) -> tuple[Finding, ...]:
    """Documents and fields against the procedure."""
    return check(order.documents, procedures()[order.procedure])


def package_dossier(tools: Tools, order: DossierOrder) -> Packaged:
    """Page images, lines and fields to one searchable archive file."""
    data, fields = _package(tools, order)
    return Packaged(
        tools.store.put_artifact(order.dossier_id, Stage.PACKAGE.value, data, "pdf", "application/pdf"),
        tools.store.put_artifact(order.dossier_id, Stage.PACKAGE.value, fields, "json", "application/json"),
    )


def compose_draft(tools: Tools, order: DraftOrder) -> Drafted:
    """The result document with the digitised pages behind it: what the leader approves, byte for byte."""
    dossier = order.dossier
    pages, fields = _package(tools, dossier)
    info = DraftInfo(dossier.code, order.number, order.issued_on, order.made_at, order.package_sha256)
    draft = compose(pages, dossier.documents, procedures()[dossier.procedure], agencies()[dossier.agency], info)
    return Drafted(
        tools.store.put_artifact(dossier.dossier_id, Stage.COMPOSE.value, draft, "pdf", "application/pdf"),
        tools.store.put_artifact(dossier.dossier_id, Stage.COMPOSE.value, fields, "json", "application/json"),
    )


def deliver_result(tools: Tools, order: DeliverOrder) -> Delivered:
    """Validate the signed result as a stranger would, and write the manifest of everything there is."""
    trust = Trust.load(tools.settings.signing.certificates)
    report = validate_result(tools.store.get_artifact(order.result_key), trust)
    if report.verdict != VALID:
        raise ResultNotValid(report.verdict)
    data = json.dumps(report.to_json(), ensure_ascii=False, indent=1).encode()
    validation = tools.store.put_artifact(order.dossier_id, Stage.DELIVER.value, data, "json", "application/json")
    listed = (*order.artifacts, Artifact("validation", validation.key, validation.sha256, validation.size))
    kept = tools.store.put_artifact(
        order.dossier_id, Stage.DELIVER.value, manifest(order.code, listed), "json", "application/json"
    )
    return Delivered(validation, kept)


def _read_page(tools: Tools, page: KnownPage) -> ReadPage:
    lines: tuple[Line, ...] = ()
    if page.lines_key:
        lines = reading_from_json(json.loads(tools.store.get_artifact(page.lines_key))).lines
    return ReadPage(
        number=page.number,
        file=page.file,
        lines=lines,
        width=page.width,
        height=page.height,
        source="text-layer" if page.from_text_layer else "ocr",
        blank=page.blank,
    )


def _package(tools: Tools, order: DossierOrder) -> tuple[bytes, bytes]:
    """(package, fields.json). Created at the dossier's own time, so that the same dossier gives the same bytes."""
    fields = fields_json(order.code, order.procedure, order.documents)
    agency = agencies()[order.agency]
    info = PackageInfo(order.code, procedures()[order.procedure].name_vi, agency.name, order.created_at, fields)
    return package(_package_pages(tools, order), info), fields


def _package_pages(tools: Tools, order: DossierOrder) -> Iterator[PackagePage]:
    for page in order.pages:
        if page.image_key is None:
            continue
        lines = _read_page(tools, page).lines
        yield PackagePage(tools.store.get_artifact(page.image_key), page.width, page.height, page.dpi, lines)
