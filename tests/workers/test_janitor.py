"""What outlived its time goes; what belongs to a living dossier stays."""

from __future__ import annotations

import io
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from sqlalchemy import select

from config.settings import Settings
from dossiers.db import audit, intake, people
from dossiers.db.engine import Db
from dossiers.db.intake import NewDossier, NewFile
from dossiers.db.tables import DossierRow
from dossiers.db.trust import IdempotencyRow, UploadRow
from dossiers.store import ObjectStore
from hoso.embedded.instance import Instance
from tests.conftest import database_settings
from workers import janitor

LATER = timedelta(days=400)


@pytest.fixture
def databases(postgres_server: Instance, own_database: str) -> Iterator[tuple[Db, Db]]:
    """A database of the test's own: as its owner, and with the rights of a worker."""
    opened = [Db.open(database_settings(postgres_server, kind, own_database), "tests") for kind in ("owner", "worker")]
    yield opened[0], opened[1]
    for db in opened:
        db.close()


@pytest.fixture
def own_store(store: ObjectStore, instance: Instance) -> Iterator[ObjectStore]:
    """Buckets of the test's own: the janitor looks at all there is."""
    name = uuid.uuid4().hex[:8]
    settings = instance.settings("worker").store
    own = ObjectStore(settings.model_copy(update={"originals_bucket": f"o-{name}", "artifacts_bucket": f"a-{name}"}))
    own.ensure_buckets()
    yield own


def test_every_thing_goes_when_its_time_is_over_and_not_before(
    databases: tuple[Db, Db], own_store: ObjectStore, instance: Instance
) -> None:
    owner, worker = databases
    settings: Settings = instance.settings("worker")
    now = datetime.now(UTC)
    kept, orphan = uuid.uuid4(), uuid.uuid4()
    stored = own_store.put_original(f"{kept}/0001", io.BytesIO(b"kept"))
    own_store.put_original(f"{orphan}/0001", io.BytesIO(b"never accepted"))
    artifact = own_store.put_artifact(kept, "package", b"derived", "pdf", "application/pdf")
    with owner.transaction() as session:
        client = people.create_client(session, "T1", "Một cửa")
        new = NewDossier(kept, "T1", client.id, "chung", [NewFile("a.pdf", stored)], "0" * 64, idempotency_key="k")
        intake.accept(session, new, settings.queue)
        upload = UploadRow(client_id=client.id, name="x", object_key="uploads/x", expires_at=now)
        session.add(upload)
    httpx.put(own_store.presign_upload("uploads/x"), content=b"unused").raise_for_status()

    assert set(janitor.clean(worker, own_store, settings).counts().values()) == {0}, "nothing is old yet"

    done = janitor.clean(worker, own_store, settings, now + timedelta(days=3))
    assert (done.idempotency_keys, done.uploads, done.originals, done.dossiers) == (1, 1, 1, 0)
    assert {found.key for found in own_store.original_versions()} == {f"{kept}/0001"}
    assert own_store.get_artifact(artifact.key) == b"derived", "the dossier is still being worked on"

    with owner.transaction() as session:
        assert session.scalars(select(IdempotencyRow)).all() == session.scalars(select(UploadRow)).all() == []
        dossier = session.get_one(DossierRow, kept)
        dossier.state, dossier.finished_at, dossier.expires_at = "completed", now, now + timedelta(days=365)
    done = janitor.clean(worker, own_store, settings, now + LATER)
    assert (done.dossiers, done.artifacts) == (1, 1)
    assert janitor.clean(worker, own_store, settings, now + LATER).counts()["dossiers"] == 0
    with owner.transaction() as session:
        assert session.get_one(DossierRow, kept).expired_at == now + LATER
        assert audit.verify(session).broken_at is None
    assert {found.key for found in own_store.original_versions()} == {f"{kept}/0001"}, "originals outlive results"
