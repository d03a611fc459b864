"""What operators' commands stand on: the database as its owner, and who gives the command."""

from __future__ import annotations

import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.settings import Settings, settings
from dossiers.db.engine import Db
from hoso.embedded import instance, state
from hoso.embedded.errors import NotRunning


def is_there(home: Path) -> bool:
    """Whether a system can be reached: one that `HOSO_CONFIG` names, or the running instance at `home`."""
    return bool(os.environ.get("HOSO_CONFIG")) or state.is_running(home.resolve())


def require_system(home: Path, otherwise: str) -> None:
    """`NotRunning` when there is no system to ask; `otherwise` says what would have made asking needless."""
    if not is_there(home):
        raise NotRunning(f"{otherwise}, and at {home} nothing runs that could know it")


@contextmanager
def open_database(home: Path) -> Iterator[tuple[Db, Settings]]:
    """The database as its owner, and the settings that name it. Raises `NotRunning` when there is no system."""
    if not is_there(home):
        raise NotRunning(str(home))
    found = settings() if os.environ.get("HOSO_CONFIG") else instance.at(home).settings("owner")
    db = Db.open(found.database, "cli")
    try:
        yield db, found
    finally:
        db.close()


def who() -> str:
    """The operator at the keyboard, as it stands in the audit log and in manifests."""
    try:
        return f"operator:{getpass.getuser()}"
    except (KeyError, OSError):  # a container's user without a name
        return f"operator:{os.getuid()}"
