"""A worker's sign of life, for `hoso status`, readiness and metrics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from sqlalchemy import delete, func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from dossiers.db.tables import WorkerRow
from workers.feeding import Load


class Status:
    """Writes one row per process; rows silent for an hour are removed."""

    def __init__(self, owner: str, kind: str = "dispatcher") -> None:
        self._owner, self._kind, self._since = owner, kind, datetime.now(UTC)

    def write(
        self,
        session: Session,
        held: int,
        replaced: dict[str, int],
        models: Mapping[str, str] | None = None,
        readers: Sequence[Load] = (),
    ) -> None:
        """In the caller's transaction. `models`: what a reading process reads with, name@version by role; `readers`:
        how busy each of its reader actors was since the last time."""
        values = {"kind": self._kind, "since": self._since, "held": held, "replaced": replaced, "seen_at": func.now()}
        values["models"] = dict(models or {})
        values["readers"] = [reader.as_json() for reader in readers]
        statement = insert(WorkerRow).values(owner=self._owner, **values)
        session.execute(statement.on_conflict_do_update(index_elements=["owner"], set_=values))
        session.execute(delete(WorkerRow).where(WorkerRow.seen_at < func.now() - func.make_interval(0, 0, 0, 0, 1)))
