"""The janitor: everything has an owner and a time to live, and this is who removes what has outlived it.

Removed are expired idempotency keys and sessions, presigned uploads nobody used, originals that never became part of a
dossier, everything derived from a dossier whose retention has passed (its row stays and says when: GET is 410 with the
date), data sets past their end, lines that a challenger read otherwise, and weight files that nobody uses (their
versions stay and say when; what was champion once stays whole, so that a rollback always can). Originals of accepted
dossiers are under object lock and are never touched here.

Each step stands alone and can be repeated: what a killed janitor left is what the next one finds.
"""

from __future__ import annotations

import uuid
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from config.settings import Settings
from dossiers.db import audit, events, model_files
from dossiers.db.data_set_tables import LineCorrectionRow
from dossiers.db.engine import Db
from dossiers.db.model_tables import ShadowReadingRow
from dossiers.db.tables import CorrectionRow, DocumentRow, DossierRow, FieldRow
from dossiers.db.trust import IdempotencyRow, SessionRow, UploadRow
from dossiers.dossier import TERMINAL, State
from dossiers.store import ObjectStore
from models.datasets import erasure

GRACE = timedelta(hours=24)  # an upload that is still under way is younger than this
BATCH = 100


@dataclass(slots=True)
class Cleaned:
    """How many of each were removed."""

    idempotency_keys: int = 0
    sessions: int = 0
    uploads: int = 0
    originals: int = 0
    dossiers: int = 0
    artifacts: int = 0
    data_sets: int = 0
    data_set_objects: int = 0
    shadow_readings: int = 0
    model_versions: int = 0
    weights: int = 0

    def counts(self) -> dict[str, int]:
        return asdict(self)


def clean(db: Db, store: ObjectStore, settings: Settings, now: datetime | None = None) -> Cleaned:
    """One round at the time `now`. Raises `DatabaseUnavailable`, `StoreUnavailable`; what was done stays done."""
    now, done = now or datetime.now(UTC), Cleaned()
    with db.transaction() as session:
        old = now - timedelta(hours=settings.retention.idempotency_hours)
        done.idempotency_keys = _removed(session, delete(IdempotencyRow).where(IdempotencyRow.created_at < old))
        done.sessions = _removed(session, delete(SessionRow).where(SessionRow.expires_at < now))
    _uploads(db, store, now, done)
    _orphans(db, store, now, done)
    _expired(db, store, settings, now, done)
    done.data_sets, done.data_set_objects = erasure.expire(db, store, now)
    _models(db, store, settings, now, done)
    return done


def _removed(session: Session, statement: object) -> int:
    return int(session.execute(statement).rowcount)  # type: ignore[call-overload]


def _uploads(db: Db, store: ObjectStore, now: datetime, done: Cleaned) -> None:
    """Presigned uploads nobody used; the rows of used ones go too, their object belongs to the dossier."""
    with db.transaction() as session:
        stale = session.scalars(select(UploadRow).where(UploadRow.expires_at < now - GRACE).limit(BATCH)).all()
    for row in stale:
        if row.used_at is None:
            store.remove_original(row.object_key)
        with db.transaction() as session:
            session.execute(delete(UploadRow).where(UploadRow.id == row.id))
        done.uploads += 1


def _orphans(db: Db, store: ObjectStore, now: datetime, done: Cleaned) -> None:
    """Originals whose dossier was never accepted: the front died between storing and committing."""
    by_owner: dict[uuid.UUID, list[tuple[str, str]]] = {}
    for found in store.original_versions():
        if found.modified > now - GRACE:
            continue
        try:
            owner = uuid.UUID(found.key.split("/", 1)[0])
        except ValueError:
            continue  # presigned uploads have rows of their own
        by_owner.setdefault(owner, []).append((found.key, found.version_id))
    owners = list(by_owner)
    for start in range(0, len(owners), BATCH):
        some = owners[start : start + BATCH]
        with db.transaction() as session:
            known = set(session.scalars(select(DossierRow.id).where(DossierRow.id.in_(some))))
        for owner in set(some) - known:
            for key, version_id in by_owner[owner]:
                store.remove_original(key, version_id)
                done.originals += 1


def _expired(db: Db, store: ObjectStore, settings: Settings, now: datetime, done: Cleaned) -> None:
    """Dossiers past their retention: the row says so first (the front answers 410), then the objects go."""
    keep_result = timedelta(days=settings.retention.result_days)
    keep_others = timedelta(days=settings.retention.artifact_days)
    over = or_(
        DossierRow.expires_at < now,
        DossierRow.expires_at.is_(None)
        & (DossierRow.state == State.COMPLETED.value)
        & (DossierRow.finished_at < now - keep_result),
        DossierRow.expires_at.is_(None)
        & DossierRow.state.in_([state.value for state in TERMINAL - {State.COMPLETED}])
        & (DossierRow.finished_at < now - keep_others),
    )
    with db.transaction() as session:
        ids = session.scalars(select(DossierRow.id).where(over, DossierRow.expired_at.is_(None)).limit(BATCH)).all()
    for dossier_id in ids:
        with db.transaction() as session:
            _mark(session, dossier_id, now)
        done.dossiers += 1
    with db.transaction() as session:
        gone = set(session.scalars(select(DossierRow.id).where(DossierRow.expired_at.is_not(None))))
    for owner in list(store.artifact_owners()):
        try:
            dossier_id = uuid.UUID(owner)
        except ValueError:
            continue
        if dossier_id in gone:
            done.artifacts += store.remove_artifacts(dossier_id)


def _models(db: Db, store: ObjectStore, settings: Settings, now: datetime, done: Cleaned) -> None:
    """Challengers' lines past their time; then candidates that nobody put to use, and files without a version."""
    keep = settings.retention
    with db.transaction() as session:
        old = ShadowReadingRow.at < now - timedelta(days=keep.shadow_days)
        done.shadow_readings = _removed(session, delete(ShadowReadingRow).where(old))
        done.model_versions = model_files.remove_unused(session, now - timedelta(days=keep.candidate_days), now)
    with db.transaction() as session:
        owned = model_files.owned_keys(session)
    for key, written in list(store.weights()):
        # A file that is being registered is stored before its row is there.
        if key not in owned and written < now - GRACE:
            store.remove_weights(key)
            done.weights += 1


def _mark(session: Session, dossier_id: uuid.UUID, now: datetime) -> None:
    """Set `expired_at` and remove the values that were read; who decided what stays."""
    dossier = session.get(DossierRow, dossier_id, with_for_update=True)
    if dossier is None or dossier.expired_at is not None:
        return
    session.execute(delete(LineCorrectionRow).where(LineCorrectionRow.dossier_id == dossier_id))
    session.execute(delete(CorrectionRow).where(CorrectionRow.dossier_id == dossier_id))
    session.execute(delete(ShadowReadingRow).where(ShadowReadingRow.dossier_id == dossier_id))
    session.execute(delete(FieldRow).where(FieldRow.dossier_id == dossier_id))
    session.execute(delete(DocumentRow).where(DocumentRow.dossier_id == dossier_id))
    dossier.expired_at = now
    dossier.updated_at = now
    dossier.version += 1
    session.flush()
    events.record(session, dossier_id, "dossier.expired")
    audit.append(session, "janitor", "dossier.expired", dossier.code, at=now.isoformat())
