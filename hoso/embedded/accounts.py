"""The accounts of a demonstration instance: one client system and the demonstration's officers.

Their credentials are made at random and lie in `secrets/` of the instance, readable by its owner: the command line and
`hoso demo` take them from there. Nothing here exists in production.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from dossiers.db import people
from dossiers.db.engine import Db
from dossiers.db.trust import OfficerRow
from dossiers.dossier import Role
from hoso.embedded import pki, token
from hoso.embedded.errors import NotRunning
from hoso.embedded.instance import Instance
from hoso.embedded.pki_architecture import PEOPLE

CLIENT_NAME = "Một cửa (mẫu)"  # the demonstration's one-stop system


@dataclass(frozen=True, slots=True)
class ClientAccount:
    """What a client authenticates with: the secret is API key and OAuth client secret in one."""

    client_id: str
    secret: str


@dataclass(frozen=True, slots=True)
class OfficerAccount:
    """A demonstration officer who can log in; the wallet is found by the username."""

    username: str
    password: str
    role: Role


def ensure_demo_accounts(at: Instance, db: Db) -> None:
    """Make what is missing; what is there stays."""
    agency = at.settings("owner").agency
    with db.transaction() as session:
        _ensure_client(at, session, agency)
        for person in PEOPLE:
            if session.scalars(select(OfficerRow).where(OfficerRow.username == person.username)).first() is None:
                people.create_officer(
                    session,
                    agency,
                    person.username,
                    _password(at, person.username),
                    full_name=person.full_name,
                    position=person.position,
                    roles=[Role(person.role)],
                    certificate=pki.certificate_of(at.home, person.username),
                )


def _ensure_client(at: Instance, session: Session, agency: str) -> None:
    file = at.secret_file("demo-client.json")
    if file.is_file() and people.client_of_key(session, json.loads(file.read_text())["secret"]) is not None:
        return
    made = people.create_client(session, agency, CLIENT_NAME)
    file.unlink(missing_ok=True)  # of a database that is gone
    token.write_secret(file, json.dumps({"client_id": str(made.id), "secret": made.secret}).encode())


def _password(at: Instance, username: str) -> str:
    file = at.secret_file(f"officer-{username}.password")
    if not file.is_file():
        token.write_secret(file, secrets.token_urlsafe(18).encode())
    return file.read_text().strip()


def demo_client(at: Instance) -> ClientAccount:
    """Raises `NotRunning` when the instance was never up."""
    file = at.secret_file("demo-client.json")
    if not file.is_file():
        raise NotRunning(f"no account at {at.home}")
    return ClientAccount(**json.loads(file.read_text()))


def demo_officers(at: Instance) -> tuple[OfficerAccount, ...]:
    """The officers in the order in which they act."""
    return tuple(
        OfficerAccount(person.username, _password(at, person.username), Role(person.role)) for person in PEOPLE
    )
