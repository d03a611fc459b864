"""Shadow runs: a challenger beside the champion, what was counted, and the lines that both read differently.

Nothing here is read by the front: what a challenger read reaches no field and no officer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from dossiers.db import audit, model_files
from dossiers.db.model_tables import ModelVersionRow, ShadowReadingRow, ShadowRunRow


def start(session: Session, version: ModelVersionRow, champion: str, share: float, by: str) -> ShadowRunRow:
    """Let `version` read `share` (0..1) of the pages beside `champion` (name@version); ends the challenger before.

    Raises `FileRemoved`.
    """
    model_files.alone(session, version.role)
    model_files.require_file(session, version)
    end(session, version.role)
    model = f"{version.name}@{version.version}"
    row = ShadowRunRow(
        role=version.role, version_id=version.id, challenger=model, champion=champion, share=share, started_by=by
    )
    session.add(row)
    session.flush()
    audit.append(session, by, "model.shadowed", role=version.role, model=model, champion=champion, share=share)
    return row


def end(session: Session, role: str, by: str = "") -> bool:
    """No challenger any more; whether there was one. `by` ended it, for the audit log (not by a promotion)."""
    active = (ShadowRunRow.role == role) & ShadowRunRow.ended_at.is_(None)
    ended = session.execute(
        update(ShadowRunRow).where(active).values(ended_at=func.now()).returning(ShadowRunRow.challenger)
    )
    challengers = ended.scalars().all()
    if by and challengers:
        audit.append(session, by, "model.shadow_ended", role=role, model=challengers[0])
    return bool(challengers)


def active(session: Session, role: str) -> tuple[ShadowRunRow, ModelVersionRow] | None:
    """The challenger of `role` and its version, or None."""
    found = session.execute(
        select(ShadowRunRow, ModelVersionRow)
        .join(ModelVersionRow, ModelVersionRow.id == ShadowRunRow.version_id)
        .where(ShadowRunRow.role == role, ShadowRunRow.ended_at.is_(None))
    ).first()
    return (found[0], found[1]) if found else None


def count(session: Session, run_id: int, **more: int) -> None:
    """Add to the counts (`pages`, `lines`, `differing`, `failed`, `skipped`) of a run."""
    values = {name: getattr(ShadowRunRow, name) + number for name, number in more.items()}
    session.execute(update(ShadowRunRow).where(ShadowRunRow.id == run_id).values(**values))


def keep(session: Session, readings: Sequence[Mapping[str, Any]]) -> None:
    """Store lines that were read differently (columns of `shadow_readings`)."""
    if readings:
        session.execute(insert(ShadowReadingRow), list(readings))


def runs(session: Session, role: str, limit: int = 10) -> Sequence[ShadowRunRow]:
    """Runs, newest first."""
    wanted = select(ShadowRunRow).where(ShadowRunRow.role == role)
    return session.scalars(wanted.order_by(ShadowRunRow.id.desc()).limit(limit)).all()


def readings(session: Session, run_id: int, limit: int) -> Sequence[ShadowReadingRow]:
    """The newest differing lines of a run: personal data."""
    wanted = select(ShadowReadingRow).where(ShadowReadingRow.run_id == run_id)
    return session.scalars(wanted.order_by(ShadowReadingRow.id.desc()).limit(limit)).all()
