"""How busy a reader was: shares of time, fill of batches, lines that wait; calls still running count."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from dossiers.db.engine import Db
from dossiers.db.tables import WorkerRow
from workers.batching import Batcher
from workers.feeding import Load, Meter
from workers.status import Status


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_the_busy_share_is_time_in_calls_over_places(clock: Clock) -> None:
    meter = Meter(2, clock)
    with meter.call():
        clock.now += 3
    clock.now += 1
    assert meter.taken(0).busy == pytest.approx(3 / 8)


def test_two_calls_side_by_side_fill_both_places(clock: Clock) -> None:
    meter = Meter(2, clock)
    with meter.call(), meter.call():
        clock.now += 2
    assert meter.taken(0).busy == 1.0


def test_a_call_that_still_runs_counts_in_both_windows(clock: Clock) -> None:
    meter = Meter(1, clock)
    with meter.call():
        clock.now += 4
        assert meter.taken(0).busy == 1.0
        clock.now += 1
    clock.now += 1
    assert meter.taken(0).busy == pytest.approx(0.5)


def test_fill_is_lines_over_places_of_all_batches_and_pages_do_not_count(clock: Clock) -> None:
    meter = Meter(1, clock)
    for lines in (16, 4):
        with meter.call(lines, 16):
            clock.now += 1
    with meter.call():
        clock.now += 1
    load = meter.taken(7)
    assert (load.fill, load.lines, load.waiting) == (0.625, 20, 7)
    assert meter.taken(0) == Load(0.0, 0.0, 0, 0, 0.0)


def test_a_failing_call_is_not_counted_for_ever(clock: Clock) -> None:
    meter = Meter(1, clock)
    with pytest.raises(ValueError, match="bad"), meter.call(1, 16):
        raise ValueError("bad")
    clock.now += 5
    assert meter.taken(0).busy == 0.0


async def test_lines_that_wait_for_a_batch_are_seen() -> None:
    going = threading.Event()

    def run(items: Sequence[int]) -> list[int]:
        going.wait(5)
        return list(items)

    with ThreadPoolExecutor(1) as thread:
        loop = asyncio.get_running_loop()
        batcher = Batcher(run, lambda item: 0, 4, 0, lambda call: loop.run_in_executor(thread, call))
        asked = asyncio.create_task(batcher.submit(list(range(10))))
        while batcher.waiting != 6:
            await asyncio.sleep(0.01)
        going.set()
        assert await asked == list(range(10))
        assert batcher.waiting == 0
        batcher.close()


def test_a_workers_row_carries_how_busy_its_readers_were(database: Db) -> None:
    status = Status("test:feeding")
    with database.transaction() as session:
        status.write(session, 1, {}, {}, [Load(0.5, 0.25, 3, 12, 5.0)])
    with database.transaction() as session:
        row = session.execute(select(WorkerRow).where(WorkerRow.owner == "test:feeding")).scalar_one()
        assert row.readers == [{"busy": 0.5, "fill": 0.25, "waiting": 3, "lines": 12, "seconds": 5.0}]
