"""The audit log is append-only and notices every change, whoever makes it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from dossiers.db import audit
from dossiers.db.engine import Db
from hoso.embedded.instance import Instance
from tests.conftest import database_settings


def fill(db: Db, lines: int = 5) -> None:
    for number in range(lines):
        with db.transaction() as session:
            audit.append(session, "worker", "test.done", "H49.01-1", number=number)


def tamper(db: Db, statement: str) -> None:
    """As somebody with all rights would, past the trigger."""
    with db.transaction() as session:
        session.execute(text("ALTER TABLE audit DISABLE TRIGGER audit_append_only"))
        session.execute(text(statement))


@pytest.mark.parametrize("statement", ["UPDATE audit SET actor = 'x'", "DELETE FROM audit", "TRUNCATE audit"])
def test_the_log_refuses_changes_even_of_its_owner(db: Db, statement: str) -> None:
    fill(db)
    with pytest.raises(ProgrammingError, match="append-only"), db.transaction() as session:
        session.execute(text(statement))


def test_a_whole_chain_verifies(db: Db) -> None:
    fill(db)
    with db.transaction() as session:
        report = audit.verify(session)
    assert (report.lines, report.broken_at) == (5, None)


@pytest.mark.parametrize(
    ("statement", "at"),
    [
        ("""UPDATE audit SET data = '{"number": 9}' WHERE seq = 3""", 3),
        ("UPDATE audit SET actor = 'officer:somebody' WHERE seq = 1", 1),
        ("UPDATE audit SET at = at + interval '1 day' WHERE seq = 5", 5),
        ("DELETE FROM audit WHERE seq = 2", 2),
        ("UPDATE audit SET previous = hash WHERE seq = 4", 4),
    ],
)
def test_a_change_is_found_where_it_was_made(db: Db, statement: str, at: int) -> None:
    fill(db)
    tamper(db, statement)
    with db.transaction() as session:
        assert audit.verify(session).broken_at == at


def test_writers_at_once_make_one_chain_without_forks(db: Db) -> None:
    with ThreadPoolExecutor(6) as threads:
        list(threads.map(lambda _: fill(db, 5), range(6)))
    with db.transaction() as session:
        report = audit.verify(session)
    assert (report.lines, report.broken_at) == (30, None)


@pytest.mark.parametrize("kind", ["api", "worker", "signer"])
def test_every_process_may_append_and_none_may_change(postgres_server: Instance, own_database: str, kind: str) -> None:
    db = Db.open(database_settings(postgres_server, kind, own_database), "test")
    fill(db, 1)
    with pytest.raises(ProgrammingError, match=r"permission denied|append-only"), db.transaction() as session:
        session.execute(text("UPDATE audit SET actor = 'x'"))
    db.close()


def test_a_worker_can_neither_decide_nor_have_anything_signed(postgres_server: Instance, own_database: str) -> None:
    db = Db.open(database_settings(postgres_server, "worker", own_database), "test")
    for table in ("approvals", "signing_intents"):
        with pytest.raises(ProgrammingError, match="permission denied"), db.transaction() as session:
            session.execute(text(f"INSERT INTO {table} DEFAULT VALUES"))
    db.close()
