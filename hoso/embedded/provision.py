"""What a fresh instance needs before its processes start: schema, roles, buckets, the demonstration's accounts.

Everything here can be repeated. `python -m hoso.embedded.provision --home DIR`; the supervisor runs it once the
database and the store answer.
"""

from __future__ import annotations

import argparse
import io
import secrets
import time
from pathlib import Path

from dossiers.db import migrate
from dossiers.db.engine import Db, open_engine
from dossiers.errors import HosoError
from dossiers.store import ObjectStore, StoreUnavailable
from hoso.embedded import accounts, instance, postgres, roles
from hoso.embedded.instance import Instance

STORE_WAIT_S = 60


def database(at: Instance) -> None:
    """Owner, database, migrations, and login for the roles of the processes."""
    superuser, owner = at.secret("postgres.password"), at.secret("hoso.password")
    postgres.ensure_owner_and_database(at.sockets, superuser, owner)
    engine = open_engine(at.settings("owner").database, "provision")
    try:
        migrate.upgrade(engine)
        names = [role for role in roles.ROLE_OF_KIND.values() if role != roles.OWNER]
        roles.let_log_in(engine, {role: at.secret(f"{role}.password") for role in names})
    finally:
        engine.dispose()


def buckets(at: Instance) -> ObjectStore:
    """Both buckets, as soon as the store takes writes (its gateway answers a little earlier)."""
    store = ObjectStore(at.settings("owner").store)
    until = time.monotonic() + STORE_WAIT_S
    while True:
        try:
            store.ensure_buckets()
            probe = store.put_original(f"probe/{secrets.token_hex(8)}", io.BytesIO(b"probe"))
            store.remove_original(probe.key)
        except StoreUnavailable:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
        else:
            return store


def main() -> int:
    """Do all of it; the exit code says what failed."""
    parser = argparse.ArgumentParser(description="Bring an embedded instance's database and store up to date.")
    parser.add_argument("--home", type=Path, required=True)
    at = instance.at(parser.parse_args().home)
    try:
        database(at)
        buckets(at)
        db = Db.open(at.settings("owner").database, "provision")
        accounts.ensure_demo_accounts(at, db)
        db.close()
    except HosoError as error:
        print(f"{error.code}: {error.detail or error.en}", flush=True)
        return error.exit_code
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
