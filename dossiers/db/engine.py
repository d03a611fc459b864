"""The one place that opens the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session, sessionmaker

from config.settings import Database, secret
from dossiers.errors import Unavailable


class DatabaseUnavailable(Unavailable):
    """PostgreSQL does not answer, or refused the connection."""

    code = "unavailable.database"
    vi = "Cơ sở dữ liệu tạm thời không trả lời. Hãy thử lại sau ít phút; `hoso doctor` cho biết nguyên nhân."
    en = "The database does not answer. Retry in a few minutes; `hoso doctor` says why."


def url_of(database: Database) -> URL:
    """The URL with the password of the secret file put in."""
    url = make_url(database.url)
    password = secret(database.password_file)
    return url.set(password=password) if password else url


def open_engine(database: Database, application: str) -> Engine:
    """An engine for one process. `application` shows in pg_stat_activity."""
    engine = create_engine(
        url_of(database),
        pool_size=database.pool_size,
        max_overflow=database.pool_size,
        pool_pre_ping=True,
        connect_args={"application_name": f"hoso-{application}", "connect_timeout": 10},
    )
    timeout_ms = int(database.statement_timeout_s * 1000)

    @event.listens_for(engine, "connect")
    def _limits(connection: Any, _record: Any) -> None:
        connection.execute(f"SET statement_timeout = {timeout_ms}")
        connection.execute("SET idle_in_transaction_session_timeout = '60s'")
        connection.commit()

    return engine


class Db:
    """A process's database: `with db.transaction() as session:` commits at the end or rolls back."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._sessions = sessionmaker(engine, expire_on_commit=False)

    @classmethod
    def open(cls, database: Database, application: str) -> Db:
        return cls(open_engine(database, application))

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """One transaction. Raises `DatabaseUnavailable` when the server is away: nothing was half done."""
        session = self._sessions()
        try:
            with session.begin():
                yield session
        except (OperationalError, InterfaceError) as error:
            raise DatabaseUnavailable(type(error.orig).__name__) from error
        finally:
            session.close()

    def close(self) -> None:
        self.engine.dispose()
