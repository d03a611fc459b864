"""The tables of the work: dossiers and what hangs from them. Those of people and trust are in `dossiers.db.trust`.

Every row belongs to a dossier and goes with it (`ON DELETE CASCADE`), except the audit log. Times are UTC with zone.
Binary artifacts are never here: a row holds the object-store key.
"""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, DateTime, ForeignKey, Index, MetaData, Text, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import JSONB, UUID
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from dossiers.dossier import RunState, State, Step

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: DateTime(timezone=True),
        dict[str, Any]: JSONB,
        list[Any]: JSONB,
        str: Text,
        uuid.UUID: UUID(as_uuid=True),
    }


def _dossier_key() -> Mapped[uuid.UUID]:
    return mapped_column(ForeignKey("dossiers.id", ondelete="CASCADE"), index=True)


class DossierRow(Base):
    """One dossier. `version` is the ETag; `deadline_at` is the machine's one deadline, `due_at` that of people.

    The package is the digitised dossier (what the officer appraises); the draft is the result that the leader
    approves and the signer signs, byte for byte; the result is the draft with its signatures.
    """

    __tablename__ = "dossiers"
    __table_args__ = (Index("ix_dossiers_agency_created", "agency", "created_at"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    code: Mapped[str] = mapped_column(unique=True)
    agency: Mapped[str]
    client_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("clients.id"))
    procedure: Mapped[str]
    reference: Mapped[str] = mapped_column(default="")  # the sender's own code
    step: Mapped[str] = mapped_column(default=Step.RECEIVE.value)
    state: Mapped[str] = mapped_column(default=State.PROCESSING.value)
    priority: Mapped[int] = mapped_column(default=0)  # higher first
    rank: Mapped[int] = mapped_column(BigInteger)  # age: an older dossier's late stage goes before a new one's first
    max_attempts: Mapped[int]  # of each of its stage runs
    version: Mapped[int] = mapped_column(default=1)
    callback_url: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())
    deadline_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]  # the result is 410 after this
    expired_at: Mapped[datetime | None]  # when the janitor removed the artifacts
    package_key: Mapped[str | None]
    package_sha256: Mapped[str | None]
    fields_key: Mapped[str | None]
    draft_key: Mapped[str | None]
    draft_sha256: Mapped[str | None]
    result_key: Mapped[str | None]
    result_sha256: Mapped[str | None]
    validation_key: Mapped[str | None]
    manifest_key: Mapped[str | None]
    result_number: Mapped[int | None]  # of the result document, counted anew each year: NĐ 30/2020 art. 15.3
    result_date: Mapped[date | None]  # given with the number, Vietnam's
    reason: Mapped[str] = mapped_column(default="")  # of a return, a rejection, a cancel or a failure

    files: Mapped[list[FileRow]] = relationship(order_by="FileRow.ordinal", passive_deletes=True)
    pages: Mapped[list[PageRow]] = relationship(order_by="PageRow.number", passive_deletes=True)
    documents: Mapped[list[DocumentRow]] = relationship(order_by="DocumentRow.ordinal", passive_deletes=True)


