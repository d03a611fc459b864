"""A served front at the session's real database and store, with the rights of the front's own role."""

from __future__ import annotations

import secrets
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import uvicorn

from api.app import create_app
from config.settings import Settings
from dossiers.db import people
from dossiers.db.engine import Db
from dossiers.db.people import NewClient
from dossiers.dossier import Role
from dossiers.store import ObjectStore
from hoso.embedded import pki
from hoso.embedded.instance import Instance

PDF = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@contextmanager
def serving(settings: Settings) -> Iterator[str]:
    """The address of a front of its own, served in a thread."""
    config = uvicorn.Config(
        create_app(settings), host="127.0.0.1", port=0, log_config=None, access_log=False, timeout_graceful_shutdown=2
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + 10
    while not server.started:
        assert thread.is_alive() and time.monotonic() < until, "the front did not start"
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)


def changed(settings: Settings, section: str, **values: Any) -> Settings:
    """The settings with some values of one section changed."""
    return settings.model_copy(update={section: getattr(settings, section).model_copy(update=values)})


@pytest.fixture(scope="session")
def api_settings(instance: Instance, database: Db, store: ObjectStore) -> Settings:
    """As the front's process sees them: role hoso_api, real token key, demonstration trust anchors."""
    return instance.settings("api")


@pytest.fixture(scope="session")
def address(api_settings: Settings) -> Iterator[str]:
    with serving(api_settings) as served:
        yield served


@pytest.fixture
def agency() -> str:
    """An agency of the test's own, so that counts are its own."""
    return f"T{secrets.token_hex(4)}"


def new_client(database: Db, agency: str, *roles: Role, **more: Any) -> NewClient:
    with database.transaction() as session:
        return people.create_client(session, agency, "Một cửa thử nghiệm", roles or (Role.CLIENT,), **more)


@pytest.fixture
def client(database: Db, agency: str) -> NewClient:
    return new_client(database, agency)


@pytest.fixture
def http(address: str, client: NewClient) -> Iterator[httpx.Client]:
    """Speaks as the agency's client."""
    with httpx.Client(base_url=address, headers={"X-API-Key": client.secret}, timeout=30) as session:
        yield session


@dataclass(frozen=True)
class Person:
    """An officer with a session and a wallet."""

    id: uuid.UUID
    username: str
    http: httpx.Client


@pytest.fixture
def person(database: Db, address: str, agency: str, home: Any, instance: Instance) -> Iterator[Callable[..., Person]]:
    """Makes an officer of the agency; `wallet` names whose certificate the officer has."""
    opened: list[httpx.Client] = []

    def make(role: Role, wallet: str = "canbo", of: str | None = None) -> Person:
        username, password = f"{wallet}-{secrets.token_hex(4)}", secrets.token_urlsafe(9)
        with database.transaction() as session:
            identifier = people.create_officer(
                session,
                of or agency,
                username,
                password,
                full_name="Nguyễn Văn Bình",
                position="Công chức tư pháp - hộ tịch",
                roles=[role],
                certificate=pki.certificate_of(home, wallet),
            )
        answer = httpx.post(f"{address}/v1/session", json={"username": username, "password": password})
        assert answer.status_code == 201, answer.text
        http = httpx.Client(base_url=address, headers={"Authorization": f"Bearer {answer.json()['token']}"}, timeout=30)
        opened.append(http)
        return Person(identifier, username, http)

    yield make
    for http in opened:
        http.close()


def submit(http: httpx.Client, *names: str, key: str | None = None, **fields: str) -> httpx.Response:
    """Send small PDFs of these names."""
    headers = {"Idempotency-Key": key} if key else {}
    files = [("files", (name, PDF + name.encode(), "application/pdf")) for name in names or ("don.pdf",)]
    return http.post("/v1/dossiers", files=files, data={"procedure": "chung", **fields}, headers=headers)


def originals(store: ObjectStore, prefix: str = "") -> set[str]:
    """Keys of every version of every original."""
    return {found.key for found in store.original_versions(prefix)}
