"""The tables of the model registry: versions, who was champion when, evaluations, shadow runs and what they found.

A weight file itself lies in the object store under its own hash. What ships with Hoso (`models/weights/registry.yaml`)
has no row: it is always there, and where a champion's `version_id` is null, the shipped weights of that role are meant.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from dossiers.db.tables import Base


class ModelVersionRow(Base):
    """One registered weight file. Never changed; `removed_at` says when the janitor removed an unused file."""

    __tablename__ = "model_versions"
    __table_args__ = (UniqueConstraint("role", "name", "version"), UniqueConstraint("role", "sha256"))

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    role: Mapped[str]  # recogniser, detector
    name: Mapped[str]
    version: Mapped[str]
    sha256: Mapped[str]
    object_key: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    card: Mapped[str]  # Markdown
    facts: Mapped[dict[str, Any]]  # what the file says about itself: charset, how it was trained
    parent: Mapped[str] = mapped_column(default="")  # name@version from which its training began
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    created_by: Mapped[str]
    removed_at: Mapped[datetime | None]


class ModelChampionRow(Base):
    """Who became champion when; the newest row of a role is the champion. Never updated, never deleted.

    `previous_id` is the row to which a rollback goes back, so that two rollbacks go back two steps; null: the shipped
    weights, before which there is nothing.
    """

    __tablename__ = "model_champions"
    __table_args__ = (Index("ix_model_champions_newest", "role", text("id DESC")),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=True)
    role: Mapped[str]
    version_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("model_versions.id"))  # null: what is shipped
    model: Mapped[str]  # name@version, as it was then
    previous_id: Mapped[int | None] = mapped_column(ForeignKey("model_champions.id"))
    promoted_at: Mapped[datetime] = mapped_column(server_default=func.now())
    promoted_by: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")  # of a promotion past its gates


class ModelEvaluationRow(Base):
    """One weight file (registered or shipped, by its hash) on one suite. Of a suite the largest edition counts, of
    equal ones the newest."""

    __tablename__ = "model_evaluations"
    __table_args__ = (Index("ix_model_evaluations_newest", "sha256", "suite", text("id DESC")),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=True)
    role: Mapped[str]
    sha256: Mapped[str]
    model: Mapped[str]  # name@version
    suite: Mapped[str]
    digest: Mapped[str]  # of the suite
    result: Mapped[dict[str, Any]]  # models.evaluation.result.result_to_json
    measured_at: Mapped[datetime] = mapped_column(server_default=func.now())


class ShadowRunRow(Base):
    """A challenger beside one champion: its share of pages and what was counted. No text, so it outlives dossiers."""

    __tablename__ = "shadow_runs"
    __table_args__ = (Index("uq_shadow_runs_active", "role", unique=True, postgresql_where=text("ended_at IS NULL")),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=True)
    role: Mapped[str]
    version_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("model_versions.id"))
    challenger: Mapped[str]  # name@version
    champion: Mapped[str]  # name@version
    share: Mapped[float]  # of pages, 0..1
    started_at: Mapped[datetime] = mapped_column(server_default=func.now())
    started_by: Mapped[str]
    ended_at: Mapped[datetime | None]
    pages: Mapped[int] = mapped_column(default=0)
    lines: Mapped[int] = mapped_column(default=0)
    differing: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)  # pages that the challenger could not read
    skipped: Mapped[int] = mapped_column(default=0)  # pages left out because the challenger was behind


class ShadowReadingRow(Base):
    """A line that both read differently. Personal data: goes with its dossier, or earlier by the janitor."""

    __tablename__ = "shadow_readings"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("shadow_runs.id", ondelete="CASCADE"), index=True)
    dossier_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("dossiers.id", ondelete="CASCADE"), index=True)
    page: Mapped[int]
    polygon: Mapped[list[Any]]  # four corners, pixels of the prepared image
    champion: Mapped[str]  # name@version
    champion_text: Mapped[str]
    champion_confidence: Mapped[float]
    challenger: Mapped[str]
    challenger_text: Mapped[str]
    challenger_confidence: Mapped[float]
    at: Mapped[datetime] = mapped_column(server_default=func.now(), index=True)
