"""The audit log: append-only, each line holding the hash of the one before (who, what, when; TCVN ISO 9001:2015).

A line's hash is SHA-256 over the canonical JSON of its own content and the previous hash, so changing, removing or
inserting a line anywhere breaks every later one. Appends are serialised by an advisory lock held to the commit: the
chain has no forks. Data carries identifiers and hashes, never personal values.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from dossiers.db.trust import AuditRow

_LOCK = 0x40505E17
GENESIS = "0" * 64


def _hash(seq: int, at: datetime, actor: str, action: str, dossier: str | None, data: object, previous: str) -> str:
    line = [seq, at.astimezone(UTC).isoformat(timespec="microseconds"), actor, action, dossier, data, previous]
    canonical = json.dumps(line, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def append(session: Session, actor: str, action: str, dossier: str | None = None, **data: Any) -> None:
    """Add one line in the caller's transaction. `dossier` is its code. Values of `data` must be JSON."""
    session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    last = session.execute(select(AuditRow.seq, AuditRow.hash).order_by(AuditRow.seq.desc()).limit(1)).first()
    seq, previous = (last.seq + 1, last.hash) if last else (1, GENESIS)
    at = datetime.now(UTC)
    content: Mapping[str, Any] = json.loads(json.dumps(data))
    row = AuditRow(seq=seq, at=at, actor=actor, action=action, dossier=dossier, data=dict(content), previous=previous)
    row.hash = _hash(seq, at, actor, action, dossier, content, previous)
    session.add(row)
    session.flush()


@dataclass(frozen=True, slots=True)
class ChainReport:
    """Outcome of a verification: how many lines hold, and the first that does not (None: all hold).

    `head` is the hash of the last line: keep it elsewhere to notice a cut-off tail."""

    lines: int
    broken_at: int | None
    reason: str
    head: str


def verify(session: Session) -> ChainReport:
    """Walk the whole chain in order."""
    previous, expected, count = GENESIS, 1, 0
    for row in session.scalars(select(AuditRow).order_by(AuditRow.seq).execution_options(yield_per=1000)):
        if row.seq != expected:
            return ChainReport(count, expected, "a line is missing", previous)
        if row.previous != previous:
            return ChainReport(count, row.seq, "the link to the line before does not match", previous)
        if _hash(row.seq, row.at, row.actor, row.action, row.dossier, row.data, row.previous) != row.hash:
            return ChainReport(count, row.seq, "the content was changed", previous)
        previous, expected, count = row.hash, expected + 1, count + 1
    return ChainReport(count, None, "", previous)
