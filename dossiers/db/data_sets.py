"""Corrections as they are asked for, and the life of a data set's version: reserved, ready, reduced, gone, purged.

Who makes a set ready and who takes a dossier out of all sets do so one after the other (an advisory lock), so that a
line taken out while a set was being written never gets into it.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import ColumnElement, and_, delete, exists, func, select, text
from sqlalchemy.orm import Session

from dossiers.db import audit
from dossiers.db.data_set_tables import DataSetLineRow, DataSetRow, LineCorrectionRow, TrainingRefusalRow
from dossiers.db.tables import CorrectionRow, DocumentRow, DossierRow, FieldRow, PageRow
from dossiers.errors import NotFound

_LOCK = 0x40505E18


class DataSetUnknown(NotFound):
    """No set of that name and version."""

    code = "data.set_unknown"
    vi = "Không có bộ dữ liệu với tên và phiên bản đó. Hãy xem danh sách bằng `hoso data list`."
    en = "There is no data set of that name and version. `hoso data list` shows which there are."


class DataSetGone(NotFound):
    """Its time is over: the set was deleted."""

    code = "data.set_gone"
    status = 410
    vi = "Bộ dữ liệu đã hết thời hạn lưu và đã bị xóa. Hãy xuất phiên bản mới nếu còn căn cứ cho phép."
    en = "The data set passed the end of its retention and was deleted. Export a new version if you still may."


def provenance_of(dossier_id: uuid.UUID) -> str:
    """The opaque id under which a dossier stands in sets: the same everywhere, and nothing can be read from it."""
    return hashlib.sha256(f"hoso.provenance/{dossier_id}".encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class CorrectedField:
    """A field whose value an officer settled. `read`: the machine's value; `value`: the last one; `at`: of that."""

    field: FieldRow
    document_kind: str
    page: PageRow
    read: str
    at: datetime


def corrected_lines(
    session: Session, agency: str, since: datetime | None
) -> Sequence[tuple[LineCorrectionRow, PageRow]]:
    """The last correction of each line, with its page, of the agency's dossiers that may be learnt from.

    Left out: corrections of a reading that was replaced since, and dossiers whose files are gone.
    """
    newest = select(func.max(LineCorrectionRow.id)).group_by(
        LineCorrectionRow.page_id, LineCorrectionRow.lines_key, LineCorrectionRow.line
    )
    query = (
        select(LineCorrectionRow, PageRow)
        .join(PageRow, PageRow.id == LineCorrectionRow.page_id)
        .join(DossierRow, DossierRow.id == LineCorrectionRow.dossier_id)
        .where(
            LineCorrectionRow.id.in_(newest),
            PageRow.lines_key == LineCorrectionRow.lines_key,
            PageRow.image_key.is_not(None),
            _open_to_learning(agency),
        )
        .order_by(LineCorrectionRow.dossier_id, PageRow.number, LineCorrectionRow.line)
    )
    if since:
        query = query.where(LineCorrectionRow.at >= since)
    return [(row, page) for row, page in session.execute(query)]


def corrected_fields(session: Session, agency: str, since: datetime | None) -> list[CorrectedField]:
    """Fields that officers corrected on pages that were read, of the same dossiers."""
    first = select(CorrectionRow.field_id, func.min(CorrectionRow.id).label("id")).group_by(CorrectionRow.field_id)
    firsts = first.subquery()
    last = select(CorrectionRow.field_id, func.max(CorrectionRow.at).label("at")).group_by(CorrectionRow.field_id)
    lasts = last.subquery()
    query = (
        select(FieldRow, DocumentRow.kind, PageRow, CorrectionRow.before, lasts.c.at)
        .join(firsts, firsts.c.field_id == FieldRow.id)
        .join(lasts, lasts.c.field_id == FieldRow.id)
        .join(CorrectionRow, CorrectionRow.id == firsts.c.id)
        .join(DocumentRow, DocumentRow.id == FieldRow.document_id)
        .join(PageRow, and_(PageRow.dossier_id == FieldRow.dossier_id, PageRow.number == FieldRow.page))
        .join(DossierRow, DossierRow.id == FieldRow.dossier_id)
        .where(PageRow.lines_key.is_not(None), PageRow.image_key.is_not(None), _open_to_learning(agency))
        .order_by(FieldRow.dossier_id, FieldRow.page, FieldRow.position)
    )
    if since:
        query = query.where(lasts.c.at >= since)
    return [CorrectedField(*row) for row in session.execute(query)]


def _open_to_learning(agency: str) -> ColumnElement[bool]:
    refused = exists().where(TrainingRefusalRow.dossier_id == DossierRow.id)
    return and_(DossierRow.agency == agency, DossierRow.expired_at.is_(None), ~refused)