class FileRow(Base):
    """One uploaded file (`parent` is null) or one member of an uploaded ZIP."""

    __tablename__ = "files"
    __table_args__ = (UniqueConstraint("dossier_id", "ordinal"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    dossier_id: Mapped[uuid.UUID] = _dossier_key()
    ordinal: Mapped[int]  # uploads in order of upload; members follow all uploads
    parent: Mapped[int | None]  # ordinal of the ZIP
    name: Mapped[str]  # NFC
    sha256: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    media_type: Mapped[str] = mapped_column(default="")
    object_key: Mapped[str]
    version_id: Mapped[str] = mapped_column(default="")
    pages: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None]  # stable code; the finding says more
    signature_report: Mapped[dict[str, Any] | None]


class PageRow(Base):
    """One page: position in the dossier, where its images and lines are."""

    __tablename__ = "pages"
    __table_args__ = (UniqueConstraint("dossier_id", "number"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    dossier_id: Mapped[uuid.UUID] = _dossier_key()
    file_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("files.id", ondelete="CASCADE"))
    number: Mapped[int]  # 1-based in the dossier
    index_in_file: Mapped[int]  # 0-based in the file
    use_text_layer: Mapped[bool] = mapped_column(default=False)
    width: Mapped[int | None]  # of the prepared image, pixels
    height: Mapped[int | None]
    dpi: Mapped[float | None]
    rotation: Mapped[int] = mapped_column(default=0)
    skew: Mapped[float] = mapped_column(default=0.0)
    blank: Mapped[bool] = mapped_column(default=False)
    raster_key: Mapped[str | None]
    image_key: Mapped[str | None]  # prepared, upright
    lines_key: Mapped[str | None]
    line_count: Mapped[int | None]
    confidence: Mapped[float | None]  # mean over lines
    model: Mapped[str] = mapped_column(default="")  # name@version of the recogniser; one for the whole page
    detector: Mapped[str] = mapped_column(default="", server_default="")  # name@version


class DocumentRow(Base):
    """One paper inside the dossier."""

    __tablename__ = "documents"
    __table_args__ = (UniqueConstraint("dossier_id", "ordinal"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    dossier_id: Mapped[uuid.UUID] = _dossier_key()
    ordinal: Mapped[int]
    kind: Mapped[str]
    title: Mapped[str]
    first_page: Mapped[int]
    last_page: Mapped[int]
    confidence: Mapped[float]

    fields: Mapped[list[FieldRow]] = relationship(order_by="FieldRow.position", passive_deletes=True)


class FieldRow(Base):
    """One field. `version` is its ETag; what officers changed is in `corrections`."""

    __tablename__ = "fields"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    dossier_id: Mapped[uuid.UUID] = _dossier_key()
    document_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    key: Mapped[str]
    label: Mapped[str]
    value: Mapped[str]
    raw: Mapped[str]
    confidence: Mapped[float]
    in_doubt: Mapped[bool]
    page: Mapped[int]
    box: Mapped[list[Any] | None]  # [left, top, right, bottom], pixels of the prepared image
    source: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)


class CorrectionRow(Base):
    """Who changed a field, when, before and after. Never updated."""

    __tablename__ = "corrections"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=True)
    dossier_id: Mapped[uuid.UUID] = _dossier_key()
    field_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("fields.id", ondelete="CASCADE"), index=True)
    actor: Mapped[str]  # kind:id, as in the audit log
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    before: Mapped[str]
    after: Mapped[str]


class FindingRow(Base):
    """Something an officer should know. `stage` owns the row: a re-run of the stage replaces its own findings."""

    __tablename__ = "findings"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=True)
    dossier_id: Mapped[uuid.UUID] = _dossier_key()
    stage: Mapped[str]
    code: Mapped[str]
    severity: Mapped[str]
    vi: Mapped[str]
    en: Mapped[str]
    file: Mapped[int | None]
    page: Mapped[int | None]
    document: Mapped[int | None]
    field: Mapped[str | None]


class StageRunRow(Base):
    """One stage of one dossier or page: what users see as progress *and* what workers lease.

    `token` is the fencing token: it grows with every lease, and a result is accepted only from the newest one.
    """

    __tablename__ = "stage_runs"
    __table_args__ = (
        UniqueConstraint("dossier_id", "stage", "page", postgresql_nulls_not_distinct=True),
        Index(
            "ix_stage_runs_ready",
            "client_id",
            text("priority DESC"),
            "rank",
            "id",
            postgresql_where=text(f"state = '{RunState.PENDING.value}'"),
        ),
        Index("ix_stage_runs_leased", "lease_until", postgresql_where=text(f"state = '{RunState.LEASED.value}'")),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=True)
    dossier_id: Mapped[uuid.UUID] = _dossier_key()
    client_id: Mapped[uuid.UUID]
    stage: Mapped[str]
    page: Mapped[int | None]  # page number, for page stages
    state: Mapped[str] = mapped_column(default=RunState.PENDING.value)
    priority: Mapped[int] = mapped_column(default=0)
    rank: Mapped[int] = mapped_column(BigInteger)  # the dossier's
    attempt: Mapped[int] = mapped_column(default=0)
    max_attempts: Mapped[int]
    token: Mapped[int] = mapped_column(BigInteger, default=0)
    lease_owner: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    not_before: Mapped[datetime] = mapped_column(server_default=func.now())
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    seconds: Mapped[float | None]
    error_code: Mapped[str | None]
    error_detail: Mapped[str | None]


class EventRow(Base):
    """What happened, in order, for progress streams. The audit log is apart: events may be pruned, it may not."""

    __tablename__ = "events"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=True)
    dossier_id: Mapped[uuid.UUID] = _dossier_key()
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    kind: Mapped[str]
    data: Mapped[dict[str, Any]]


class WorkerRow(Base):
    """A worker process's sign of life. Says nothing about leases: those are in `stage_runs` alone."""

    __tablename__ = "workers"

    owner: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    since: Mapped[datetime]
    seen_at: Mapped[datetime] = mapped_column(server_default=func.now())
    held: Mapped[int]
    replaced: Mapped[dict[str, Any]]
    models: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")  # name@version by role
    readers: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")  # Load of workers/feeding.py
