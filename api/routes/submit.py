"""Submitting a dossier: the files into the store, then one durable write."""

from __future__ import annotations

import hashlib
import json
import re
import time
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request, Response
from starlette.concurrency import run_in_threadpool

from api.auth import Principal, Submitter
from api.errors import (
    NoFiles,
    TooLarge,
    TooManyFiles,
    TooManyUploads,
    UnsupportedMediaType,
    UploadBroken,
    UploadStalled,
    UploadUnusable,
)
from api.problems import documented
from api.receive import Received, Receiver, submission_of
from api.routes import uploads
from api.schemas.submission import SUBMISSION_EXAMPLE, Accepted, Submission
from api.services import Services, Use
from config.catalogue import procedures
from dossiers.db import intake
from dossiers.db.intake import NewDossier, NewFile
from dossiers.due import due_at
from dossiers.errors import Forbidden, InputError, Unauthorised

router = APIRouter(prefix="/v1/dossiers", tags=["dossiers"])
_KEY = re.compile(r"^[\x21-\x7e]{1,255}$")
_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["procedure"],
                    "properties": {
                        "files": {"type": "array", "items": {"type": "string", "format": "binary"}},
                        "procedure": {"type": "string"},
                        "reference": {"type": "string"},
                        "priority": {"type": "integer", "minimum": 0, "maximum": 9},
                        "callback_url": {"type": "string", "format": "uri"},
                        "uploads": {"type": "array", "items": {"type": "string", "format": "uuid"}},
                    },
                },
                "example": {"procedure": "khai-sinh", "reference": "MCDT-2026-000123", "files": ["(binary)"]},
            },
            "application/json": {
                "schema": Submission.model_json_schema(ref_template="#/components/schemas/{model}"),
                "example": SUBMISSION_EXAMPLE,
            },
        },
    }
}


@router.post(
    "",
    status_code=202,
    response_model=Accepted,
    openapi_extra=_BODY,
    responses={
        202: {
            "headers": {
                "Location": {"schema": {"type": "string"}, "description": "Where to ask"},
                "Retry-After": {"schema": {"type": "integer"}, "description": "Seconds before asking makes sense"},
                "Idempotency-Replayed": {"schema": {"type": "string"}, "description": "`true`: this key came before"},
            }
        },
        **documented(
            UploadBroken,
            Unauthorised,
            Forbidden,
            UploadStalled,
            intake.IdempotencyConflict,
            UploadUnusable,
            TooLarge,
            TooManyFiles,
            UnsupportedMediaType,
            InputError,
            NoFiles,
            TooManyUploads,
        ),
    },
)
async def submit(
    request: Request,
    response: Response,
    services: Use,
    principal: Submitter,
    idempotency_key: Annotated[
        str | None, Header(description="Any string of yours; the same again finds the same dossier")
    ] = None,
) -> Accepted:
    """Submit a dossier: files as multipart parts named `files`, or ids of presigned uploads (multipart or JSON).

    Answered when the files are in the store and the dossier is durably recorded; the work goes on from there.
    """
    if idempotency_key is not None and not _KEY.match(idempotency_key):
        raise InputError("Idempotency-Key: 1 to 255 printable ASCII characters")
    started = time.perf_counter()
    with services.uploads.place():
        async with Receiver(services.store, services.upload_threads, services.settings.limits) as receiver:
            if request.headers.get("content-type", "").lower().startswith("application/json"):
                received, submission = Received(), submission_of(await _json(request, services))
            else:
                received = await receiver.read(request)
                submission = received.submission()
            if not received.files and not submission.uploads:
                raise NoFiles()
            new, accepted = await run_in_threadpool(_accept, services, principal, submission, received, idempotency_key)
            if new:
                receiver.keep()
    if new:
        services.metrics.accept.observe(time.perf_counter() - started)
        services.metrics.accepted_bytes.inc(sum(file.size for file in accepted.files))
    else:
        response.headers["Idempotency-Replayed"] = "true"
    response.headers["Location"] = accepted.location
    response.headers["Retry-After"] = "2"
    return accepted


async def _json(request: Request, services: Services) -> Any:
    limit, body = services.settings.limits.json_bytes, bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise TooLarge(f"limit {limit} bytes")
    try:
        return json.loads(body)
    except ValueError as error:
        raise InputError("not JSON") from error


def _accept(
    services: Services, principal: Principal, submission: Submission, received: Received, key: str | None
) -> tuple[bool, Accepted]:
    files = [*received.files, *uploads.weigh(services, principal, submission.uploads)]
    digest, now = _digest(submission, files), datetime.now(UTC)
    with services.db.transaction() as session:
        new = NewDossier(
            id=received.dossier_id,
            agency=principal.agency,
            client_id=principal.id,
            procedure=submission.procedure,
            files=files,
            body_sha256=digest,
            idempotency_key=key,
            reference=submission.reference,
            priority=submission.priority,
            callback_url=submission.callback_url,
            due_at=due_at(now, procedures()[submission.procedure].deadline_working_days),
        )
        dossier, is_new = intake.accept(session, new, services.settings.queue)
        if is_new:
            uploads.use(session, submission.uploads)
        session.flush()
        session.refresh(dossier)
        accepted = Accepted(
            code=dossier.code,
            state=dossier.state,
            step=dossier.step,
            procedure=dossier.procedure,
            reference=dossier.reference,
            created_at=dossier.created_at,
            due_at=dossier.due_at,
            deadline_at=dossier.deadline_at,
            files=[
                Accepted.File(name=file.name, sha256=file.sha256, size=file.size)
                for file in dossier.files
                if file.parent is None
            ],
            location=f"/v1/dossiers/{dossier.code}",
        )
    return is_new, accepted


def _digest(submission: Submission, files: list[NewFile]) -> str:
    content = submission.model_dump(mode="json")
    content["files"] = [[file.name, file.stored.sha256, file.stored.size] for file in files]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
