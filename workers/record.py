"""Committing a stage's result: in one transaction the rows, the closed lease, and what follows.

Every function runs inside a transaction that the caller opened. The order is the same everywhere: lock the living
dossier (an ended one refuses: `Cancelled`), close the lease by its fencing token (a late worker: `LeaseLost`), write,
go on. So a result is stored at most once, and by the newest holder alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from config.settings import Retention
from dossiers.db import audit, queue, steps
from dossiers.db.queue import Lease
from dossiers.db.tables import DocumentRow, DossierRow, FieldRow, FileRow, FindingRow, PageRow
from dossiers.document import Document, Finding
from dossiers.dossier import Stage
from dossiers.page import Line
from workers.jobs.dossiers import Delivered, Drafted, Packaged
from workers.jobs.ingest import Ingested, KnownFile
from workers.jobs.pages import Prepared, Rasterised
from workers.stages.understand import Understood

NO_PAGES = "dossier.no_pages"


def _begin(session: Session, lease: Lease) -> DossierRow:
    dossier = steps.lock_live(session, lease.dossier_id)
    queue.complete(session, lease)
    return dossier


def ingested(session: Session, lease: Lease, result: Ingested) -> None:
    """Files, members, pages; then every page begins. A dossier without a readable page has failed, and says why."""
    dossier = _begin(session, lease)
    _findings(session, lease, result.findings)
    # A repeated ingest (retry) replaces what an earlier one found.
    session.execute(delete(PageRow).where(PageRow.dossier_id == dossier.id))
    session.execute(delete(FileRow).where(FileRow.dossier_id == dossier.id, FileRow.parent.is_not(None)))
    uploads = {row.ordinal: row for row in session.scalars(select(FileRow).where(FileRow.dossier_id == dossier.id))}
    number = 0
    for file in result.files:
        row = uploads.get(file.ordinal) or FileRow(dossier_id=dossier.id, ordinal=file.ordinal)
        _fill(row, file)
        session.add(row)
        session.flush()
        for index in range(file.pages):
            number += 1
            session.add(
                PageRow(
                    dossier_id=dossier.id,
                    file_id=row.id,
                    number=number,
                    index_in_file=index,
                    use_text_layer=index in file.text_pages,
                )
            )
            steps.enqueue(session, dossier, Stage.RASTERISE, number)
    steps.after_stage(session, dossier, Stage.INGEST, None)
    if not number:
        steps.fail(session, dossier, NO_PAGES)


def _fill(row: FileRow, file: KnownFile) -> None:
    row.parent, row.name, row.sha256, row.size = file.parent, file.name, file.sha256, file.size
    row.media_type, row.object_key, row.pages = file.media_type, file.object_key, file.pages
    row.error, row.signature_report = file.error, file.signature_report


def _set_page(session: Session, lease: Lease, **values: object) -> None:
    session.execute(
        update(PageRow).where(PageRow.dossier_id == lease.dossier_id, PageRow.number == lease.page).values(**values)
    )


def rasterised(session: Session, lease: Lease, result: Rasterised) -> None:
    """The page has an image; with a good text layer also its lines."""
    dossier = _begin(session, lease)
    values: dict[str, object] = {
        "raster_key": result.raster_key,
        "width": result.width,
        "height": result.height,
        "dpi": result.dpi,
        "use_text_layer": result.lines_key is not None,
    }
    if result.lines_key is not None:
        values |= {
            "image_key": result.raster_key,
            "lines_key": result.lines_key,
            "line_count": result.line_count,
            "confidence": 1.0,
            "model": "text-layer",
        }
    _set_page(session, lease, **values)
    if result.lines_key is not None:
        # Nothing to turn and nothing to read: the page is settled.
        steps.after_stage(session, dossier, Stage.READ, lease.page)
    else:
        steps.after_stage(session, dossier, Stage.RASTERISE, lease.page)


def prepared(session: Session, lease: Lease, result: Prepared) -> None:
    """The page is upright."""
    dossier = _begin(session, lease)
    if result.dpi is not None:
        _set_page(session, lease, dpi=result.dpi)
    _set_page(
        session,
        lease,
        image_key=result.image_key,
        width=result.width,
        height=result.height,
        rotation=result.rotation,
        skew=result.skew,
        blank=result.blank,
    )
    steps.after_stage(session, dossier, Stage.PREPARE, lease.page)


def read(session: Session, lease: Lease, lines_key: str, lines: tuple[Line, ...], models: Mapping[str, str]) -> None:
    """The page is read by `models` (name@version by role); when it was the last one, the dossier can be understood."""
    dossier = _begin(session, lease)
    confidence = sum(line.confidence for line in lines) / len(lines) if lines else None
    by = {"model": models["recogniser"], "detector": models["detector"]}
    _set_page(session, lease, lines_key=lines_key, line_count=len(lines), confidence=confidence, **by)
    steps.after_stage(session, dossier, Stage.READ, lease.page)


def understood(session: Session, lease: Lease, result: Understood) -> None:
    """Documents and fields; a repeated understanding replaces them."""
    dossier = _begin(session, lease)
    _findings(session, lease, result.findings)
    session.execute(delete(DocumentRow).where(DocumentRow.dossier_id == dossier.id))
    for document in result.documents:
        session.add(_document(dossier, document))
    session.flush()
    steps.after_stage(session, dossier, Stage.UNDERSTAND, None)


def _document(dossier: DossierRow, document: Document) -> DocumentRow:
    row = DocumentRow(
        dossier_id=dossier.id,
        ordinal=document.ordinal,
        kind=document.kind,
        title=document.title,
        first_page=document.first_page,
        last_page=document.last_page,
        confidence=document.confidence,
    )
    for position, field in enumerate(document.fields):
        box = field.box
        row.fields.append(
            FieldRow(
                dossier_id=dossier.id,
                position=position,
                key=field.key,
                label=field.label,
                value=field.value,
                raw=field.raw,
                confidence=field.confidence,
                in_doubt=field.in_doubt,
                page=field.page,
                box=[box.left, box.top, box.right, box.bottom] if box else None,
                source=field.source,
            )
        )
    return row


def checked(session: Session, lease: Lease, findings: Iterable[Finding]) -> None:
    """What is missing, invalid or inconsistent."""
    dossier = _begin(session, lease)
    _findings(session, lease, findings)
    steps.after_stage(session, dossier, Stage.CHECK, None)


def packaged(session: Session, lease: Lease, result: Packaged) -> None:
    """The package is there: the officer's turn."""
    dossier = _begin(session, lease)
    dossier.package_key, dossier.package_sha256 = result.package.key, result.package.sha256
    dossier.fields_key = result.fields.key
    audit.append(session, "worker", "dossier.packaged", dossier.code, package_sha256=result.package.sha256)
    steps.after_stage(session, dossier, Stage.PACKAGE, None)


