"""A whole house in one process's hands: dossiers go in by the same write as the front's, a real dispatcher works."""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from config.settings import Settings
from dossiers.db import intake
from dossiers.db.engine import Db
from dossiers.db.tables import DocumentRow, DossierRow, FieldRow, PageRow
from dossiers.db.trust import ClientRow
from dossiers.dossier import TERMINAL, State
from dossiers.store import ObjectStore


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a dossier came to, without what differs by nature (ids, times)."""

    state: str
    step: str
    documents: tuple[tuple[object, ...], ...]
    fields: tuple[tuple[object, ...], ...]
    texts: tuple[tuple[str, ...], ...]


class House:
    """Submits and looks; the dispatcher is somebody else's."""

    def __init__(self, settings: Settings, db: Db, store: ObjectStore) -> None:
        self.settings, self.db, self.store = settings, db, store
        self.client = uuid.uuid4()
        with db.transaction() as session:
            session.add(
                ClientRow(id=self.client, agency="H49.01", name="test", roles=["client"], secret_hash=self.client.hex)
            )

    def submit(self, files: Sequence[tuple[str, bytes]], procedure: str = "chung", priority: int = 0) -> DossierRow:
        """As the front does: originals first, then the one durable write."""
        dossier_id = uuid.uuid4()
        stored = [
            intake.NewFile(name, self.store.put_original(f"{dossier_id}/{ordinal}", io.BytesIO(data)))
            for ordinal, (name, data) in enumerate(files, 1)
        ]
        new = intake.NewDossier(
            id=dossier_id,
            agency="H49.01",
            client_id=self.client,
            procedure=procedure,
            files=stored,
            body_sha256=hashlib.sha256(dossier_id.bytes).hexdigest(),
            priority=priority,
        )
        with self.db.transaction() as session:
            return intake.accept(session, new, self.settings.queue)[0]

    def look(self, dossier_id: uuid.UUID) -> DossierRow:
        with self.db.transaction() as session:
            return session.get_one(DossierRow, dossier_id)

    async def until(
        self, ids: Sequence[uuid.UUID], enough: Callable[[DossierRow], bool] | None = None, limit_s: float = 240
    ) -> None:
        """Wait until every dossier waits for people or has ended."""
        enough = enough or (lambda d: d.state == State.WAITING or d.state in TERMINAL)
        end = time.monotonic() + limit_s
        while not all(enough(self.look(one)) for one in ids):
            if time.monotonic() > end:
                raise AssertionError([(d.step, d.state, d.reason) for d in map(self.look, ids)])
            await asyncio.sleep(0.1)

    def outcome(self, dossier_id: uuid.UUID) -> Outcome:
        with self.db.transaction() as session:
            dossier = session.get_one(DossierRow, dossier_id)
            documents = session.scalars(
                select(DocumentRow).where(DocumentRow.dossier_id == dossier_id).order_by(DocumentRow.ordinal)
            ).all()
            fields = session.execute(
                select(DocumentRow.ordinal, FieldRow)
                .join(FieldRow, FieldRow.document_id == DocumentRow.id)
                .where(FieldRow.dossier_id == dossier_id)
                .order_by(DocumentRow.ordinal, FieldRow.position)
            ).all()
            pages = session.scalars(
                select(PageRow).where(PageRow.dossier_id == dossier_id).order_by(PageRow.number)
            ).all()
            keys = [page.lines_key for page in pages]
        return Outcome(
            dossier.state,
            dossier.step,
            tuple((d.kind, d.title, d.first_page, d.last_page, d.confidence) for d in documents),
            tuple((n, f.key, f.value, f.raw, f.confidence, f.in_doubt, f.page, tuple(f.box or ())) for n, f in fields),
            tuple(self._texts(key) for key in keys),
        )

    def _texts(self, key: str | None) -> tuple[str, ...]:
        if key is None:
            return ()
        lines = json.loads(self.store.get_artifact(key))["lines"]
        return tuple(f"{line['text']}|{line['confidence']}|{line['polygon']}" for line in lines)
