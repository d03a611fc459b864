"""Submitting: a dossier, a presigned upload."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator

from config.catalogue import procedures

SUBMISSION_EXAMPLE: dict[str, Any] = {
    "procedure": "khai-sinh",
    "reference": "MCDT-2026-000123",
    "priority": 0,
    "callback_url": "https://motcua.example.vn/hoso/events",
    "uploads": ["7d7f9c7e-6f6e-4a51-9a0c-0f6f0f0b9d10"],
}


class Submission(BaseModel):
    """The fields of a new dossier. Files come as multipart parts named `files`, or as ids of presigned uploads."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [SUBMISSION_EXAMPLE]})

    procedure: str = Field(description="Code of the procedure, see GET /v1/procedures")
    reference: str = Field("", max_length=100, description="Your own code of this dossier")
    priority: int = Field(0, ge=0, le=9, description="Higher first")
    callback_url: str | None = Field(None, max_length=2000, description="Where events of this dossier are posted")
    uploads: list[uuid.UUID] = Field(default_factory=list, max_length=200, description="Ids from POST /v1/uploads")

    @field_validator("procedure")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in procedures():
            raise ValueError(f"no such procedure; known are {', '.join(procedures())}")
        return value

    @field_validator("callback_url")
    @classmethod
    def _address(cls, value: str | None) -> str | None:
        if not value:
            return None
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.fragment:
            raise ValueError("an http(s) address without user name and fragment is needed")
        return value


class Accepted(BaseModel):
    """The receipt: the dossier exists, durably."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "code": "H49.01-20261124-04817265",
                    "state": "processing",
                    "step": "receive",
                    "procedure": "khai-sinh",
                    "reference": "MCDT-2026-000123",
                    "created_at": "2026-11-24T02:15:00Z",
                    "due_at": "2026-11-25T10:00:00Z",
                    "deadline_at": "2026-11-24T08:15:00Z",
                    "files": [{"name": "Tờ khai.pdf", "sha256": "9f86d081884c7d65" * 4, "size": 483212}],
                    "location": "/v1/dossiers/H49.01-20261124-04817265",
                }
            ]
        }
    )

    class File(BaseModel):
        name: str
        sha256: str
        size: int

    code: str
    state: str
    step: str
    procedure: str
    reference: str
    created_at: datetime
    due_at: datetime | None = Field(None, description="By when the agency must answer (hẹn trả)")
    deadline_at: datetime = Field(description="By when the machine's work must be done")
    files: list[File]
    location: str


class NewUpload(BaseModel):
    """Ask for an address to which a large file can be sent."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"name": "Bản vẽ thiết kế.pdf"}]})

    name: str = Field(min_length=1, max_length=500)


class Upload(BaseModel):
    """PUT the bytes to `url` before it expires, then name `id` in POST /v1/dossiers."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "7d7f9c7e-6f6e-4a51-9a0c-0f6f0f0b9d10",
                    "name": "Bản vẽ thiết kế.pdf",
                    "method": "PUT",
                    "url": "https://kho.example.vn/hoso-originals/uploads/7d7f9c7e?X-Amz-Signature=...",
                    "expires_at": "2026-11-24T02:30:00Z",
                }
            ]
        }
    )

    id: uuid.UUID
    name: str
    method: str = "PUT"
    url: str
    expires_at: datetime


class Link(BaseModel):
    """A GET to `url` needs no credentials until it expires: hand it only to whom the result is for."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "url": "https://kho.example.vn/hoso-artifacts/5d1c/result.pdf?X-Amz-Signature=...",
                    "expires_at": "2026-11-24T02:30:00Z",
                }
            ]
        }
    )

    url: str
    expires_at: datetime
