"""The outbox as the courier uses it: take what is due, say what came of it.

Taking a message counts the attempt and sets its next time, so a courier that dies loses nothing; what it says later is
accepted only while its attempt is the newest.
"""

from __future__ import annotations

import random
import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from config.settings import Webhooks
from dossiers.db import audit

_DAY = 86_400.0
_MARGIN_S = 30.0

_TAKE = text("""
UPDATE outbox SET attempts = outbox.attempts + 1, next_at = now() + make_interval(secs => :lease_s)
FROM clients, dossiers
WHERE outbox.id IN (
        SELECT id FROM outbox WHERE delivered_at IS NULL AND dead_at IS NULL AND next_at <= now()
        ORDER BY next_at LIMIT :limit FOR UPDATE SKIP LOCKED)
  AND clients.id = outbox.client_id AND dossiers.id = outbox.dossier_id
RETURNING outbox.id, outbox.kind, outbox.url, outbox.payload, outbox.attempts, clients.webhook_secret, dossiers.code
""")


@dataclass(frozen=True, slots=True)
class Message:
    """One message that is ours to send. `attempt` counts from 1 and fences the outcome."""

    id: uuid.UUID
    kind: str
    url: str
    payload: dict[str, Any]
    attempt: int
    secret: str
    dossier: str


def take(session: Session, limit: int, settings: Webhooks) -> list[Message]:
    """Up to `limit` messages that are due; they are due again if nothing is said of them."""
    rows = session.execute(_TAKE, {"limit": limit, "lease_s": settings.timeout_s + _MARGIN_S})
    return [
        Message(row.id, row.kind, row.url, row.payload, row.attempts, row.webhook_secret or "", row.code)
        for row in rows
    ]


def delivered(session: Session, message: Message) -> None:
    """It arrived."""
    _say(session, message, "delivered_at = now(), last_error = NULL")


def failed(session: Session, message: Message, code: str, final: bool, settings: Webhooks) -> bool:
    """It did not arrive: later again, or dead (open to replay). Returns whether it is dead."""
    dead = final or message.attempt >= settings.max_attempts
    if dead:
        changed = _say(session, message, "dead_at = now(), last_error = :code", code=code)
        if changed:
            audit.append(session, "courier", "message.dead", message.dossier, message=str(message.id), reason=code)
    else:
        wait = wait_s(message.attempt, settings.backoff_s)
        _say(
            session, message, "next_at = now() + make_interval(secs => :wait), last_error = :code", code=code, wait=wait
        )
    return dead


def wait_s(attempt: int, backoff_s: float) -> float:
    """Seconds to the next attempt: doubling up to a day, with a fifth of jitter so that a herd does not stay one."""
    return float(min(backoff_s * 2 ** (attempt - 1), _DAY) * random.uniform(0.8, 1.2))  # noqa: S311 (no secret)


def _say(session: Session, message: Message, assignments: str, **values: Any) -> bool:
    changed = session.execute(
        text(f"""
        UPDATE outbox SET {assignments}
        WHERE id = :id AND attempts = :attempt AND delivered_at IS NULL AND dead_at IS NULL
        RETURNING id"""),  # noqa: S608 (assignments are ours)
        {"id": message.id, "attempt": message.attempt, **values},
    ).first()
    return changed is not None
