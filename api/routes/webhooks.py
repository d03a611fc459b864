"""What was sent to a client's address, what waits, what is dead; and sending it again."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from sqlalchemy import select, text

from api.auth import Principal, with_role
from api.problems import documented
from api.schemas.people import MessageList, MessageView, Replayed
from api.services import Use
from dossiers.db import audit, outbox
from dossiers.db.tables import DossierRow
from dossiers.db.trust import OutboxRow
from dossiers.dossier import Role
from dossiers.errors import Forbidden, NotFound, Unauthorised

router = APIRouter(prefix="/v1/webhooks/messages", tags=["webhooks"])
Owner = Annotated[Principal, Depends(with_role(Role.CLIENT, Role.OPERATOR))]


def _state(row: OutboxRow) -> str:
    return "delivered" if row.delivered_at else "dead" if row.dead_at else "waiting"


@router.get("", response_model=MessageList, responses=documented(Unauthorised, Forbidden))
def messages(
    services: Use,
    principal: Owner,
    state: Annotated[Literal["waiting", "delivered", "dead"] | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> MessageList:
    """The newest messages about the agency's dossiers."""
    query = select(OutboxRow, DossierRow.code).join(DossierRow, DossierRow.id == OutboxRow.dossier_id)
    query = query.where(DossierRow.agency == principal.agency)
    if state == "delivered":
        query = query.where(OutboxRow.delivered_at.is_not(None))
    elif state:
        query = query.where(OutboxRow.delivered_at.is_(None), OutboxRow.dead_at.is_not(None) == (state == "dead"))
    with services.db.transaction() as session:
        rows = session.execute(query.order_by(OutboxRow.created_at.desc()).limit(limit)).all()
    return MessageList(
        items=[
            MessageView(
                id=row.id,
                code=code,
                kind=row.kind,
                state=_state(row),
                attempts=row.attempts,
                created_at=row.created_at,
                next_at=row.next_at if _state(row) == "waiting" else None,
                delivered_at=row.delivered_at,
                last_error=row.last_error,
            )
            for row, code in rows
        ]
    )


@router.post(
    "/{message_id}/replay",
    status_code=202,
    response_model=Replayed,
    responses=documented(Unauthorised, Forbidden, NotFound),
)
def replay(message_id: uuid.UUID, services: Use, principal: Owner) -> Replayed:
    """Send a message again, with fresh attempts and the same id (receivers recognise it by `webhook-id`)."""
    with services.db.transaction() as session:
        row = session.get(OutboxRow, message_id, with_for_update=True)
        dossier = session.get(DossierRow, row.dossier_id) if row else None
        if row is None or dossier is None or dossier.agency != principal.agency:
            raise NotFound()
        row.attempts, row.next_at = 0, datetime.now(UTC)
        row.delivered_at = row.dead_at = row.last_error = None
        session.execute(text("SELECT pg_notify(:channel, '')"), {"channel": outbox.CHANNEL})
        audit.append(session, principal.actor, "message.replayed", dossier.code, message=str(row.id))
    return Replayed(id=message_id, state="waiting")
