"""Events of a dossier: what progress streams show, in order, and the NOTIFY that wakes their readers."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from dossiers.db.tables import EventRow

CHANNEL = "hoso_events"  # payload: the dossier's id


def record(session: Session, dossier_id: uuid.UUID, kind: str, **data: Any) -> None:
    """Add an event in the caller's transaction; listeners are woken at its commit."""
    session.add(EventRow(dossier_id=dossier_id, kind=kind, data=data))
    session.execute(text("SELECT pg_notify(:channel, :payload)"), {"channel": CHANNEL, "payload": str(dossier_id)})


def after(session: Session, dossier_id: uuid.UUID, last: int, limit: int = 500) -> Sequence[EventRow]:
    """Events with an id greater than `last`, oldest first.

    Writers of one dossier hold its row lock when they record, so ids of one dossier are committed in order and a
    reader that resumes after an id misses nothing.
    """
    query = select(EventRow).where(EventRow.dossier_id == dossier_id, EventRow.id > last).order_by(EventRow.id)
    return session.scalars(query.limit(limit)).all()
