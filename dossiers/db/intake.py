"""Accepting a dossier: one durable write, and the promise that goes with it.

When `accept` commits, the dossier exists, its first stage run is in the queue, the sender's `Idempotency-Key` points at
it and the audit log says so. The originals are in the store before; if the commit fails the janitor removes them.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from config.settings import Queue
from dossiers.db import audit, events, steps
from dossiers.db.tables import DossierRow, FileRow
from dossiers.db.trust import IdempotencyRow
from dossiers.dossier import Stage, new_code
from dossiers.errors import Conflict
from dossiers.store import Stored


class IdempotencyConflict(Conflict):
    """The key was used with another body."""

    code = "idempotency.conflict"
    vi = "Idempotency-Key này đã dùng cho một nội dung khác. Hãy dùng khóa mới cho hồ sơ mới."
    en = "This Idempotency-Key was used with another body. Use a new key for a new dossier."


@dataclass(frozen=True, slots=True)
class NewFile:
    """One uploaded file: its name (NFC) and where it lies."""

    name: str
    stored: Stored


@dataclass(frozen=True, slots=True)
class NewDossier:
    """What a client submits. `id` is chosen by the front, since the originals' keys begin with it.

    `body_sha256` covers names, hashes and parameters; it tells a repeated request from another one.
    """

    id: uuid.UUID
    agency: str
    client_id: uuid.UUID
    procedure: str
    files: Sequence[NewFile]
    body_sha256: str
    idempotency_key: str | None = None
    reference: str = ""
    priority: int = 0
    callback_url: str | None = None
    due_at: datetime | None = None


def earlier(session: Session, client_id: uuid.UUID, key: str, body_sha256: str) -> DossierRow | None:
    """The dossier that this key made before; None when the key is new. Raises `IdempotencyConflict`."""
    row = session.get(IdempotencyRow, (client_id, key))
    if row is None:
        return None
    if row.body_sha256 != body_sha256:
        raise IdempotencyConflict(key)
    return session.get_one(DossierRow, row.dossier_id)


def accept(session: Session, new: NewDossier, limits: Queue) -> tuple[DossierRow, bool]:
    """Write the dossier; returns it and whether it is new. Concurrent requests with one key make one dossier.

    Raises `IdempotencyConflict` when the key stands for another body.
    """
    if new.idempotency_key is not None:
        # Two requests with one key at once: the second waits here until the first has committed.
        session.execute(
            text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"),
            {"key": f"{new.client_id}:{new.idempotency_key}"},
        )
        if found := earlier(session, new.client_id, new.idempotency_key, new.body_sha256):
            return found, False
    now = datetime.now(UTC)
    dossier = DossierRow(
        id=new.id,
        code=_free_code(session, new.agency, now),
        agency=new.agency,
        client_id=new.client_id,
        procedure=new.procedure,
        reference=new.reference,
        priority=new.priority,
        rank=time.time_ns() // 1000,
        max_attempts=limits.max_attempts,
        callback_url=new.callback_url,
        deadline_at=now + timedelta(seconds=limits.deadline_s),
        due_at=new.due_at,
    )
    session.add(dossier)
    session.flush()
    for ordinal, file in enumerate(new.files, start=1):
        session.add(
            FileRow(
                dossier_id=new.id,
                ordinal=ordinal,
                name=file.name,
                sha256=file.stored.sha256,
                size=file.stored.size,
                object_key=file.stored.key,
                version_id=file.stored.version_id,
            )
        )
    if new.idempotency_key is not None:
        session.add(
            IdempotencyRow(
                client_id=new.client_id, key=new.idempotency_key, body_sha256=new.body_sha256, dossier_id=new.id
            )
        )
    steps.enqueue(session, dossier, Stage.INGEST)
    events.record(session, new.id, "dossier.accepted", files=len(new.files))
    audit.append(
        session,
        f"client:{new.client_id}",
        "dossier.accepted",
        dossier.code,
        procedure=new.procedure,
        files=[{"sha256": file.stored.sha256, "size": file.stored.size} for file in new.files],
    )
    return dossier, True


def _free_code(session: Session, agency: str, now: datetime) -> str:
    while True:
        code = new_code(agency, now)
        if session.scalar(select(DossierRow.id).where(DossierRow.code == code)) is None:
            return code
