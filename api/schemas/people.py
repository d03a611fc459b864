"""Credentials and decisions."""

# ruff: noqa: S105, S106 (the examples hold no real credentials)

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, Literal

from pydantic import Base64Bytes, BaseModel, ConfigDict, Field

from dossiers.dossier import Decision, Step


def _example(**values: Any) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [values]})


class Login(BaseModel):
    """An officer's name and password."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"username": "canbo", "password": "mat-khau-cua-ban"}]}
    )

    username: str = Field(min_length=1, max_length=100)
    password: str = Field(min_length=1, max_length=500)


class SessionView(BaseModel):
    """An officer's session. Send `token` as a bearer token."""

    model_config = _example(
        token="hosos_8Zb3...",
        expires_at="2026-11-24T10:15:00Z",
        officer="0b8a0e5e-5f43-4d0e-8b2a-1f0d1c2b3a4d",
        full_name="Nguyễn Văn Bình",
        position="Công chức tư pháp - hộ tịch",
        agency="H49.01",
        roles=["officer"],
    )

    token: str
    expires_at: datetime
    officer: uuid.UUID
    full_name: str
    position: str
    agency: str
    roles: list[str]


class Whoami(BaseModel):
    """Whose credential was sent."""

    model_config = _example(
        kind="officer",
        id="0b8a0e5e-5f43-4d0e-8b2a-1f0d1c2b3a4d",
        agency="H49.01",
        roles=["officer"],
        name="Nguyễn Văn Bình",
    )

    kind: str
    id: uuid.UUID
    agency: str
    roles: list[str]
    name: str


class AccessToken(BaseModel):
    """OAuth 2 (RFC 6749, section 5.1)."""

    model_config = _example(access_token="eyJhbGciOiJIUzI1NiIs...", token_type="Bearer", expires_in=3600)

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"
    expires_in: int


class SignedStatement(BaseModel):
    """A decision: the statement as GET .../statement gave it, and the detached signature (CMS, DER) over its bytes."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "decision": "accept",
                    "reason": "",
                    "statement": "eyJhZ2VuY3kiOiJINDkuMDEi...",
                    "cms": "MIIGgwYJKoZIhvcNAQcCoIIGdDCCBnAC...",
                }
            ]
        },
    )

    decision: Decision
    reason: str = Field("", max_length=2000)
    statement: Base64Bytes = Field(max_length=16 * 1024)
    cms: Base64Bytes = Field(max_length=128 * 1024)


class StatementView(BaseModel):
    """What to sign: exactly these bytes, base64."""

    model_config = _example(
        step="appraise",
        decision="accept",
        statement="eyJhZ2VuY3kiOiJINDkuMDEi...",
        document_sha256="9f86d081884c7d65" * 4,
    )

    step: Step
    decision: Decision
    statement: str
    document_sha256: str


class Decided(BaseModel):
    """Where the dossier stands after a decision."""

    model_config = _example(code="H49.01-20261124-04817265", step="approve", state="processing", version=4)

    code: str
    step: str
    state: str
    version: int


class MessageView(BaseModel):
    """A message to a client: delivered, waiting for its next attempt, or dead."""

    id: uuid.UUID
    code: str
    kind: str
    state: str
    attempts: int
    created_at: datetime
    next_at: datetime | None = None
    delivered_at: datetime | None = None
    last_error: str | None = None


_MESSAGE = {
    "id": "5d1b9d52-4a0e-4a6e-8a5b-2b4c5d6e7f80",
    "code": "H49.01-20261124-04817265",
    "kind": "dossier.completed",
    "state": "dead",
    "attempts": 10,
    "created_at": "2026-11-24T02:20:00Z",
    "next_at": None,
    "delivered_at": None,
    "last_error": "HTTP 503",
}


class MessageList(BaseModel):
    model_config = _example(items=[_MESSAGE])

    items: list[MessageView]


class Replayed(BaseModel):
    model_config = _example(id=_MESSAGE["id"], state="waiting")

    id: uuid.UUID
    state: str
