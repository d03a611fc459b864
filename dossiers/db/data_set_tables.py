"""The tables of what is learnt from: lines that officers corrected, data sets made of them, dossiers kept out.

A crop and its text lie in the object store (`datasets/<name>/v<n>/`); a row of `data_set_lines` says that the set may
hold it. Rows decide: where a row has gone, with its dossier or on somebody's request, the store follows
(`models.datasets.erasure`).
"""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from dossiers.db.tables import Base


class LineCorrectionRow(Base):
    """Who read a line again, when, before and after (equal when the reading was confirmed). Never updated.

    `lines_key` is the reading (JSON in the store) and `line` the 0-based place in it; `polygon` and `model` are the
    line's in that reading.
    """

    __tablename__ = "line_corrections"
    __table_args__ = (Index("ix_line_corrections_page_id_line", "page_id", "line"),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=True)
    dossier_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("dossiers.id", ondelete="CASCADE"), index=True)
    page_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("pages.id", ondelete="CASCADE"))
    lines_key: Mapped[str]
    line: Mapped[int]
    polygon: Mapped[list[Any]]  # four [x, y], pixels of the prepared image
    before: Mapped[str]
    after: Mapped[str]
    confidence: Mapped[float]
    model: Mapped[str]  # name@version that read `before` first
    actor: Mapped[str]  # kind:id, as in the audit log
    at: Mapped[datetime] = mapped_column(server_default=func.now())


class DataSetRow(Base):
    """One version of a data set. Its content never grows or changes; erasure alone takes lines out.

    `agency` is empty for a set without dossiers behind it. `ready_at` is null while the set is being written, `gone_at`
    set when its time was over, `purged_at` when nothing of it was left in the store.
    """

    __tablename__ = "data_sets"
    __table_args__ = (UniqueConstraint("name", "version"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    name: Mapped[str]
    version: Mapped[int]
    agency: Mapped[str]
    permission: Mapped[str]
    until: Mapped[date]
    made_by: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(server_default=func.now())
    masked: Mapped[bool]
    lines: Mapped[int] = mapped_column(default=0)  # in the index that lies in the store
    manifest_sha256: Mapped[str] = mapped_column(default="")
    digest: Mapped[str] = mapped_column(default="")  # of lines.jsonl
    ready_at: Mapped[datetime | None]
    gone_at: Mapped[datetime | None]
    purged_at: Mapped[datetime | None]


class DataSetLineRow(Base):
    """A line that a set may hold. `dossier_id` is null for lines that came from a folder."""

    __tablename__ = "data_set_lines"
    __table_args__ = (UniqueConstraint("data_set_id", "sha256", "provenance"),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=True)
    data_set_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("data_sets.id", ondelete="CASCADE"))
    dossier_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("dossiers.id", ondelete="CASCADE"), index=True)
    provenance: Mapped[str]  # the opaque id that stands in the set
    sha256: Mapped[str]  # of the crop's PNG


class TrainingRefusalRow(Base):
    """A dossier of which no line is to be learnt from any more, and since when."""

    __tablename__ = "training_refusals"

    dossier_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("dossiers.id", ondelete="CASCADE"), primary_key=True)
    actor: Mapped[str]
    at: Mapped[datetime] = mapped_column(server_default=func.now())
