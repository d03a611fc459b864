"""The tables of people and trust: clients, officers, decisions, signing intents, outgoing messages, audit."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from dossiers.db.tables import Base


class ClientRow(Base):
    """A one-stop system. Its secret or key is stored hashed (SHA-256 of 256 random bits: nothing to guess)."""

    __tablename__ = "clients"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    agency: Mapped[str]
    name: Mapped[str]
    roles: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    secret_hash: Mapped[str] = mapped_column(unique=True)
    webhook_url: Mapped[str | None]  # default address for events
    webhook_secret: Mapped[str | None]  # `whsec_...`, needed in clear to sign
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    revoked_at: Mapped[datetime | None]


class OfficerRow(Base):
    """A person of an agency, with the certificate that signs that person's decisions."""

    __tablename__ = "officers"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    agency: Mapped[str]
    username: Mapped[str] = mapped_column(unique=True)
    full_name: Mapped[str]
    position: Mapped[str]
    roles: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    password_hash: Mapped[str]  # argon2id
    certificate: Mapped[str]  # PEM
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    disabled_at: Mapped[datetime | None]


class SessionRow(Base):
    """An officer's session; the token itself is only with the officer."""

    __tablename__ = "sessions"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    officer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("officers.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]


class IdempotencyRow(Base):
    """What an `Idempotency-Key` of a client did: the same body finds the dossier again, another body is 409."""

    __tablename__ = "idempotency_keys"

    client_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("clients.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    body_sha256: Mapped[str]
    dossier_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("dossiers.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class UploadRow(Base):
    """A presigned upload that waits to become a file of a dossier."""

    __tablename__ = "uploads"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    client_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("clients.id", ondelete="CASCADE"))
    name: Mapped[str]
    object_key: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class ApprovalRow(Base):
    """A person's decision at a step, signed by that person; never updated, never deleted.

    `document_sha256` binds it to bytes: step `appraise` to the package, `approve` to the draft of the result (the
    signer signs that draft and no other), `sign` (the seal keeper's release of the seal; Nghị định 30/2020/NĐ-CP
    art. 32.2: the seal is never unattended) to the result as the leader's signature left it.
    """

    __tablename__ = "approvals"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    dossier_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("dossiers.id", ondelete="CASCADE"), index=True)
    step: Mapped[str]  # appraise, approve, sign
    decision: Mapped[str]  # accept, return, reject
    reason: Mapped[str] = mapped_column(default="")
    officer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("officers.id"))
    certificate: Mapped[str]  # PEM, as it was then
    statement: Mapped[bytes] = mapped_column(LargeBinary)  # canonical bytes that were signed
    cms: Mapped[bytes] = mapped_column(LargeBinary)  # detached signature over `statement`
    document_sha256: Mapped[str]  # of what was decided on: the package, or for the seal the leader-signed result
    at: Mapped[datetime] = mapped_column(server_default=func.now())


class SigningIntentRow(Base):
    """One signature that shall exist exactly once: written before the token is asked, the CMS stored after.

    Written by the transaction that records the decision: accepting at `approve` writes the leader's intent over the
    draft, accepting at `sign` the seal's over the leader-signed result. The signer publishes by
    `dossiers.db.steps.signed`, which moves the dossier on.
    """

    __tablename__ = "signing_intents"
    __table_args__ = (UniqueConstraint("dossier_id", "role", "document_sha256", "key_label"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    dossier_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("dossiers.id", ondelete="CASCADE"), index=True)
    role: Mapped[str]  # leader, seal
    key_label: Mapped[str]
    document_key: Mapped[str]  # artifact: the PDF to sign
    document_sha256: Mapped[str]
    state: Mapped[str] = mapped_column(default="intent")  # intent, signing, signed, published, failed, cancelled
    attempt: Mapped[int] = mapped_column(default=0)
    token: Mapped[int] = mapped_column(BigInteger, default=0)  # fencing token, as in stage_runs
    lease_owner: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    not_before: Mapped[datetime] = mapped_column(server_default=func.now())
    prepared_key: Mapped[str | None]  # artifact: the PDF with the placeholder, written before the token is asked
    cms: Mapped[bytes | None] = mapped_column(LargeBinary)
    result_key: Mapped[str | None]
    result_sha256: Mapped[str | None]
    level: Mapped[str | None]
    error_code: Mapped[str | None]
    error_detail: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    signed_at: Mapped[datetime | None]


class OutboxRow(Base):
    """A message that must reach a client: written in the transaction of what it tells (transactional outbox)."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_due", "next_at", postgresql_where=text("delivered_at IS NULL AND dead_at IS NULL")),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    dossier_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("dossiers.id", ondelete="CASCADE"), index=True)
    client_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("clients.id", ondelete="CASCADE"))
    kind: Mapped[str]
    url: Mapped[str]
    payload: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime] = mapped_column(server_default=func.now())
    delivered_at: Mapped[datetime | None]
    dead_at: Mapped[datetime | None]
    last_error: Mapped[str | None]


class AuditRow(Base):
    """One line of the hash chain. A trigger refuses UPDATE, DELETE and TRUNCATE."""

    __tablename__ = "audit"

    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor: Mapped[str]  # `client:<id>`, `officer:<id>`, `worker`, `signer`, `janitor`
    action: Mapped[str]  # `dossier.accepted`, `dossier.appraised`, `signature.made`, ...
    dossier: Mapped[str | None]  # its code: outlives the dossier
    data: Mapped[dict[str, Any]]
    previous: Mapped[str]  # hash of the line before
    hash: Mapped[str]
