"""Signing intents in the database: leases with a fencing token, and every step of a signature committed on its own.

States: `intent` -> `signing` (the token is about to be asked) -> `signed` (the CMS is stored) -> `published`; or
`failed`, `cancelled`. Each transition is one transaction that is refused unless the caller holds the newest token.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from dossiers.db import steps
from dossiers.db.tables import DossierRow
from dossiers.db.trust import OfficerRow, SigningIntentRow
from dossiers.errors import LeaseLost
from workers.signing.approvals import Case, Person, RecordedDecision

CHANNEL = steps.SIGN_CHANNEL
_LEASE = text("""
UPDATE signing_intents SET token = token + 1, attempt = attempt + 1, lease_owner = :owner,
       lease_until = now() + make_interval(secs => :lease_s)
WHERE id = (
    SELECT id FROM signing_intents
    WHERE state IN ('intent', 'signing', 'signed') AND not_before <= now() AND key_label = ANY(:keys)
      AND (lease_until IS NULL OR lease_until < now())
    ORDER BY created_at LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id, token, attempt
""")


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work on one intent. `token` fences every commit."""

    intent_id: uuid.UUID
    token: int
    attempt: int


def lease(session: Session, owner: str, keys: list[str], lease_s: float) -> Lease | None:
    """Take the oldest ready intent of these keys; the attempt is counted before the work."""
    row = session.execute(_LEASE, {"owner": owner, "lease_s": lease_s, "keys": keys}).first()
    return Lease(row.id, row.token, row.attempt) if row else None


def free_orphans(session: Session, keys: list[str]) -> int:
    """Give up leases of a signer that died. Only for the one process that holds the token's lock."""
    statement = (
        update(SigningIntentRow)
        .where(SigningIntentRow.key_label.in_(keys), SigningIntentRow.lease_until.is_not(None))
        .values(lease_until=None, lease_owner=None)
    )
    return int(session.execute(statement).rowcount)  # type: ignore[attr-defined]


def hold(session: Session, lease: Lease) -> SigningIntentRow:
    """The intent's row, locked. Raises `LeaseLost` when a newer lease exists: nothing of this transaction stays."""
    query = select(SigningIntentRow).where(SigningIntentRow.id == lease.intent_id).with_for_update()
    row = session.scalars(query.execution_options(populate_existing=True)).first()
    if row is None or row.token != lease.token:
        raise LeaseLost("signing")
    return row


def release(session: Session, lease: Lease, wait_s: float, code: str, detail: str) -> None:
    """Put the intent back for later, saying why."""
    row = hold(session, lease)
    row.lease_owner = row.lease_until = None
    row.not_before = datetime.now(UTC) + timedelta(seconds=wait_s)
    row.error_code, row.error_detail = code, detail


@dataclass(frozen=True, slots=True)
class Job:
    """An intent with what is needed to judge it and to do it."""

    lease: Lease
    dossier_id: uuid.UUID
    role: str
    key_label: str
    document_key: str
    draft_key: str
    state: str
    prepared_key: str | None
    cms: bytes | None
    case: Case


def load(session: Session, lease: Lease) -> Job:
    """Read one intent with its dossier and decisions."""
    row = hold(session, lease)
    dossier = session.get_one(DossierRow, row.dossier_id)
    decisions = tuple(
        RecordedDecision(
            approval.step,
            approval.decision,
            approval.document_sha256,
            bytes(approval.statement),
            bytes(approval.cms),
            _person(session.get_one(OfficerRow, approval.officer_id)),
        )
        for approval in steps.approvals(session, row.dossier_id)
    )
    case = Case(
        dossier.code,
        dossier.agency,
        row.role,
        row.document_sha256,
        dossier.package_sha256 or "",
        dossier.draft_sha256 or "",
        decisions,
    )
    cms = bytes(row.cms) if row.cms is not None else None
    return Job(
        lease,
        row.dossier_id,
        row.role,
        row.key_label,
        row.document_key,
        dossier.draft_key or "",
        row.state,
        row.prepared_key,
        cms,
        case,
    )


def _person(row: OfficerRow) -> Person:
    return Person(
        row.id, row.agency, row.full_name, row.position, tuple(row.roles), row.certificate, row.disabled_at is not None
    )


def values(row: SigningIntentRow) -> dict[str, Any]:
    """What the audit log says of an intent: identifiers and hashes, no names."""
    return {
        "intent": str(row.id),
        "role": row.role,
        "key": row.key_label,
        "attempt": row.attempt,
        "document_sha256": row.document_sha256,
    }
