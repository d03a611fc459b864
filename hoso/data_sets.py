"""Where data sets are found: a folder, or NAME[@vN] at the instance of `home` (or where `HOSO_CONFIG` says)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from config.settings import Settings
from dossiers.db.engine import Db
from dossiers.errors import InputError
from dossiers.store import ObjectStore
from hoso.operators import open_database, require_system, who
from models.datasets import DataSet, read_set
from models.datasets.stored import fetch


@dataclass(frozen=True, slots=True)
class Shelf:
    """Database and store, as their owner, with the settings."""

    db: Db
    store: ObjectStore
    settings: Settings

    def days(self, most: int | None) -> int:
        """How long a new set is kept: `retention.training_days`, or `most` where that is less."""
        longest = self.settings.retention.training_days
        return min(most or longest, longest)


@contextmanager
def shelf(home: Path) -> Iterator[Shelf]:
    """Opened for a while. Raises `NotRunning` when there is neither a running instance nor `HOSO_CONFIG`."""
    with open_database(home) as (db, found):
        yield Shelf(db, ObjectStore(found.store), found)


def set_of(reference: str, home: Path, into: Path) -> DataSet:
    """The checked set: the folder `reference` itself, else NAME[@vN] fetched into `into` (new or empty).

    Raises what `read_set` and `fetch` raise, `NotRunning`, and `InputError` for a path that is no folder.
    """
    if Path(reference).is_dir():
        return read_set(Path(reference))
    if os.sep in reference:
        raise InputError(reference)
    require_system(home, f"{reference} is no folder here")
    with shelf(home) as at:
        return fetch(at.db, at.store, reference, into, who())
