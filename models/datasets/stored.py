"""Data sets in the object store, and their rows in the database: made from corrections or a folder, fetched checked.

Order of making: the version is reserved, files are stored (manifest last), then one transaction writes the rows and
says that the set is ready. What died in between is nobody's set, and the janitor removes it.
"""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from dossiers.db import audit, data_sets
from dossiers.db.data_set_tables import DataSetRow
from dossiers.db.engine import Db
from dossiers.errors import Conflict, InputError
from dossiers.store import ObjectStore
from models.datasets.erasure import reduce_set
from models.datasets.folder import MANIFEST, DataSet, DataSetDamaged, inside, load_crop, read_manifest, read_set
from models.datasets.gathered import Gathering, cut
from models.datasets.written import Facts, NewLine, new_folder, write_set

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


class PermissionMissing(InputError):
    """Nobody said on what legal basis the lines may be used."""

    code = "data.permission_missing"
    vi = "Chưa nêu căn cứ cho phép dùng dữ liệu. Hãy ghi rõ bằng --permission (đồng ý của ai, văn bản nào)."
    en = "No legal basis was given for using these lines. State it with --permission (whose consent, which act)."


class NameInvalid(InputError):
    """The name of a data set stands in addresses of the store."""

    code = "data.name_invalid"
    vi = "Tên bộ dữ liệu chỉ gồm chữ thường không dấu, chữ số và gạch nối, tối đa 40 ký tự. Hãy đặt tên khác."
    en = "A data set's name has lower-case letters, digits and hyphens, at most 40. Choose another name."


class NothingToLearn(Conflict):
    """There is no line for the set."""

    code = "data.nothing"
    vi = "Không có dòng nào dùng được. Hãy xem lý do ở phần chi tiết; cán bộ cần sửa hoặc xác nhận dòng chữ trước."
    en = "There is no line to learn from. The detail says why; officers must correct or confirm lines first."


def valid_name(name: str) -> str:
    """`name`, which can be a data set's. Raises `NameInvalid`."""
    if not _NAME.fullmatch(name):
        raise NameInvalid(name)
    return name


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for. `days`: how long the set is kept; `agency` is empty for a set without dossiers behind it."""

    name: str
    permission: str
    by: str
    days: int
    agency: str = ""
    masked: bool = False

    def __post_init__(self) -> None:
        """Raises `NameInvalid`, `PermissionMissing`."""
        valid_name(self.name)
        if not self.permission.strip():
            raise PermissionMissing()


def export(db: Db, store: ObjectStore, order: Order, gathering: Gathering) -> DataSetRow:
    """A new version of the set from gathered corrections. Raises `NothingToLearn`."""
    if not gathering.lines:
        raise NothingToLearn("; ".join(f"{count}: {why}" for why, count in sorted(gathering.skipped.items())))
    skipped = tuple(sorted(gathering.skipped.items()))
    return _make(db, store, order, cut(store, gathering.lines), gathering.dossiers, skipped)


def take_in(db: Db, store: ObjectStore, order: Order, folder: Path) -> DataSetRow:
    """A new version of the set from a folder (`labels.tsv`, or a set written elsewhere)."""
    return _make(db, store, order, new_lines(read_set(folder)), {}, ())


def new_lines(found: DataSet) -> list[NewLine]:
    """The lines of a checked set, to be written into another."""
    return [
        NewLine(
            crop=load_crop(line),
            text=line.text,
            source=line.source,
            provenance=line.provenance,
            model_read=line.model_read,
            before=line.before,
            at=line.at,
        )
        for line in found.lines
    ]


def _make(
    db: Db,
    store: ObjectStore,
    order: Order,
    lines: Iterable[NewLine],
    dossiers: dict[str, uuid.UUID],
    skipped: tuple[tuple[str, int], ...],
) -> DataSetRow:
    now = datetime.now(UTC)
    until = now.date() + timedelta(days=order.days)
    with db.transaction() as session:
        row = data_sets.reserve(
            session, order.name, order.agency, order.permission.strip(), until, order.by, order.masked
        )
    facts = Facts(
        permission=order.permission.strip(),
        until=until.isoformat(),
        at=now.isoformat(timespec="seconds"),
        by=order.by,
        masked=order.masked,
        skipped=skipped,
    )
    with tempfile.TemporaryDirectory(prefix="hoso-set-") as workdir:
        folder = Path(workdir) / "set"
        made = write_set(folder, row.name, row.version, lines, facts)
        manifest = read_manifest(folder)
        for file in [*manifest["files"], MANIFEST]:
            store.put_set_file(row.name, row.version, file, (folder / file).read_bytes())
        sha256 = hashlib.sha256((folder / MANIFEST).read_bytes()).hexdigest()
        written = [(line.image_path.stem, line.provenance) for line in made.lines]
    with db.transaction() as session:
        kept = data_sets.make_ready(session, row, written, dossiers, digest=made.digest, manifest_sha256=sha256)
    if kept != len(written):  # a dossier was taken out while the set was being written
        reduce_set(db, store, row.name, row.version, order.by)
    with db.transaction() as session:
        return data_sets.find(session, row.name, row.version)


def split_reference(reference: str) -> tuple[str, int | None]:
    """`NAME@v3` -> (`NAME`, 3); `NAME` -> (`NAME`, None), the newest. Raises `NameInvalid`."""
    name, at, version = reference.partition("@v")
    if at and not version.isdecimal():
        raise NameInvalid(reference)
    return valid_name(name), int(version) if at else None


def manifest_of(store: ObjectStore, row: DataSetRow) -> dict[str, Any]:
    """The manifest in the store. Raises `DataSetDamaged` unless it is the one that the row names."""
    data = store.get_set_file(row.name, row.version, MANIFEST)
    if hashlib.sha256(data).hexdigest() != row.manifest_sha256:
        raise DataSetDamaged(MANIFEST)
    return dict(json.loads(data))


def fetch(db: Db, store: ObjectStore, reference: str, folder: Path, by: str) -> DataSet:
    """The version of the set, checked, in `folder` (new or empty), and a line in the audit log.

    Raises `DataSetUnknown`, `DataSetGone`, `DataSetDamaged`, `DataSetExists`.
    """
    name, version = split_reference(reference)
    with db.transaction() as session:
        row = data_sets.find(session, name, version)
        audit.append(session, by, "data_set.fetched", name=row.name, version=row.version, digest=row.digest)
    manifest = manifest_of(store, row)
    with new_folder(folder) as made:
        for file, sha256 in manifest["files"].items():
            data = store.get_set_file(row.name, row.version, file)
            if hashlib.sha256(data).hexdigest() != sha256:
                raise DataSetDamaged(file)
            target = inside(made, file)
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(data)
        (made / MANIFEST).write_bytes(store.get_set_file(row.name, row.version, MANIFEST))
        read_set(made)
    return read_set(folder)
