"""Weight files of registered versions: which are needed, and which may go.

Guarantees that a version never loses its file while it is put to use: who gives versions up and who makes one champion
or challenger do so one after the other.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from dossiers.db.model_tables import ModelChampionRow, ModelVersionRow, ShadowRunRow
from dossiers.errors import Conflict


class FileRemoved(Conflict):
    """The version's file was given up; `detail` names the version."""

    code = "models.file_removed"
    vi = "Tệp của phiên bản này đã bị xóa vì lâu không dùng. Hãy đăng ký lại chính tệp đó bằng `hoso models register`."
    en = "This version's file was removed because nobody used it. Register the same file again: `hoso models register`."


def alone(session: Session, role: str) -> None:
    """Until this transaction ends nobody else moves the role's champion or gives up its versions."""
    session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 2))"), {"key": f"champion:{role}"})


def require_file(session: Session, version: ModelVersionRow) -> None:
    """Raises `FileRemoved`; true to the end of a transaction that is `alone`."""
    if session.scalar(select(ModelVersionRow.removed_at).where(ModelVersionRow.id == version.id)) is not None:
        raise FileRemoved(f"{version.name}@{version.version}")


def remove_unused(session: Session, older_than: datetime, now: datetime) -> int:
    """Give up versions older than `older_than` that never were champion and are no challenger; how many."""
    for role in sorted(session.scalars(select(ModelVersionRow.role).distinct())):
        alone(session, role)
    ever = select(ModelChampionRow.version_id).where(ModelChampionRow.version_id.is_not(None))
    challenging = select(ShadowRunRow.version_id).where(ShadowRunRow.ended_at.is_(None))
    unused = (
        ModelVersionRow.removed_at.is_(None)
        & (ModelVersionRow.created_at < older_than)
        & ModelVersionRow.id.not_in(ever)
        & ModelVersionRow.id.not_in(challenging)
    )
    gone = session.execute(update(ModelVersionRow).where(unused).values(removed_at=now).returning(ModelVersionRow.id))
    return len(gone.all())


def owned_keys(session: Session) -> set[str]:
    """Keys of the weight files that a version needs."""
    return set(session.scalars(select(ModelVersionRow.object_key).where(ModelVersionRow.removed_at.is_(None))))
