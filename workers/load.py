"""Reading a stage's order from the database: plain frozen data that can travel to an actor."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session, selectinload

from config.settings import Retention
from dossiers.db.queue import Lease
from dossiers.db.tables import DocumentRow, DossierRow, FieldRow, FileRow, PageRow
from dossiers.document import Document, Field
from dossiers.due import VIETNAM
from dossiers.errors import NotFound
from dossiers.page import Box
from workers.jobs.dossiers import DeliverOrder, DossierOrder, DraftOrder, KnownPage
from workers.jobs.ingest import IngestOrder, Original
from workers.jobs.pages import PageOrder
from workers.stages.deliver import Artifact

DEFAULT_DPI = 200.0


def ingest_order(session: Session, lease: Lease, retention: Retention) -> IngestOrder:
    """The uploads as they were accepted (members of ZIPs found by an earlier attempt are not uploads)."""
    files = session.scalars(
        select(FileRow)
        .where(FileRow.dossier_id == lease.dossier_id, FileRow.parent.is_(None))
        .order_by(FileRow.ordinal)
    )
    originals = tuple(Original(f.ordinal, f.name, f.object_key, f.version_id, f.sha256) for f in files)
    return IngestOrder(lease.dossier_id, originals, datetime.now(UTC) + timedelta(days=retention.original_days))


def page_order(session: Session, lease: Lease) -> PageOrder:
    """The page and its file. Raises `NotFound` when the page is gone (its dossier was removed)."""
    query = (
        select(PageRow, FileRow)
        .join(FileRow, FileRow.id == PageRow.file_id)
        .where(PageRow.dossier_id == lease.dossier_id, PageRow.number == lease.page)
    )
    found = session.execute(query).first()
    if found is None:
        raise NotFound("page")
    page, file = found
    return PageOrder(
        dossier_id=lease.dossier_id,
        object_key=file.object_key,
        version_id=file.version_id,
        sha256=file.sha256,
        member=file.parent is not None,
        media_type=file.media_type,
        index=page.index_in_file,
        use_text_layer=page.use_text_layer,
        raster_key=page.raster_key or "",
        image_key=page.image_key or "",
        width=page.width or 0,
        height=page.height or 0,
    )


def dossier_order(session: Session, dossier_id: uuid.UUID) -> DossierOrder:
    """The dossier with its pages, documents and fields as they are now."""
    dossier = session.get_one(DossierRow, dossier_id)
    rows = session.execute(
        select(PageRow, FileRow.ordinal)
        .join(FileRow, FileRow.id == PageRow.file_id)
        .where(PageRow.dossier_id == dossier_id)
        .order_by(PageRow.number)
    )
    return DossierOrder(
        dossier_id=dossier.id,
        code=dossier.code,
        agency=dossier.agency,
        procedure=dossier.procedure,
        created_at=dossier.created_at.astimezone(UTC),
        pages=tuple(_page(page, file) for page, file in rows),
        documents=documents(session, dossier_id),
    )


def documents(session: Session, dossier_id: uuid.UUID) -> tuple[Document, ...]:
    """The documents with their fields, corrections included."""
    rows = session.scalars(
        select(DocumentRow)
        .where(DocumentRow.dossier_id == dossier_id)
        .order_by(DocumentRow.ordinal)
        .options(selectinload(DocumentRow.fields))
    )
    return tuple(
        Document(
            row.ordinal,
            row.kind,
            row.title,
            row.first_page,
            row.last_page,
            row.confidence,
            tuple(_field(field) for field in row.fields),
        )
        for row in rows
    )


def draft_order(session: Session, dossier_id: uuid.UUID) -> DraftOrder:
    """What the result says; its number and date are given now, once, by the system (NĐ 30/2020/NĐ-CP art. 15.3)."""
    order = dossier_order(session, dossier_id)
    dossier = session.get_one(DossierRow, dossier_id)
    if dossier.result_number is None or dossier.result_date is None:
        today = datetime.now(VIETNAM).date()
        session.execute(
            text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 1))"), {"key": f"number:{dossier.agency}"}
        )
        year = func.extract("year", DossierRow.result_date)
        last = session.scalar(
            select(func.max(DossierRow.result_number)).where(DossierRow.agency == dossier.agency, year == today.year)
        )
        dossier.result_number, dossier.result_date = (last or 0) + 1, today
    return DraftOrder(
        order, dossier.package_sha256 or "", dossier.result_number, dossier.result_date, datetime.now(UTC)
    )


def deliver_order(session: Session, dossier_id: uuid.UUID) -> DeliverOrder:
    """The signed result and everything the manifest must list."""
    dossier = session.get_one(DossierRow, dossier_id)
    files = session.scalars(select(FileRow).where(FileRow.dossier_id == dossier_id))
    artifacts = [
        Artifact("member" if f.parent is not None else "original", f.object_key, f.sha256, f.size, f.name)
        for f in files
    ]
    derived = {
        "package": dossier.package_key,
        "fields": dossier.fields_key,
        "draft": dossier.draft_key,
        "result": dossier.result_key,
    }
    artifacts += [Artifact(role, key, _hash_in(key), None) for role, key in derived.items() if key]
    return DeliverOrder(dossier.id, dossier.code, dossier.result_key or "", tuple(artifacts))


def _hash_in(key: str) -> str:
    return key.rsplit("/", 1)[-1].split(".", 1)[0]


def _page(page: PageRow, file: int) -> KnownPage:
    return KnownPage(
        number=page.number,
        file=file,
        image_key=page.image_key or page.raster_key,
        lines_key=page.lines_key,
        width=page.width or 0,
        height=page.height or 0,
        dpi=page.dpi or DEFAULT_DPI,
        blank=page.blank,
        from_text_layer=page.use_text_layer,
    )


def _field(row: FieldRow) -> Field:
    box = Box(*row.box) if row.box else None
    return Field(row.key, row.label, row.value, row.raw, row.confidence, row.in_doubt, row.page, box, row.source)