def drafted(session: Session, lease: Lease, result: Drafted) -> None:
    """The draft of the result is there: the leader's turn."""
    dossier = _begin(session, lease)
    dossier.draft_key, dossier.draft_sha256 = result.draft.key, result.draft.sha256
    dossier.fields_key = result.fields.key
    audit.append(session, "worker", "dossier.drafted", dossier.code, draft_sha256=result.draft.sha256)
    steps.after_stage(session, dossier, Stage.COMPOSE, None)


def delivered(session: Session, lease: Lease, result: Delivered, retention: Retention) -> None:
    """Everything is in the store, the manifest says what; only now the dossier is completed."""
    dossier = _begin(session, lease)
    dossier.validation_key, dossier.manifest_key = result.validation.key, result.manifest.key
    dossier.expires_at = datetime.now(UTC) + timedelta(days=retention.result_days)
    audit.append(session, "worker", "dossier.delivered", dossier.code, manifest_sha256=result.manifest.sha256)
    steps.after_stage(session, dossier, Stage.DELIVER, None)


def set_aside(session: Session, lease: Lease, code: str, detail: str, finding: Finding) -> None:
    """No further attempt at this run: a page's dossier goes on without it and says so, a dossier stage has failed."""
    dossier = steps.lock_live(session, lease.dossier_id)
    queue.quarantine(session, lease, code, detail)
    _add_finding(session, lease, finding)
    steps.set_aside(session, dossier, lease.stage, lease.page, code)


def _findings(session: Session, lease: Lease, findings: Iterable[Finding]) -> None:
    """Replace the stage's findings."""
    session.execute(
        delete(FindingRow).where(FindingRow.dossier_id == lease.dossier_id, FindingRow.stage == lease.stage.value)
    )
    for finding in findings:
        _add_finding(session, lease, finding)


def _add_finding(session: Session, lease: Lease, finding: Finding) -> None:
    session.add(
        FindingRow(
            dossier_id=lease.dossier_id,
            stage=lease.stage.value,
            code=finding.code,
            severity=finding.severity.value,
            vi=finding.vi,
            en=finding.en,
            file=finding.file,
            page=finding.page,
            document=finding.document,
            field=finding.field,
        )
    )
