"""Real parts for every test: one PostgreSQL and one object store for the session, started as `hoso up` starts them.

`database` and `store` are shared by the whole session: use fresh ids, leave counts alone. A test that needs tables
of its own asks for `own_database`, a copy of the migrated schema in about 0.1 s.
"""

from __future__ import annotations

import secrets
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.settings import Database, Settings
from dossiers.db import migrate
from dossiers.db.engine import Db, open_engine
from dossiers.store import ObjectStore
from hoso.embedded import instance as instances
from hoso.embedded import parts, postgres, process, provision
from hoso.embedded.instance import Instance
from hoso.embedded.roles import OWNER, ROLE_OF_KIND


@pytest.fixture(scope="session")
def home() -> Iterator[Path]:
    """The folder of the session's instance. Short, so that its sockets fit; removed with all that still runs in it."""
    folder = Path(tempfile.mkdtemp(prefix="hoso-test-")).resolve()
    yield folder
    process.sweep(folder)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def instance(home: Path) -> Instance:
    """Secrets, settings files, demonstration PKI and token; nothing runs yet."""
    return instances.prepare(home)


@pytest.fixture(scope="session")
def postgres_server(instance: Instance) -> Iterator[Instance]:
    """A running PostgreSQL with the migrated database and the roles of all kinds of processes."""
    server = parts.start_postgres(instance)
    parts.wait_until(lambda: parts.postgres_ready(instance), server, "postgres", 30)
    provision.database(instance)
    yield instance
    process.end(server, postgres.STOP, 5)


@pytest.fixture(scope="session")
def settings(instance: Instance) -> Settings:
    """Settings with the schema owner's database URL. For one role: `instance.settings("api")` and so on."""
    return instance.settings("owner")


@pytest.fixture(scope="session")
def database(postgres_server: Instance, settings: Settings) -> Iterator[Db]:
    """The session's database, as its owner."""
    db = Db.open(settings.database, "tests")
    yield db
    db.close()


@pytest.fixture(scope="session")
def template_database(postgres_server: Instance) -> str:
    """The name of a migrated, empty database to copy from."""
    instance = postgres_server
    name = "hoso_template"
    passwords = instance.secret("postgres.password"), instance.secret("hoso.password")
    postgres.ensure_owner_and_database(instance.sockets, *passwords, database=name)
    engine = open_engine(database_settings(instance, "owner", name), "tests")
    migrate.upgrade(engine)
    engine.dispose()
    return name


@pytest.fixture
def own_database(postgres_server: Instance, template_database: str) -> Iterator[str]:
    """The name of an empty migrated database for one test; `database_settings(instance, kind, name)` opens it."""
    name = f"hoso_{secrets.token_hex(6)}"
    password = postgres_server.secret("postgres.password")
    with postgres.connect(postgres_server.sockets, password) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template_database} OWNER {OWNER}")
    yield name
    with postgres.connect(postgres_server.sockets, password) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def database_settings(instance: Instance, kind: str, name: str) -> Database:
    """How a process of `kind` (owner, api, worker, signer) opens the database `name` of the session's server."""
    role = ROLE_OF_KIND[kind]
    return Database(url=postgres.url(instance.sockets, role, name), password_file=instance.password_file(role))


@pytest.fixture(scope="session")
def store(instance: Instance) -> Iterator[ObjectStore]:
    """A running object store with both buckets."""
    server = parts.start_store(instance)
    parts.wait_until(lambda: parts.store_ready(instance), server, "store", 60)
    yield provision.buckets(instance)
    process.end(server, signal.SIGKILL, 5)  # it takes seconds at SIGTERM, and this store is thrown away
