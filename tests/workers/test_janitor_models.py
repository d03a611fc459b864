"""Weight files and challengers' lines have a time to live; what was champion once is never removed."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dossiers.db import intake, models, people, shadow
from dossiers.db.engine import Db
from dossiers.db.intake import NewDossier, NewFile
from dossiers.db.model_files import FileRemoved
from dossiers.db.model_tables import ModelChampionRow, ModelVersionRow, ShadowReadingRow
from dossiers.db.tables import DossierRow
from dossiers.store import ObjectStore, Stored
from hoso.embedded.instance import Instance
from tests.conftest import database_settings
from workers import janitor


@pytest.fixture
def databases(postgres_server: Instance, own_database: str) -> Iterator[tuple[Db, Db]]:
    opened = [Db.open(database_settings(postgres_server, kind, own_database), "tests") for kind in ("owner", "worker")]
    yield opened[0], opened[1]
    for db in opened:
        db.close()


@pytest.fixture
def own_store(store: ObjectStore, instance: Instance) -> ObjectStore:
    name = uuid.uuid4().hex[:8]
    settings = instance.settings("worker").store
    own = ObjectStore(settings.model_copy(update={"originals_bucket": f"o-{name}", "artifacts_bucket": f"a-{name}"}))
    own.ensure_buckets()
    return own


def version(db: Db, store: ObjectStore, name: str) -> ModelVersionRow:
    """The janitor never looks into the file."""
    stored = store.put_weights("recogniser", name.encode())
    row = ModelVersionRow(
        role="recogniser", name=name, version="1", sha256=stored.sha256, object_key=stored.key, size=stored.size,
        card="", facts={}, created_by="operator:test",
    )  # fmt: skip
    with db.transaction() as session:
        models.add_version(session, row)
    return row


def test_unused_weights_go_and_champions_and_challengers_stay(
    databases: tuple[Db, Db], own_store: ObjectStore, instance: Instance
) -> None:
    owner, worker = databases
    settings, now = instance.settings("worker"), datetime.now(UTC)
    once, challenger, unused = (version(owner, own_store, name) for name in ("once", "challenger", "unused"))
    own_store.put_weights("recogniser", b"registering was interrupted")
    with owner.transaction() as session:
        models.promote(session, "recogniser", once, "once@1", (None, "shipped@0"), "operator:test")
        models.rollback(session, "recogniser", "operator:test")
        shadow.start(session, challenger, "shipped@0", 0.1, "operator:test")

    done = janitor.clean(worker, own_store, settings, now + timedelta(hours=1))
    assert (done.model_versions, done.weights) == (0, 0)

    done = janitor.clean(worker, own_store, settings, now + timedelta(days=2))
    assert (done.model_versions, done.weights) == (0, 1), "the file without a version"

    done = janitor.clean(worker, own_store, settings, now + timedelta(days=settings.retention.candidate_days + 1))
    assert (done.model_versions, done.weights) == (1, 1)
    assert {key for key, _ in own_store.weights()} == {once.object_key, challenger.object_key}
    with owner.transaction() as session:
        assert session.get_one(ModelVersionRow, unused.id).removed_at is not None, "the version itself is remembered"
        assert session.get_one(ModelVersionRow, once.id).removed_at is None
        with pytest.raises(FileRemoved, match="unused@1"):  # though it was looked at before
            models.promote(session, "recogniser", unused, "unused@1", _now(session), "operator:test")
        with pytest.raises(FileRemoved):
            shadow.start(session, unused, "shipped@0", 0.1, "operator:test")
    again = version(owner, own_store, "unused")
    with owner.transaction() as session:
        (row,) = models.find_versions(session, "unused@1")
        assert row.removed_at is None
    assert again.object_key in {key for key, _ in own_store.weights()}, "it may come back"


def _now(session: Session) -> tuple[ModelChampionRow | None, str]:
    found = models.champion_of(session, "recogniser")
    return found.row, found.row.model if found.row else ""


def test_what_is_being_put_to_use_is_not_given_up_at_the_same_time(
    databases: tuple[Db, Db], own_store: ObjectStore, instance: Instance
) -> None:
    owner, worker = databases
    settings, late = instance.settings("worker"), datetime.now(UTC) + timedelta(days=10_000)
    chosen = version(owner, own_store, "chosen")
    with ThreadPoolExecutor(1) as beside:
        with owner.transaction() as session:
            models.promote(session, "recogniser", chosen, "chosen@1", (None, "shipped@0"), "operator:test")
            cleaning = beside.submit(janitor.clean, worker, own_store, settings, late)
            with pytest.raises(TimeoutError):
                cleaning.result(timeout=1)  # it waits until the promotion is done
        assert cleaning.result(timeout=30).model_versions == 0
    assert chosen.object_key in {key for key, _ in own_store.weights()}


@pytest.mark.parametrize("why", ["old", "the dossier expired", "the dossier is gone"])
def test_a_challengers_lines_go_with_their_time_or_their_dossier(
    databases: tuple[Db, Db], own_store: ObjectStore, instance: Instance, why: str
) -> None:
    owner, worker = databases
    settings, now = instance.settings("worker"), datetime.now(UTC)
    dossier = uuid.uuid4()
    challenger = version(owner, own_store, "challenger")
    with owner.transaction() as session:
        client = people.create_client(session, "T1", "Một cửa")
        new = NewDossier(dossier, "T1", client.id, "chung", [NewFile("a.pdf", Stored("k", "0" * 64, 1))], "0" * 64)
        intake.accept(session, new, settings.queue)
        run = shadow.start(session, challenger, "shipped@0", 1.0, "operator:test")
    line = {
        "run_id": run.id, "dossier_id": dossier, "page": 1, "polygon": [[0, 0], [9, 0], [9, 9], [0, 9]],
        "champion": "shipped@0", "champion_text": "a", "champion_confidence": 0.9,
        "challenger": "challenger@1", "challenger_text": "b", "challenger_confidence": 0.8,
    }  # fmt: skip
    with worker.transaction() as session:
        shadow.keep(session, [line])
        shadow.count(session, run.id, pages=1, lines=4, differing=1)
    assert janitor.clean(worker, own_store, settings, now).shadow_readings == 0

    if why == "old":
        later = now + timedelta(days=settings.retention.shadow_days + 1)
        assert janitor.clean(worker, own_store, settings, later).shadow_readings == 1
    elif why == "the dossier expired":
        with owner.transaction() as session:
            row = session.get_one(DossierRow, dossier)
            row.state, row.finished_at, row.expires_at = "completed", now, now
        janitor.clean(worker, own_store, settings, now + timedelta(days=1))
    else:
        with owner.transaction() as session:
            session.delete(session.get_one(DossierRow, dossier))
    with owner.transaction() as session:
        assert session.scalar(select(func.count()).select_from(ShadowReadingRow)) == 0
        (kept,) = shadow.runs(session, "recogniser")
        assert (kept.pages, kept.lines, kept.differing) == (1, 4, 1), "the counts hold nothing personal and stay"
