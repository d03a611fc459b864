"""The queue: leases on stage runs, in PostgreSQL.

Guarantees:
- A run is leased to one owner at a time. An attempt is counted *before* the work, so a page that kills its worker
  uses its attempts up instead of killing for ever.
- Each lease carries a fencing token that grows; `complete` accepts the newest token alone, in the transaction that
  stores the result. A late worker gets `LeaseLost` and its transaction rolls back.
- A lease without heartbeat ends by itself; `reap` gives the run to somebody else, or to quarantine.
- Capacity is computed from live leases, never kept in a counter, so it cannot leak.
- Higher priority first; then clients take turns; then the older dossier first.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from dossiers.dossier import Stage
from dossiers.errors import LeaseLost

CHANNEL = "hoso_work"  # payload: none; somebody may lease

_LEASE = text("""
WITH held AS (
    SELECT client_id, count(*) AS n FROM stage_runs WHERE state = 'leased' GROUP BY client_id
), candidates AS (
    SELECT run.id, run.priority, run.rank,
           coalesce(held.n, 0) + row_number() OVER (
               PARTITION BY run.client_id ORDER BY run.priority DESC, run.rank, run.id) AS turn
    FROM clients
    LEFT JOIN held ON held.client_id = clients.id
    CROSS JOIN LATERAL (
        SELECT id, client_id, priority, rank FROM stage_runs
        WHERE client_id = clients.id AND state = 'pending' AND not_before <= now() AND stage = ANY(:stages)
        ORDER BY priority DESC, rank, id
        LIMIT greatest(0, least(:limit, :per_client - coalesce(held.n, 0)))
    ) AS run
), picked AS (
    SELECT id FROM stage_runs
    WHERE id IN (SELECT id FROM candidates ORDER BY priority DESC, turn, rank, id LIMIT :limit) AND state = 'pending'
    FOR UPDATE SKIP LOCKED
)
UPDATE stage_runs AS run
SET state = 'leased', attempt = run.attempt + 1, token = run.token + 1, lease_owner = :owner,
    lease_until = now() + make_interval(secs => :lease_s), started_at = now()
FROM picked, dossiers
WHERE run.id = picked.id AND dossiers.id = run.dossier_id
RETURNING run.id, run.dossier_id, dossiers.code, run.stage, run.page, run.token, run.attempt, run.max_attempts,
          dossiers.deadline_at, run.priority, run.rank
""")


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to do one stage run until it expires. `token` fences the result."""

    run_id: int
    dossier_id: uuid.UUID
    code: str
    stage: Stage
    page: int | None
    token: int
    attempt: int
    max_attempts: int
    deadline_at: datetime


def lease(
    session: Session, owner: str, stages: Sequence[Stage], limit: int, lease_s: float, per_client: int
) -> list[Lease]:
    """Take up to `limit` ready runs of `stages`; those of one client at most `per_client` at a time."""
    parameters = {
        "owner": owner,
        "stages": [stage.value for stage in stages],
        "limit": limit,
        "lease_s": lease_s,
        "per_client": per_client,
    }
    rows = sorted(session.execute(_LEASE, parameters), key=lambda row: (-row.priority, row.rank, row.id))
    return [
        Lease(r.id, r.dossier_id, r.code, Stage(r.stage), r.page, r.token, r.attempt, r.max_attempts, r.deadline_at)
        for r in rows
    ]


def heartbeat(session: Session, leases: Sequence[Lease], lease_s: float) -> set[int]:
    """Extend the leases that still hold; returns the run ids that do (the caller stops working on the others)."""
    if not leases:
        return set()
    held = session.execute(
        text("""
        UPDATE stage_runs SET lease_until = now() + make_interval(secs => :lease_s)
        FROM unnest(CAST(:ids AS bigint[]), CAST(:tokens AS bigint[])) AS mine(id, token)
        WHERE stage_runs.id = mine.id AND stage_runs.token = mine.token AND state = 'leased'
        RETURNING stage_runs.id"""),
        {"lease_s": lease_s, "ids": [x.run_id for x in leases], "tokens": [x.token for x in leases]},
    )
    return set(held.scalars())


def _close(session: Session, lease: Lease, assignments: str, **values: object) -> None:
    """One compare-and-set on the fencing token; raises `LeaseLost` when it is not the newest."""
    changed = session.execute(
        text(f"""
        UPDATE stage_runs SET {assignments}, lease_owner = NULL, lease_until = NULL,
            seconds = extract(epoch FROM clock_timestamp() - started_at)
        WHERE id = :id AND token = :token AND state = 'leased' RETURNING id"""),  # noqa: S608 (assignments are ours)
        {"id": lease.run_id, "token": lease.token, **values},
    ).first()
    if changed is None:
        raise LeaseLost(f"run {lease.run_id} token {lease.token}")


def complete(session: Session, lease: Lease) -> None:
    """Mark the run done, in the transaction that stores its result. Raises `LeaseLost`."""
    _close(session, lease, "state = 'done', finished_at = now(), error_code = NULL, error_detail = NULL")


def postpone(session: Session, lease: Lease, code: str, detail: str, wait_s: float, counted: bool = True) -> None:
    """The attempt failed and another is allowed: not before `wait_s` seconds from now. Raises `LeaseLost`.

    `counted=False` takes the attempt back: what failed was not the run but something it needs.
    """
    _close(
        session,
        lease,
        "state = 'pending', not_before = now() + make_interval(secs => :wait), "
        "error_code = :code, error_detail = :detail, attempt = attempt - :uncounted",
        uncounted=0 if counted else 1,
        wait=wait_s,
        code=code,
        detail=detail[:2000],
    )


def quarantine(session: Session, lease: Lease, code: str, detail: str) -> None:
    """No further attempt: the run is set aside with its reason. Raises `LeaseLost`."""
    _close(
        session,
        lease,
        "state = 'quarantined', finished_at = now(), error_code = :code, error_detail = :detail",
        code=code,
        detail=detail[:2000],
    )


def give_back(session: Session, lease: Lease) -> None:
    """An orderly stop: the attempt does not count and the run is ready at once. Raises `LeaseLost`."""
    _close(session, lease, "state = 'pending', attempt = attempt - 1")
    wake(session)


def expired(session: Session, limit: int = 100) -> list[Lease]:
    """Runs whose lease ran out, taken over (their token grows, so the dead holder's result is refused from now on).

    The caller postpones or quarantines each in the same transaction.
    """
    rows = session.execute(
        text("""
        UPDATE stage_runs AS run SET token = run.token + 1, lease_owner = 'reaper'
        FROM dossiers
        WHERE dossiers.id = run.dossier_id AND run.id IN (
            SELECT id FROM stage_runs WHERE state = 'leased' AND lease_until < now()
            ORDER BY lease_until LIMIT :limit FOR UPDATE SKIP LOCKED)
        RETURNING run.id, run.dossier_id, dossiers.code, run.stage, run.page, run.token, run.attempt,
                  run.max_attempts, dossiers.deadline_at"""),
        {"limit": limit},
    )
    return [
        Lease(r.id, r.dossier_id, r.code, Stage(r.stage), r.page, r.token, r.attempt, r.max_attempts, r.deadline_at)
        for r in rows
    ]


def wake(session: Session) -> None:
    """Tell waiting workers, at commit, that there may be something to lease."""
    session.execute(text("SELECT pg_notify(:channel, '')"), {"channel": CHANNEL})
