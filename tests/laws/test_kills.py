"""SIGKILL of any part while dossiers are in flight: nothing is lost, nothing comes out differently.

The whole instance runs as `hoso up` runs it, under its supervisor. What a signature survives is tested with the signer.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, select, text

from dossiers.db import audit
from dossiers.db.engine import Db
from dossiers.db.tables import DossierRow, StageRunRow
from dossiers.errors import HosoError
from dossiers.store import ObjectStore
from hoso.embedded import control, instance, process, state
from models.synthesis.dossiers import make_dossier
from tests.laws.house import House, Outcome

HURRY = {"HOSO_QUEUE__LEASE_S": "4", "HOSO_QUEUE__HEARTBEAT_S": "1", "HOSO_QUEUE__POLL_S": "0.5"}


@pytest.fixture(scope="module")
def system() -> Iterator[House]:
    home = Path(tempfile.mkdtemp(prefix="hoso-kill-")).resolve()
    before = {name: os.environ.get(name) for name in HURRY}
    os.environ.update(HURRY)
    try:
        control.start(home)
        control.wait_up(home)
        settings = instance.at(home).settings("owner")
        db = Db.open(settings.database, "laws")
        yield House(settings.model_copy(update={"home": home}), db, ObjectStore(settings.store))
        db.close()
    finally:
        control.stop(home)
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})
        left = process.sweep(home)
        shutil.rmtree(home, ignore_errors=True)
        assert not left, "the instance left processes behind"


def part(house: House, name: str) -> int:
    return state.read(house.settings.home).parts[name].pid


def actor(house: House, name: str) -> int:
    """The process id of a Ray actor of this instance."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if name.encode() not in (folder / "cmdline").read_bytes():
                continue
            if str(house.settings.home).encode() in (folder / "environ").read_bytes():
                return int(folder.name)
        except OSError:
            continue
    raise AssertionError(f"no process {name}")


def patient(house: House, dossier_id: object) -> DossierRow | None:
    """The dossier, or None while the database is away."""
    try:
        with house.db.transaction() as session:
            return session.get_one(DossierRow, dossier_id)
    except HosoError:
        return None


async def settled(house: House, ids: list[object], limit_s: float = 150) -> None:
    for _ in range(int(limit_s * 5)):
        rows = [patient(house, one) for one in ids]
        if all(row is not None and row.state != "processing" for row in rows):
            return
        await asyncio.sleep(0.2)
    raise AssertionError([(row and (row.step, row.state)) for row in rows])


async def in_flight(house: House) -> None:
    """Wait until a page is being worked on."""
    query = select(func.count()).where(StageRunRow.state == "leased", StageRunRow.page.is_not(None))
    for _ in range(600):
        with house.db.transaction() as session:
            if session.scalar(query):
                return
        await asyncio.sleep(0.05)
    raise AssertionError("no page was ever in flight")


@pytest.fixture(scope="module")
async def undisturbed(system: House) -> list[Outcome]:
    """What the dossiers come to when nothing is killed."""
    ids = submit(system)
    await settled(system, ids)
    return [system.outcome(one) for one in ids]  # type: ignore[arg-type]


def submit(house: House) -> list[object]:
    made = [make_dossier("chung", number, pages=2, degradation="clean") for number in (1, 2)]
    return [house.submit(dossier.files).id for dossier in made]


VICTIMS = ["api", "dispatcher", "ray::ReaderActor", "ray::CpuActor", "store", "postgres", "courier", "signer"]


@pytest.mark.parametrize("victim", VICTIMS)
async def test_a_killed_part_loses_nothing_and_changes_nothing(
    system: House, undisturbed: list[Outcome], victim: str
) -> None:
    ids = submit(system)
    await in_flight(system)
    os.kill(actor(system, victim) if victim.startswith("ray::") else part(system, victim), signal.SIGKILL)
    await settled(system, ids)
    assert [system.outcome(one) for one in ids] == undisturbed  # type: ignore[arg-type]
    with system.db.transaction() as session:
        assert audit.verify(session).broken_at is None
        open_leases = session.scalar(text("SELECT count(*) FROM stage_runs WHERE state = 'leased'"))
    assert open_leases == 0


async def test_the_front_accepts_while_the_workers_are_down(system: House) -> None:
    home = system.settings.home
    os.kill(part(system, "dispatcher"), signal.SIGKILL)
    answer = httpx.get(f"{state.read(home).address}/readyz", timeout=10)
    assert answer.status_code == 200
    ids = submit(system)
    await settled(system, ids)
