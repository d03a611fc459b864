"""Where data sets are found: a folder, or NAME[@vN] at the instance of `home` (or where `HOSO_CONFIG` says)."""

from __future__ import annotations

import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from config.settings import Settings
from dossiers.db.engine import Db
from dossiers.store import ObjectStore
from hoso.cli.admin import open_database
from models.datasets import DataSet, read_set
from models.datasets.stored import fetch


@dataclass(frozen=True, slots=True)
class Shelf:
    """Database and store, as their owner, with the settings."""

    db: Db
    store: ObjectStore
    settings: Settings


@contextmanager
def shelf(home: Path) -> Iterator[Shelf]:
    """Opened for a while. Raises `NotRunning` when there is neither a running instance nor `HOSO_CONFIG`."""
    with open_database(home) as (db, found):
        yield Shelf(db, ObjectStore(found.store), found)


def who() -> str:
    """The operator at the keyboard, as it stands in the audit log and in manifests."""
    try:
        return f"operator:{getpass.getuser()}"
    except (KeyError, OSError):  # a container's user without a name
        return f"operator:{os.getuid()}"


def set_of(reference: str, home: Path, into: Path) -> DataSet:
    """The checked set: the folder `reference` itself, else NAME[@vN] fetched into `into` (new or empty).

    Raises what `read_set` and `fetch` raise, and `NotRunning`.
    """
    if Path(reference).is_dir():
        return read_set(Path(reference))
    with shelf(home) as at:
        return fetch(at.db, at.store, reference, into, who())
