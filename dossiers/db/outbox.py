"""Messages to clients, written in the transaction of what they tell; `workers.courier` delivers them."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from dossiers.db.tables import DossierRow
from dossiers.db.trust import ClientRow, OutboxRow

CHANNEL = "hoso_outbox"


def enqueue(session: Session, dossier: DossierRow, kind: str) -> None:
    """Queue `kind` (`dossier.completed`, ...) for the dossier's callback, or its client's default address, if any.

    The payload names the dossier and its state; whoever wants more fetches it with credentials.
    """
    client = session.get_one(ClientRow, dossier.client_id)
    url = dossier.callback_url or client.webhook_url
    if not url or not client.webhook_secret:
        return
    payload = {
        "type": kind,
        "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "data": {
            "code": dossier.code,
            "reference": dossier.reference,
            "procedure": dossier.procedure,
            "step": dossier.step,
            "state": dossier.state,
            "version": dossier.version,
            "result_sha256": dossier.result_sha256,
        },
    }
    session.add(OutboxRow(dossier_id=dossier.id, client_id=client.id, kind=kind, url=url, payload=payload))
    session.execute(text("SELECT pg_notify(:channel, '')"), {"channel": CHANNEL})
