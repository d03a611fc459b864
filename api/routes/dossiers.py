"""Look at, list, cancel and retry dossiers."""

from __future__ import annotations

import base64
import binascii
import hashlib
import uuid
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Response
from sqlalchemy import or_, select, tuple_

from api import views
from api.auth import Keeper, Who
from api.problems import documented
from api.schemas.dossier import DossierList, DossierView, Reason
from api.services import Use
from dossiers.db import steps
from dossiers.db.tables import DossierRow
from dossiers.dossier import State, Step
from dossiers.errors import Forbidden, InputError, NotFound, Unauthorised

router = APIRouter(prefix="/v1/dossiers", tags=["dossiers"])


@router.get(
    "/{code}",
    response_model=DossierView,
    responses={304: {"description": "Nothing changed since the ETag given"}, **documented(Unauthorised, NotFound)},
)
def show(
    code: str,
    response: Response,
    services: Use,
    principal: Who,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Any:
    """Where a dossier stands: step, state, progress page by page, dates, files, findings."""
    with services.db.transaction() as session:
        view = views.full(session, views.dossier_of(session, principal.agency, code))
    etag = f'"{hashlib.sha256(view.model_dump_json().encode()).hexdigest()[:20]}"'
    if if_none_match == etag:
        return Response(status_code=304, headers={"ETag": etag})
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "private, no-cache"
    return view


@router.get("", response_model=DossierList, responses=documented(Unauthorised, InputError))
def find(
    services: Use,
    principal: Who,
    state: Annotated[State | None, Query()] = None,
    step: Annotated[Step | None, Query()] = None,
    procedure: Annotated[str | None, Query(max_length=100)] = None,
    since: Annotated[datetime | None, Query(description="Received at or after")] = None,
    q: Annotated[str | None, Query(max_length=100, description="Part of the code or of your reference")] = None,
    cursor: Annotated[str | None, Query(max_length=200, description="`next` of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> DossierList:
    """The agency's dossiers, newest first."""
    query = select(DossierRow).where(DossierRow.agency == principal.agency)
    if state:
        query = query.where(DossierRow.state == state.value)
    if step:
        query = query.where(DossierRow.step == step.value)
    if procedure:
        query = query.where(DossierRow.procedure == procedure)
    if since:
        query = query.where(DossierRow.created_at >= (since if since.tzinfo else since.replace(tzinfo=UTC)))
    if q:
        query = query.where(
            or_(DossierRow.code.icontains(q, autoescape=True), DossierRow.reference.icontains(q, autoescape=True))
        )
    if cursor:
        query = query.where(tuple_(DossierRow.created_at, DossierRow.id) < _place(cursor))
    query = query.order_by(DossierRow.created_at.desc(), DossierRow.id.desc()).limit(limit + 1)
    with services.db.transaction() as session:
        rows = session.scalars(query).all()
        items = views.summaries(session, rows[:limit])
    return DossierList(items=items, next=_cursor(rows[limit - 1]) if len(rows) > limit else None)


def _cursor(row: DossierRow) -> str:
    return base64.urlsafe_b64encode(f"{row.created_at.isoformat()}|{row.id}".encode()).decode().rstrip("=")


def _place(cursor: str) -> tuple[datetime, uuid.UUID]:
    try:
        at, _, identifier = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().partition("|")
        return datetime.fromisoformat(at), uuid.UUID(identifier)
    except (ValueError, binascii.Error) as error:
        raise InputError("cursor") from error


@router.post(
    "/{code}/cancel",
    response_model=DossierView,
    responses=documented(Unauthorised, Forbidden, NotFound, steps.AlreadyEnded, steps.NotCancellable),
)
def cancel(code: str, body: Reason, services: Use, principal: Keeper) -> DossierView:
    """End a dossier before its result is signed. Cancelling twice is no error; its places are free at once."""
    with services.db.transaction() as session:
        dossier = views.dossier_of(session, principal.agency, code)
        return views.full(session, steps.cancel(session, dossier.id, principal.actor, body.reason))


@router.post(
    "/{code}/retry",
    response_model=DossierView,
    responses=documented(Unauthorised, Forbidden, NotFound, steps.AlreadyEnded, steps.NothingToRetry),
)
def retry(code: str, services: Use, principal: Keeper) -> DossierView:
    """Run failed work again, with a new deadline: what made the dossier fail, or pages that were set aside."""
    with services.db.transaction() as session:
        dossier = views.dossier_of(session, principal.agency, code)
        deadline_s = services.settings.queue.deadline_s
        return views.full(session, steps.retry(session, dossier.id, principal.actor, deadline_s))
