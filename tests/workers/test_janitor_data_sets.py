"""Data sets end when their time is over, with proof that nothing is left; the janitor's own role can do it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest
from sqlalchemy import select

from dossiers.db import audit, data_sets
from dossiers.db.data_set_tables import DataSetLineRow, DataSetRow
from dossiers.db.engine import Db
from dossiers.db.trust import AuditRow
from dossiers.store import ObjectStore
from hoso.embedded.instance import Instance
from models.datasets import erasure, stored
from tests.workers.test_janitor import databases, own_store  # noqa: F401 (fixtures)
from workers import janitor


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    folder = tmp_path / "mine"
    folder.mkdir()
    for number in range(3):
        crop = np.random.default_rng(number).integers(0, 255, (40, 160, 3), dtype=np.uint8)
        cv2.imwrite(str(folder / f"{number}.png"), crop)
    (folder / "labels.tsv").write_text("".join(f"{n}.png\tDòng {n}\n" for n in range(3)), encoding="utf-8")
    return folder


def test_a_set_past_its_end_is_deleted_and_not_a_day_before(
    databases: tuple[Db, Db], own_store: ObjectStore, instance: Instance, labelled: Path, tmp_path: Path  # noqa: F811
) -> None:  # fmt: skip
    owner, worker = databases
    settings, now = instance.settings("worker"), datetime.now(UTC)
    short = stored.take_in(owner, own_store, stored.Order("short", "own papers", "operator:t", 10), labelled)
    stored.take_in(owner, own_store, stored.Order("long", "own papers", "operator:t", 700), labelled)
    done = janitor.clean(worker, own_store, settings, now + timedelta(days=10))
    assert (done.data_sets, done.data_set_objects) == (0, 0)
    assert len(own_store.set_files("short", 1)) == 6
    done = janitor.clean(worker, own_store, settings, now + timedelta(days=11))
    assert (done.data_sets, done.data_set_objects) == (1, 6)
    assert own_store.set_files("short", 1) == []
    assert len(own_store.set_files("long", 1)) == 6
    with pytest.raises(data_sets.DataSetGone):
        stored.fetch(owner, own_store, "short", tmp_path / "out", "operator:t")
    assert len(stored.fetch(owner, own_store, "long", tmp_path / "out", "operator:t").lines) == 3
    with owner.transaction() as session:
        row = session.get_one(DataSetRow, short.id)
        assert row.gone_at == row.purged_at == now + timedelta(days=11)
        assert session.scalars(select(DataSetLineRow).where(DataSetLineRow.data_set_id == row.id)).all() == []
        assert [e.data["name"] for e in session.scalars(select(AuditRow)) if e.action == "data_set.expired"] == [
            "short"
        ]
        assert audit.verify(session).broken_at is None
    assert janitor.clean(worker, own_store, settings, now + timedelta(days=12)).data_set_objects == 0


def test_what_a_killed_janitor_or_exporter_left_is_finished_by_the_next(
    databases: tuple[Db, Db], own_store: ObjectStore, instance: Instance, labelled: Path  # noqa: F811
) -> None:  # fmt: skip
    owner, worker = databases
    settings, now = instance.settings("worker"), datetime.now(UTC)
    stored.take_in(owner, own_store, stored.Order("half", "own papers", "operator:t", 10), labelled)
    with owner.transaction() as session:  # the janitor died after saying that the set is gone
        data_sets.find(session, "half").gone_at = now
        data_sets.reserve(session, "dead", "", "own papers", date(2099, 1, 1), "operator:t", False)
    own_store.put_set_file("dead", 1, "crops/x.png", b"an exporter died here")
    assert janitor.clean(worker, own_store, settings, now).data_set_objects == 6
    assert len(own_store.set_files("dead", 1)) == 1, "it may still be at work"
    assert janitor.clean(worker, own_store, settings, now + timedelta(hours=25)).data_set_objects == 1
    with owner.transaction() as session:
        assert [row.name for row in session.scalars(select(DataSetRow))] == ["half"]


def test_lines_whose_rows_went_are_taken_out_of_the_store(
    databases: tuple[Db, Db], own_store: ObjectStore, instance: Instance, labelled: Path, tmp_path: Path  # noqa: F811
) -> None:  # fmt: skip
    owner, worker = databases
    row = stored.take_in(owner, own_store, stored.Order("mine", "own papers", "operator:t", 10), labelled)
    with owner.transaction() as session:  # as the cascade of a deleted dossier leaves it
        session.delete(session.scalars(select(DataSetLineRow).where(DataSetLineRow.data_set_id == row.id)).all()[0])
    assert janitor.clean(worker, own_store, instance.settings("worker")).data_set_objects == 1
    found = stored.fetch(owner, own_store, "mine@v1", tmp_path / "out", "operator:t")
    assert len(found.lines) == 2
    assert sum(name.startswith("crops/") for name in own_store.set_files("mine", 1)) == 2


def test_a_set_whose_index_is_lost_keeps_no_other_set_from_its_end(
    databases: tuple[Db, Db], own_store: ObjectStore, instance: Instance, labelled: Path  # noqa: F811
) -> None:  # fmt: skip
    owner, worker = databases
    rows = [
        stored.take_in(owner, own_store, stored.Order(name, "own papers", "operator:t", 10), labelled)
        for name in ("a-lost", "whole")
    ]
    with owner.transaction() as session:
        for row in rows:
            lines = session.scalars(select(DataSetLineRow).where(DataSetLineRow.data_set_id == row.id)).all()
            session.delete(lines[0])
    own_store.remove_set_files("a-lost", 1, ["manifest.json"])
    assert janitor.clean(worker, own_store, instance.settings("worker")).data_set_objects == 1
    assert sum(name.startswith("crops/") for name in own_store.set_files("whole", 1)) == 2


def test_lines_taken_out_while_a_set_is_reduced_do_not_come_back(
    databases: tuple[Db, Db], own_store: ObjectStore, labelled: Path, tmp_path: Path,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    owner, _ = databases
    row = stored.take_in(owner, own_store, stored.Order("mine", "own papers", "operator:t", 10), labelled)
    taken: list[DataSetLineRow] = []

    def take_one_out() -> None:
        with owner.transaction() as session:
            found = session.scalars(select(DataSetLineRow).where(DataSetLineRow.data_set_id == row.id)).first()
            assert found is not None
            session.delete(found)
            taken.append(found)

    put = own_store.put_set_file

    def put_while_another_is_taken_out(name: str, version: int, file: str, data: bytes) -> None:
        if len(taken) == 1:
            take_one_out()
        put(name, version, file, data)

    take_one_out()
    monkeypatch.setattr(own_store, "put_set_file", put_while_another_is_taken_out)
    assert erasure.reduce_set(owner, own_store, "mine", 1, "operator:t").lines == 2
    found = stored.fetch(owner, own_store, "mine@v1", tmp_path / "out", "operator:t")
    assert len(found.lines) == 1
    assert {one.sha256 for one in taken}.isdisjoint(line.image_path.stem for line in found.lines)
