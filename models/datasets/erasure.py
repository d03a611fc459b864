"""Lines taken out of sets, and sets whose time is over: the database says what may be held, and the store follows.

Each step can be repeated: what a killed process left half done is what the next one finds and finishes. A set is only
called purged when the store, asked again, has nothing of it.
"""

from __future__ import annotations

import hashlib
import json
import logging
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import delete, select

from dossiers.db import audit, data_sets
from dossiers.db.data_set_tables import DataSetLineRow, DataSetRow
from dossiers.db.engine import Db
from dossiers.db.tables import DossierRow
from dossiers.errors import NotFound
from dossiers.store import ObjectStore, StoreUnavailable
from models.datasets.folder import CARD, LINES, MANIFEST
from models.datasets.written import facts_of, write_index

JANITOR = "janitor"
UNFINISHED = timedelta(hours=24)  # a set that is being written is younger than this


@dataclass(frozen=True, slots=True)
class Reduced:
    """What was taken out of one version of a set."""

    name: str
    version: int
    lines: int
    crops: int


def forget(db: Db, store: ObjectStore, code: str, actor: str) -> list[Reduced]:
    """Take every line of a dossier out of all sets and keep it out of later ones. Raises `NotFound`."""
    with db.transaction() as session:
        dossier = session.scalars(select(DossierRow).where(DossierRow.code == code)).first()
        if dossier is None:
            raise NotFound(code)
        touched = [(row.name, row.version) for row in data_sets.refuse(session, dossier, actor) if row.gone_at is None]
    return [reduce_set(db, store, name, version, actor) for name, version in touched]


def reduce_set(db: Db, store: ObjectStore, name: str, version: int, actor: str) -> Reduced:
    """Make the store hold what the rows of the set say: index, card and manifest written anew, other crops removed.

    Where more lines were taken out meanwhile, once more: the last one to write has written what the rows say.
    """
    lines = crops = 0
    while True:
        with db.transaction() as session:
            row = data_sets.find(session, name, version)
            held = data_sets.held(session, row)
        written = _write_held(store, name, version, held)
        lines, crops = lines + written.lines, crops + written.crops
        with db.transaction() as session:
            data_sets.alone(session)
            if data_sets.held(session, row) != held:
                continue
            row = session.get_one(DataSetRow, row.id)
            row.lines, row.digest, row.manifest_sha256 = written.left, written.digest, written.manifest_sha256
            left = written.left
            audit.append(
                session, actor, "data_set.reduced", name=name, version=version, lines=lines, crops=crops, left=left
            )
        return Reduced(name, version, lines, crops)


@dataclass(frozen=True, slots=True)
class _Written:
    lines: int  # taken out
    crops: int  # removed
    left: int
    digest: str
    manifest_sha256: str


def _write_held(store: ObjectStore, name: str, version: int, held: set[tuple[str, str]]) -> _Written:
    manifest = json.loads(store.get_set_file(name, version, MANIFEST))
    records = [json.loads(line) for line in store.get_set_file(name, version, LINES).decode().splitlines()]
    kept = [r for r in records if (_sha(r["image"]), r["provenance"]) in held]
    if len(kept) != len(records):
        gone = {"at": datetime.now(UTC).date().isoformat(), "lines": len(records) - len(kept), "reason": "erasure"}
        manifest["removed"].append(gone)
    crops = {record["image"]: _sha(record["image"]) for record in kept}
    with tempfile.TemporaryDirectory(prefix="hoso-set-") as workdir:
        folder = Path(workdir)
        write_index(folder, name, version, kept, crops, facts_of(manifest), manifest["removed"])
        content = {file: (folder / file).read_bytes() for file in (LINES, CARD, MANIFEST)}
    for file, data in content.items():
        store.put_set_file(name, version, file, data)
    wanted = {*crops, *content}
    removed = store.remove_set_files(name, version, [f for f in store.set_files(name, version) if f not in wanted])
    if left := set(store.set_files(name, version)) - wanted:
        raise StoreUnavailable(f"{len(left)} objects were not removed")
    hashes = (hashlib.sha256(content[file]).hexdigest() for file in (LINES, MANIFEST))
    return _Written(len(records) - len(kept), removed, len(kept), *hashes)


def _sha(image: str) -> str:
    return image.rsplit("/", 1)[-1].removesuffix(".png")


def expire(db: Db, store: ObjectStore, now: datetime) -> tuple[int, int]:
    """Delete sets whose time is over and what was never finished, and bring others down to what they may hold.

    Returns how many sets ended and how many objects were removed.
    """
    with db.transaction() as session:
        over = session.scalars(
            select(DataSetRow).where(
                DataSetRow.until < now.date(), DataSetRow.ready_at.is_not(None), DataSetRow.gone_at.is_(None)
            )
        ).all()
        for row in over:
            row.gone_at = now
            audit.append(
                session, JANITOR, "data_set.expired", name=row.name, version=row.version, until=row.until.isoformat()
            )
            session.execute(delete(DataSetLineRow).where(DataSetLineRow.data_set_id == row.id))
        reducible = [(row.name, row.version) for row in data_sets.to_reduce(session)]
        purgeable = session.scalars(
            select(DataSetRow).where(DataSetRow.gone_at.is_not(None), DataSetRow.purged_at.is_(None))
        ).all()
        unfinished = session.scalars(
            select(DataSetRow).where(DataSetRow.ready_at.is_(None), DataSetRow.made_at < now - UNFINISHED)
        ).all()
    objects = 0
    for row in [*purgeable, *unfinished]:
        objects += store.remove_set_files(row.name, row.version, store.set_files(row.name, row.version))
        if store.set_files(row.name, row.version):
            continue  # the next round tries again
        with db.transaction() as session:
            found = session.get_one(DataSetRow, row.id)
            if row.ready_at is None:
                session.delete(found)
            else:
                found.purged_at = now
    for name, version in reducible:
        try:
            objects += reduce_set(db, store, name, version, JANITOR).crops
        except (NotFound, ValueError, KeyError) as error:  # its index is lost or damaged: the others go on
            why = {"set": f"{name}@v{version}", "error": type(error).__name__}
            logging.getLogger(__name__).error("a data set cannot be reduced: restore it from a copy", extra=why)
    return len(over), objects
