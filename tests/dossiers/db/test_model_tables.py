"""The registry's tables are what the migration makes, and a worker cannot make itself another champion."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from dossiers.db import model_tables, models, shadow
from dossiers.db.engine import Db
from dossiers.db.tables import Base
from hoso.embedded.instance import Instance
from tests.conftest import database_settings

TABLES = {row.__tablename__ for row in vars(model_tables).values() if hasattr(row, "__tablename__")} | {"pages"}


@pytest.fixture
def worker(postgres_server: Instance, own_database: str) -> Iterator[Db]:
    opened = Db.open(database_settings(postgres_server, "worker", own_database), "test")
    yield opened
    opened.close()


def test_the_tables_are_what_the_migrations_make(db: Db) -> None:
    def ours(_item: object, name: str | None, kind: str, _reflected: bool, _other: object) -> bool:
        return kind != "table" or name in TABLES

    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": ours, "compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO model_champions (role, model, promoted_by, reason) VALUES ('recogniser', 'x@1', 'worker', '')",
        "INSERT INTO model_evaluations (role, sha256, model, suite, digest, result) "
        "VALUES ('recogniser', '', '', '', '', '{}')",
        "UPDATE model_versions SET sha256 = ''",
        "UPDATE shadow_runs SET ended_at = now()",
    ],
)
def test_a_worker_cannot_promote_measure_or_rename(worker: Db, statement: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), worker.transaction() as session:
        session.execute(text(statement))


def test_a_worker_sees_what_a_page_is_to_be_read_by(worker: Db) -> None:
    with worker.transaction() as session:
        assert models.champion_of(session, "recogniser").row is None
        assert shadow.active(session, "recogniser") is None


@pytest.mark.parametrize("kind", ["api", "signer"])
def test_front_and_signer_see_nothing_of_what_a_challenger_read(
    postgres_server: Instance, own_database: str, kind: str
) -> None:
    other = Db.open(database_settings(postgres_server, kind, own_database), "test")
    try:
        with pytest.raises(ProgrammingError, match="permission denied"), other.transaction() as session:
            session.execute(text("SELECT * FROM shadow_readings"))
    finally:
        other.close()