def reserve(
    session: Session, name: str, agency: str, permission: str, until: date, by: str, masked: bool
) -> DataSetRow:
    """The next version of the set, not ready yet."""
    alone(session)
    last = session.scalar(select(func.max(DataSetRow.version)).where(DataSetRow.name == name)) or 0
    row = DataSetRow(
        name=name, version=last + 1, agency=agency, permission=permission, until=until, made_by=by, masked=masked
    )
    session.add(row)
    session.flush()
    return row


def make_ready(
    session: Session,
    row: DataSetRow,
    lines: Iterable[tuple[str, str]],
    dossiers: dict[str, uuid.UUID],
    *,
    digest: str,
    manifest_sha256: str,
) -> int:
    """Write the rows of `lines` ((sha256, provenance), as they lie in the store); how many of them the set may hold.

    `dossiers`: by provenance; lines of dossiers that are gone or were taken out meanwhile get no row. Where fewer than
    all have one, the store has to follow (`models.datasets.erasure`).
    """
    alone(session)
    row = session.merge(row)
    open_ones = set(
        session.scalars(
            select(DossierRow.id).where(
                DossierRow.id.in_(dossiers.values()), DossierRow.expired_at.is_(None), ~_refused(DossierRow.id)
            )
        )
    )
    wanted = list(dict.fromkeys(lines))
    kept = [(sha, origin) for sha, origin in wanted if origin not in dossiers or dossiers[origin] in open_ones]
    for sha256, origin in kept:
        session.add(
            DataSetLineRow(data_set_id=row.id, dossier_id=dossiers.get(origin), provenance=origin, sha256=sha256)
        )
    row.lines, row.digest, row.manifest_sha256 = len(wanted), digest, manifest_sha256
    row.ready_at = datetime.now(UTC)
    audit.append(
        session, row.made_by, "data_set.made", name=row.name, version=row.version, lines=len(kept), digest=digest
    )
    return len(kept)


def _refused(dossier_id: object) -> ColumnElement[bool]:
    return exists().where(TrainingRefusalRow.dossier_id == dossier_id)


def refuse(session: Session, dossier: DossierRow, actor: str) -> list[DataSetRow]:
    """Take a dossier's lines out of all sets, and keep it out of later ones; the sets that held some."""
    alone(session)
    if session.get(TrainingRefusalRow, dossier.id) is None:
        session.add(TrainingRefusalRow(dossier_id=dossier.id, actor=actor))
    of_dossier = (DataSetLineRow.dossier_id == dossier.id) | (DataSetLineRow.provenance == provenance_of(dossier.id))
    sets = session.scalars(
        select(DataSetRow).where(DataSetRow.id.in_(select(DataSetLineRow.data_set_id).where(of_dossier)))
    ).all()
    gone = session.execute(delete(DataSetLineRow).where(of_dossier).returning(DataSetLineRow.id)).all()
    audit.append(session, actor, "data_set.forgotten", dossier.code, lines=len(gone), sets=len(sets))
    return list(sets)


def find(session: Session, name: str, version: int | None = None) -> DataSetRow:
    """That version, or the newest that is ready and not gone. Raises `DataSetUnknown`, `DataSetGone`."""
    query = select(DataSetRow).where(DataSetRow.name == name, DataSetRow.ready_at.is_not(None))
    if version is not None:
        query = query.where(DataSetRow.version == version)
    rows = session.scalars(query.order_by(DataSetRow.version.desc())).all()
    if not rows:
        raise DataSetUnknown(name if version is None else f"{name}@v{version}")
    living = [row for row in rows if row.gone_at is None]
    if not living:
        raise DataSetGone(f"{rows[0].gone_at:%Y-%m-%d}")
    return living[0]


def listed(session: Session) -> Sequence[DataSetRow]:
    """All versions that were ever ready, by name and version."""
    query = select(DataSetRow).where(DataSetRow.ready_at.is_not(None))
    return session.scalars(query.order_by(DataSetRow.name, DataSetRow.version)).all()


def held(session: Session, row: DataSetRow) -> set[tuple[str, str]]:
    """The (sha256, provenance) that the set may hold."""
    query = select(DataSetLineRow.sha256, DataSetLineRow.provenance).where(DataSetLineRow.data_set_id == row.id)
    return {(sha256, provenance) for sha256, provenance in session.execute(query)}


def to_reduce(session: Session) -> Sequence[DataSetRow]:
    """Living sets whose index in the store has more lines than they may hold."""
    counted = (
        select(func.count()).where(DataSetLineRow.data_set_id == DataSetRow.id).correlate(DataSetRow).scalar_subquery()
    )
    query = select(DataSetRow).where(
        DataSetRow.ready_at.is_not(None), DataSetRow.gone_at.is_(None), DataSetRow.lines != counted
    )
    return session.scalars(query).all()


def alone(session: Session) -> None:
    """Until this transaction ends nobody makes a set ready or takes a dossier out of all sets."""
    session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
