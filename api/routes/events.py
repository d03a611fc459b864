"""Progress as server-sent events (WHATWG HTML): resumes after `Last-Event-ID`, beats while nothing happens."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from api import views
from api.auth import Who
from api.problems import documented
from api.services import Services, Use
from dossiers.db import events
from dossiers.errors import NotFound, Unauthorised, Unavailable

router = APIRouter(prefix="/v1/dossiers", tags=["dossiers"])
POLL_S, HEARTBEAT_S, BATCH = 3.0, 15.0, 500
_EXAMPLE = """id: 41
data: {"id": 41, "kind": "stage.done", "at": "2026-11-24T02:15:12.345678+00:00", "data": {"stage": "read", "page": 1}}

: beat

"""


@router.get(
    "/{code}/events",
    response_class=StreamingResponse,
    responses={
        200: {"content": {"text/event-stream": {"schema": {"type": "string"}, "example": _EXAMPLE}}},
        **documented(Unauthorised, NotFound),
    },
)
async def follow(
    code: str,
    request: Request,
    services: Use,
    principal: Who,
    last_event_id: Annotated[str | None, Header(description="The last id you have seen")] = None,
    after: Annotated[int, Query(ge=0, description="As Last-Event-ID, for the first request")] = 0,
) -> StreamingResponse:
    """Everything that happens to a dossier, from its beginning or after an id. The stream stays open."""
    dossier_id = await run_in_threadpool(_find, services, principal.agency, code)
    last = int(last_event_id) if last_event_id and last_event_id.isdecimal() else after
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    stream = _stream(request, services, dossier_id, last)
    return StreamingResponse(stream, media_type="text/event-stream", headers=headers)


def _find(services: Services, agency: str, code: str) -> uuid.UUID:
    with services.db.transaction() as session:
        return views.dossier_of(session, agency, code).id


def _after(services: Services, dossier_id: uuid.UUID, last: int) -> list[dict[str, Any]]:
    with services.db.transaction() as session:
        rows = events.after(session, dossier_id, last, BATCH)
        return [{"id": row.id, "kind": row.kind, "at": row.at.isoformat(), "data": row.data} for row in rows]


async def _stream(request: Request, services: Services, dossier_id: uuid.UUID, last: int) -> AsyncIterator[str]:
    loop = asyncio.get_running_loop()
    spoke = loop.time()
    with services.listener.subscribe(dossier_id) as woken:
        yield "retry: 2000\n\n"
        while not await request.is_disconnected() and not services.listener.stopping:
            woken.clear()
            try:
                found = await run_in_threadpool(_after, services, dossier_id, last)
            except Unavailable:
                found = []  # the database is away: keep the stream, try again
            for event in found:
                last, spoke = event["id"], loop.time()
                yield f"id: {last}\ndata: {json.dumps(event, ensure_ascii=False)}\n\n"
            if len(found) == BATCH:
                continue
            if loop.time() - spoke >= HEARTBEAT_S:
                spoke = loop.time()
                yield ": beat\n\n"
            try:
                await asyncio.wait_for(woken.wait(), POLL_S)
            except TimeoutError:
                continue
