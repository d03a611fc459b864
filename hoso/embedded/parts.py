"""Starting the embedded database and store and waiting until they serve; what the supervisor and the tests share."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable

from dossiers.db import migrate
from dossiers.db.engine import open_engine
from dossiers.errors import HosoError
from dossiers.store import ObjectStore, StoreUnavailable
from hoso.embedded import postgres, roles, seaweed
from hoso.embedded.errors import CannotStart
from hoso.embedded.instance import Instance


def wait_until(check: Callable[[], bool], child: subprocess.Popen[bytes], what: str, timeout_s: float) -> None:
    """Poll `check` until it holds. Raises `CannotStart` when the child ends or the time is over."""
    until = time.monotonic() + timeout_s
    while not check():
        if child.poll() is not None:
            raise CannotStart(f"{what} ended with status {child.returncode}")
        if time.monotonic() > until:
            raise CannotStart(f"{what} is not ready after {timeout_s:.0f} s")
        time.sleep(0.05)


def start_postgres(instance: Instance) -> subprocess.Popen[bytes]:
    """Start PostgreSQL without waiting."""
    password_file = instance.password_file("postgres")
    return postgres.start(instance.home, instance.sockets, password_file, instance.logs / "postgres.log")


def postgres_ready(instance: Instance) -> bool:
    return postgres.ready(instance.sockets, instance.secret("postgres.password"))


def start_store(instance: Instance) -> subprocess.Popen[bytes]:
    """Start SeaweedFS without waiting."""
    identity = instance.home / "config" / "s3.json"
    return seaweed.start(instance.home, instance.sockets, identity, instance.ports, instance.logs / "store.log")


def store_ready(instance: Instance) -> bool:
    """Whether the store answers and has its buckets (which are made here on first sight)."""
    store = ObjectStore(instance.settings("owner").store)
    try:
        store.ensure_buckets()
    except HosoError as error:
        if isinstance(error, StoreUnavailable):
            return False
        raise
    return True


def provision_database(instance: Instance) -> None:
    """Owner, database, migrations, and login for the roles of the processes. Repeatable."""
    superuser, owner = instance.secret("postgres.password"), instance.secret("hoso.password")
    postgres.ensure_owner_and_database(instance.sockets, superuser, owner)
    engine = open_engine(instance.settings("owner").database, "provision")
    try:
        migrate.upgrade(engine)
        names = [role for role in roles.ROLE_OF_KIND.values() if role != roles.OWNER]
        roles.let_log_in(engine, {role: instance.secret(f"{role}.password") for role in names})
    finally:
        engine.dispose()
