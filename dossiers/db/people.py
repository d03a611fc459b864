"""Clients and officers: making them, and proving that somebody is one.

Secrets of clients are 256 random bits, shown once and stored as SHA-256 (nothing to guess, so nothing to slow down);
passwords are stored with argon2id. Every comparison takes constant time, and an unknown name takes as long as a wrong
password.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from dossiers.db import audit
from dossiers.db.trust import ClientRow, OfficerRow, SessionRow
from dossiers.dossier import Role
from dossiers.errors import NotFound

KEY_PREFIX, SESSION_PREFIX = "hoso_", "hosos_"
_HASHER = PasswordHasher()


@dataclass(frozen=True, slots=True)
class NewClient:
    """A client's credentials, shown once. `secret` is the API key and the OAuth client secret in one."""

    id: uuid.UUID
    secret: str
    webhook_secret: str


def hash_secret(secret: str) -> str:
    """What is stored of a secret of high entropy."""
    return hashlib.sha256(secret.encode()).hexdigest()


def create_client(
    session: Session,
    agency: str,
    name: str,
    roles: Sequence[Role] = (Role.CLIENT,),
    webhook_url: str | None = None,
) -> NewClient:
    """Register a client system of an agency."""
    secret = KEY_PREFIX + secrets.token_urlsafe(32)
    webhook_secret = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
    row = ClientRow(
        id=uuid.uuid4(),
        agency=agency,
        name=name,
        roles=[role.value for role in roles],
        secret_hash=hash_secret(secret),
        webhook_url=webhook_url,
        webhook_secret=webhook_secret,
    )
    session.add(row)
    audit.append(session, "operator", "client.created", client=str(row.id), agency=agency, roles=row.roles)
    return NewClient(row.id, secret, webhook_secret)


def revoke_client(session: Session, client_id: uuid.UUID) -> None:
    """Its key, secret and every access token stop working at once. Raises `NotFound`."""
    row = session.get(ClientRow, client_id)
    if row is None:
        raise NotFound("client")
    row.revoked_at = datetime.now(UTC)
    audit.append(session, "operator", "client.revoked", client=str(client_id))


def client_of_key(session: Session, key: str) -> ClientRow | None:
    """The live client whose API key this is."""
    digest = hash_secret(key)
    row = session.scalars(select(ClientRow).where(ClientRow.secret_hash == digest)).first()
    if row is None or not hmac.compare_digest(row.secret_hash, digest) or row.revoked_at is not None:
        return None
    return row


def client_of_secret(session: Session, client_id: uuid.UUID, secret: str) -> ClientRow | None:
    """The live client with this id and secret."""
    row = session.get(ClientRow, client_id)
    stored = row.secret_hash if row else hash_secret("")
    if not hmac.compare_digest(stored, hash_secret(secret)) or row is None or row.revoked_at is not None:
        return None
    return row


def create_officer(
    session: Session,
    agency: str,
    username: str,
    password: str,
    *,
    full_name: str,
    position: str,
    roles: Sequence[Role],
    certificate: str,
) -> uuid.UUID:
    """Register a person of an agency; `certificate` (PEM) is the one that signs this person's decisions."""
    row = OfficerRow(
        id=uuid.uuid4(),
        agency=agency,
        username=username,
        full_name=full_name,
        position=position,
        roles=[role.value for role in roles],
        password_hash=hash_password(password),
        certificate=certificate,
    )
    session.add(row)
    audit.append(session, "operator", "officer.created", officer=str(row.id), agency=agency, roles=row.roles)
    return row.id


def hash_password(password: str) -> str:
    """argon2id with the library's present parameters."""
    return _HASHER.hash(password)


@lru_cache(maxsize=1)
def _nobody() -> str:
    return _HASHER.hash(secrets.token_urlsafe(16))


def officer_of_password(session: Session, username: str, password: str) -> OfficerRow | None:
    """The officer who may log in with this name and password."""
    row = session.scalars(select(OfficerRow).where(OfficerRow.username == username)).first()
    try:
        _HASHER.verify(row.password_hash if row else _nobody(), password)
    except (VerificationError, InvalidHashError):
        return None
    return row if row is not None and row.disabled_at is None else None


def open_session(session: Session, officer: OfficerRow, life_s: int) -> tuple[str, datetime]:
    """(token, end) of a new session; only the token's hash is kept."""
    token = SESSION_PREFIX + secrets.token_urlsafe(32)
    end = datetime.now(UTC) + timedelta(seconds=life_s)
    session.add(SessionRow(token_hash=hash_secret(token), officer_id=officer.id, expires_at=end))
    audit.append(session, f"officer:{officer.id}", "session.opened")
    return token, end


def officer_of_session(session: Session, token: str) -> OfficerRow | None:
    """The officer whose live session this token is."""
    query = (
        select(OfficerRow)
        .join(SessionRow, SessionRow.officer_id == OfficerRow.id)
        .where(SessionRow.token_hash == hash_secret(token), SessionRow.expires_at > datetime.now(UTC))
        .where(OfficerRow.disabled_at.is_(None))
    )
    return session.scalars(query).first()


def close_session(session: Session, token: str) -> None:
    """Log out; an unknown token is no error."""
    session.execute(delete(SessionRow).where(SessionRow.token_hash == hash_secret(token)))
