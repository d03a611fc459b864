"""The model registry's queries. What they mean (gates, files, weights) is in `models.lifecycle`.

Guarantees that the champion of a role is one row, moved under a lock in the transaction that also writes the audit
log, and that an evaluation can be found by the hash of the file that was measured, whatever it was called.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from dossiers.db import audit, model_files, shadow
from dossiers.db.model_tables import ModelChampionRow, ModelEvaluationRow, ModelVersionRow
from dossiers.db.tables import WorkerRow
from dossiers.errors import Conflict


class ChampionMoved(Conflict):
    """Somebody promoted or rolled back in the meantime."""

    code = "models.champion_moved"
    vi = "Mô hình đang dùng vừa được người khác thay đổi. Hãy xem `hoso models list` rồi làm lại."
    en = "Somebody else changed the champion in the meantime. See `hoso models list` and do it again."


class AlreadyRegistered(Conflict):
    """A version of that name, or that very file, is there already."""

    code = "models.already_registered"
    vi = "Phiên bản hoặc tệp này đã được đăng ký. Hãy chọn số phiên bản khác (`--version`)."
    en = "This version, or this very file, is registered already. Choose another `--version`."


class NothingBefore(Conflict):
    """There is no champion before this one."""

    code = "models.nothing_before"
    vi = "Không có mô hình trước đó để quay lại. `hoso models list` cho biết mô hình đang dùng."
    en = "There is no earlier champion to go back to. `hoso models list` shows which one runs."


@dataclass(frozen=True, slots=True)
class Champion:
    """Which version a role runs; `version` None: what ships with Hoso. `row` None: nothing was ever promoted."""

    row: ModelChampionRow | None
    version: ModelVersionRow | None


def add_version(session: Session, row: ModelVersionRow) -> None:
    """Register, and write the audit log. A file that the janitor removed may come back. Raises `AlreadyRegistered`."""
    same = (ModelVersionRow.name == row.name) & (ModelVersionRow.version == row.version)
    there = session.scalars(
        select(ModelVersionRow).where(ModelVersionRow.role == row.role, or_(same, ModelVersionRow.sha256 == row.sha256))
    ).all()
    for known in there:
        if known.removed_at is None or (known.name, known.version, known.sha256) != (row.name, row.version, row.sha256):
            raise AlreadyRegistered(f"{known.name}@{known.version} {known.sha256[:12]}")
        known.removed_at, known.created_at = None, func.now()
    if not there:
        session.add(row)
    facts = {"role": row.role, "model": f"{row.name}@{row.version}", "sha256": row.sha256}
    audit.append(session, row.created_by, "model.registered", **facts)


def versions(session: Session, role: str | None = None) -> Sequence[ModelVersionRow]:
    """All registered versions, newest first."""
    wanted = select(ModelVersionRow).order_by(ModelVersionRow.created_at.desc())
    return session.scalars(wanted.where(ModelVersionRow.role == role) if role else wanted).all()


def champion_of(session: Session, role: str, lock: bool = False) -> Champion:
    """The newest champion of `role`. `lock`: nobody else moves it before this transaction ends."""
    if lock:
        model_files.alone(session, role)
    row = session.scalars(
        select(ModelChampionRow).where(ModelChampionRow.role == role).order_by(ModelChampionRow.id.desc()).limit(1)
    ).first()
    return Champion(row, session.get(ModelVersionRow, row.version_id) if row and row.version_id else None)


def promote(
    session: Session,
    role: str,
    version: ModelVersionRow | None,
    model: str,
    before: tuple[ModelChampionRow | None, str],
    by: str,
    reason: str = "",
    past: Sequence[str] = (),
) -> None:
    """Make `version` (None: what is shipped), called `model`, the champion, and write the audit log.

    `past`: the gates that it did not pass, and `reason` why it is promoted all the same.
    `before`: the row (None: none yet) and name@version of the champion against which it was judged; raises
    `ChampionMoved` when that is no longer the champion, `FileRemoved`.
    """
    expected, was = before
    now = champion_of(session, role, lock=True)
    if (now.row.id if now.row else None) != (expected.id if expected else None):
        raise ChampionMoved(role)
    if version is not None:
        model_files.require_file(session, version)
    # The first promotion leaves a row behind to which it can be rolled back.
    previous = now.row or _move(session, role, None, was, None, "release", "")
    _move(session, role, version, model, previous.id, by, reason)
    audit.append(session, by, "model.promoted", role=role, model=model, before=was, past=list(past), why=reason)


def rollback(session: Session, role: str, by: str) -> ModelChampionRow:
    """Back to the champion before the present one, and so on with each call. Raises `NothingBefore`."""
    now = champion_of(session, role, lock=True)
    if now.row is None or now.row.previous_id is None:
        raise NothingBefore(role)
    before = session.get_one(ModelChampionRow, now.row.previous_id)
    version = session.get(ModelVersionRow, before.version_id) if before.version_id else None
    row = _move(session, role, version, before.model, before.previous_id, by, "")
    audit.append(session, by, "model.rolled_back", role=role, model=before.model, before=now.row.model)
    return row


def _move(
    session: Session, role: str, version: ModelVersionRow | None, model: str, previous: int | None, by: str, why: str
) -> ModelChampionRow:
    row = ModelChampionRow(
        role=role,
        version_id=version.id if version else None,
        model=model,
        previous_id=previous,
        promoted_by=by,
        reason=why,
    )
    session.add(row)
    session.flush()
    # What a challenger is compared with has changed.
    shadow.end(session, role)
    return row


def reading(session: Session) -> dict[str, str]:
    """What a dispatcher that is alive reads with, name@version by role; empty when none is."""
    alive = (WorkerRow.kind == "dispatcher") & (WorkerRow.seen_at > func.now() - func.make_interval(0, 0, 0, 0, 0, 1))
    newest = select(WorkerRow.models).where(alive).order_by(WorkerRow.seen_at.desc()).limit(1)
    return session.scalars(newest).first() or {}


def history(session: Session, role: str, limit: int = 20) -> Sequence[ModelChampionRow]:
    """Champions, newest first."""
    wanted = select(ModelChampionRow).where(ModelChampionRow.role == role)
    return session.scalars(wanted.order_by(ModelChampionRow.id.desc()).limit(limit)).all()


def keep_evaluation(session: Session, result: Mapping[str, Any], by: str) -> None:
    """Store one result (`models.evaluation.result.result_to_json`), and write the audit log: promotions are judged by
    it. The file need not be registered yet."""
    session.add(
        ModelEvaluationRow(
            role=result["role"],
            sha256=result["sha256"],
            model=result["model"],
            suite=result["suite"],
            digest=result["digest"],
            result=dict(result),
        )
    )
    facts = {key: result[key] for key in ("role", "model", "sha256", "suite", "digest")}
    audit.append(session, by, "model.measured", **facts)


def evaluations(session: Session, sha256: str) -> list[dict[str, Any]]:
    """All results for the weight file with this hash, oldest first. Which of them count is in
    `models.evaluation.editions`."""
    found = select(ModelEvaluationRow.result).where(ModelEvaluationRow.sha256 == sha256)
    return list(session.scalars(found.order_by(ModelEvaluationRow.id)))


def find_versions(session: Session, said: str, role: str | None = None) -> Sequence[ModelVersionRow]:
    """Those called so: by `name@version`, version alone, id, or the beginning (8 signs or more) of the SHA-256."""
    name, _, version = said.rpartition("@")
    fits = ModelVersionRow.version == version
    if name:
        fits &= ModelVersionRow.name == name
    elif len(said) >= 8:
        fits |= ModelVersionRow.sha256.startswith(said, autoescape=True)
    with suppress(ValueError):
        fits |= ModelVersionRow.id == uuid.UUID(said)
    wanted = select(ModelVersionRow).where(fits)
    return session.scalars(wanted.where(ModelVersionRow.role == role) if role else wanted).all()
