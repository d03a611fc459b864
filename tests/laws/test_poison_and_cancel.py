"""One bad page, a cancelled dossier, a passed deadline: each says so, and nobody else notices."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from dossiers.db import steps
from dossiers.db.tables import DossierRow, FindingRow, StageRunRow
from models.synthesis.dossiers import make_dossier
from tests.laws.conftest import working
from tests.laws.house import House
from tests.workers.pool_jobs import die, nap
from workers.jobs import pages
from workers.pool import Pool


def poisoned(job: Callable[..., Any], page_index: int, instead: Callable[..., Any], *arguments: Any) -> Any:
    """A pool whose actor really runs `instead` (it kills itself, it hangs) for one page of `job`."""

    def choose(wanted: Callable[..., Any], *given: Any) -> tuple[Any, ...]:
        if wanted is job and given[0].index == page_index:
            return (instead, *arguments)
        return (wanted, *given)

    return choose


@pytest.fixture
def poison(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    def put(job: Callable[..., Any], page_index: int, instead: Callable[..., Any], *arguments: Any) -> None:
        choose, keep = poisoned(job, page_index, instead, *arguments), pool.keep

        async def keep_or_poison(*given: Any, timeout_s: float = 300) -> Any:
            return await keep(*choose(*given), timeout_s=timeout_s)

        monkeypatch.setattr(pool, "keep", keep_or_poison)

    return put


async def test_a_page_that_kills_its_worker_is_set_aside_and_its_neighbours_are_read(
    house: House, pool: Pool, poison: Callable[..., None]
) -> None:
    made = make_dossier("khai-sinh", 3, pages=3, degradation="clean")
    poison(pages.prepare_page, 1, die)
    async with working(house, pool):
        dossier = house.submit(made.files, "khai-sinh")
        beside = house.submit(make_dossier("chung", 4, pages=1, degradation="clean").files)
        await house.until([dossier.id, beside.id])
    with house.db.transaction() as session:
        runs = session.scalars(select(StageRunRow).where(StageRunRow.state == "quarantined")).all()
        findings = session.scalars(select(FindingRow).where(FindingRow.code == "page.set_aside")).all()
    assert [(run.dossier_id, run.page, run.attempt, run.error_code) for run in runs] == [
        (dossier.id, 2, 3, "worker.lost")
    ]
    assert [(finding.page, finding.severity) for finding in findings] == [(2, "error")]
    outcome = house.outcome(dossier.id)
    assert (outcome.step, outcome.state) == ("appraise", "waiting")
    assert outcome.texts[0]
    assert not outcome.texts[1]
    assert outcome.texts[2]


async def test_a_cancelled_dossier_frees_its_places_at_once(
    house: House, pool: Pool, poison: Callable[..., None]
) -> None:
    poison(pages.rasterise_page, 0, nap, 3)
    async with working(house, pool, heartbeat_s=60) as dispatcher:
        dossier = house.submit(make_dossier("chung", 5, pages=1, degradation="clean").files)
        await house.until([dossier.id], lambda d: bool(dispatcher.held))
        await asyncio.sleep(0.5)
        with house.db.transaction() as session:
            steps.cancel(session, dossier.id, "client:test", "không cần nữa")
        for _ in range(40):
            if not dispatcher.held:
                break
            await asyncio.sleep(0.05)
        assert not dispatcher.held, "its place was not freed within two seconds, long before any heartbeat"
    assert house.look(dossier.id).state == "cancelled"
    with house.db.transaction() as session:
        states = session.scalars(select(StageRunRow.state).where(StageRunRow.dossier_id == dossier.id)).all()
    assert set(states) <= {"done", "cancelled"}


async def test_a_dossier_past_its_deadline_fails_with_that_reason_and_can_be_retried(house: House, pool: Pool) -> None:
    made = make_dossier("chung", 6, pages=1, degradation="clean")
    dossier = house.submit(made.files)
    with house.db.transaction() as session:
        session.execute(
            update(DossierRow)
            .where(DossierRow.id == dossier.id)
            .values(deadline_at=datetime.now(UTC) - timedelta(seconds=1))
        )
    async with working(house, pool):
        await house.until([dossier.id])
        assert house.look(dossier.id).reason == "deadline_exceeded"
        with house.db.transaction() as session:
            steps.retry(session, dossier.id, "client:test", 600)
        await house.until([dossier.id])
    assert house.look(dossier.id).state == "waiting"


async def test_bad_files_are_named_and_the_rest_goes_on(house: House, pool: Pool) -> None:
    good = make_dossier("chung", 7, pages=1, degradation="clean").files[0]
    bad = [("rỗng.pdf", b""), ("giả.pdf", b"%PDF-1.7 nothing"), ("chương trình.exe", b"MZ" + bytes(100))]
    async with working(house, pool):
        mixed = house.submit([*bad, good])
        hopeless = house.submit(bad)
        await house.until([mixed.id, hopeless.id])
    assert house.look(mixed.id).state == "waiting"
    assert (house.look(hopeless.id).state, house.look(hopeless.id).reason) == ("failed", "dossier.no_pages")
    with house.db.transaction() as session:
        found = session.execute(
            select(FindingRow.file, FindingRow.code).where(
                FindingRow.dossier_id == mixed.id, FindingRow.severity == "error", FindingRow.file.is_not(None)
            )
        ).all()
    assert {file for file, _ in found} == {1, 2, 3}
    assert all(code.startswith("file.") for _, code in found)


async def test_a_dispatcher_that_stops_gives_its_work_back(house: House, pool: Pool) -> None:
    async with working(house, pool):
        dossier = house.submit(make_dossier("chung", 8, pages=2, degradation="clean").files)
        await house.until([dossier.id], lambda d: bool(house.outcome(d.id).texts))
    async with working(house, pool):
        await house.until([dossier.id])
    with house.db.transaction() as session:
        attempts = session.scalars(select(StageRunRow.attempt).where(StageRunRow.dossier_id == dossier.id)).all()
    assert set(attempts) == {1}
