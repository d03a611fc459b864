"""A database for one test, opened as a worker, with a client and a way to make dossiers."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from config.settings import Queue
from dossiers.db import intake
from dossiers.db.engine import Db
from dossiers.db.tables import DossierRow
from dossiers.db.trust import ClientRow
from dossiers.store import Stored
from hoso.embedded.instance import Instance
from tests.conftest import database_settings

LIMITS = Queue(max_attempts=3, backoff_s=0)
NewDossier = Callable[..., DossierRow]


@pytest.fixture
def db(postgres_server: Instance, own_database: str) -> Iterator[Db]:
    opened = Db.open(database_settings(postgres_server, "owner", own_database), "test")
    yield opened
    opened.close()


def add_client(db: Db, name: str = "một cửa", agency: str = "H49.01", **more: object) -> uuid.UUID:
    client = ClientRow(
        id=uuid.uuid4(), agency=agency, name=name, roles=["client"], secret_hash=uuid.uuid4().hex, **more
    )
    with db.transaction() as session:
        session.add(client)
    return client.id


@pytest.fixture
def client(db: Db) -> uuid.UUID:
    return add_client(db)


@pytest.fixture
def new_dossier(db: Db, client: uuid.UUID) -> NewDossier:
    """`new_dossier(priority=5, client_id=..., key="...", body="...")`: accepted, its ingest run pending."""

    def make(
        priority: int = 0, client_id: uuid.UUID = client, key: str | None = None, body: str = "x", **more: object
    ) -> DossierRow:
        new = intake.NewDossier(
            id=uuid.uuid4(),
            agency="H49.01",
            client_id=client_id,
            procedure="chung",
            files=[intake.NewFile("tờ khai.pdf", Stored("key", "0" * 64, 1))],
            body_sha256=hashlib.sha256(body.encode()).hexdigest(),
            idempotency_key=key,
            priority=priority,
            due_at=datetime.now(UTC),
            **more,
        )
        with db.transaction() as session:
            return intake.accept(session, new, LIMITS)[0]

    return make
