"""The pool survives the death of what it runs, and says so in errors that the lease above understands."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
import ray

from config.settings import Settings
from dossiers.errors import InputError
from dossiers.store import ObjectStore
from models.weights import registry
from tests.workers.pool_jobs import answer, die, grow, nap, refuse
from workers.pool import Pool, WorkerHung, WorkerLost


@pytest.fixture(scope="module")
def pool_settings(settings: Settings, store: ObjectStore) -> Settings:
    small = {"cpu_actors": 2, "object_store_mib": 100, "actor_memory_mib": 1200}
    return settings.model_copy(update={"pool": settings.pool.model_copy(update=small)})


@pytest.fixture(scope="module")
async def pool(pool_settings: Settings) -> AsyncIterator[Pool]:
    opened = Pool(pool_settings)
    await opened.ready()
    yield opened
    opened.close()


async def test_a_job_runs_in_an_actor(pool: Pool) -> None:
    assert await pool.do(answer, 21) == 42


async def test_a_result_can_stay_in_shared_memory_and_be_passed_on(pool: Pool) -> None:
    kept = await pool.keep(answer, 4)
    assert await pool.do(answer, kept) == 16


async def test_an_error_of_the_job_arrives_as_itself(pool: Pool) -> None:
    with pytest.raises(InputError) as caught:
        await pool.do(refuse)
    assert caught.value.detail == "page 3"


async def test_a_killed_actor_is_replaced_and_its_caller_told(pool: Pool) -> None:
    before = pool.replaced["cpu"]
    with pytest.raises(WorkerLost):
        await pool.do(die)
    assert pool.replaced["cpu"] == before + 1
    assert await asyncio.gather(*(pool.do(answer, n) for n in range(6))) == [0, 2, 4, 6, 8, 10]


async def test_a_reader_says_how_busy_it_was_since_it_was_last_asked(pool: Pool) -> None:
    await pool.loads(5)
    image = ray.put(np.full((320, 640, 3), 255, np.uint8))
    crops = ray.put([np.full((48, 200, 3), 255, np.uint8)] * 3)
    await pool.detect(image, registry()["detector"])
    await pool.recognise(crops, registry()["recogniser"])
    (load,) = await pool.loads(5)
    assert 0 < load.busy <= 1 and load.lines == 3 and load.waiting == 0
    assert 0 < load.fill <= 3 / 16
    (idle,) = await pool.loads(5)
    assert (idle.busy, idle.lines) == (0.0, 0)


async def test_a_challenger_that_is_dismissed_while_it_reads_is_not_started_again(pool: Pool) -> None:
    crops = ray.put([np.full((48, 900, 3), 255, np.uint8)] * 400)
    reading = asyncio.create_task(pool.challenge(crops, registry()["recogniser"]))
    await asyncio.sleep(0.5)
    group = pool._challenger
    assert group is not None and not reading.done()
    pool.dismiss_challenger()
    with pytest.raises(WorkerLost):
        await reading
    assert (group.members, group.replaced) == ([], 0)


async def test_a_killed_reader_is_replaced_and_reads_again(pool: Pool) -> None:
    image = ray.put(np.full((64, 256, 3), 255, np.uint8))
    await pool.detect(image, registry()["detector"])
    (reader,) = (await pool.pids())["reader"]
    os.kill(reader, signal.SIGKILL)
    for _ in range(50):
        try:
            await pool.detect(image, registry()["detector"])
        except WorkerLost:
            continue
        break
    assert (await pool.pids())["reader"] != [reader]


async def test_a_hung_job_is_ended_at_its_time(pool: Pool) -> None:
    with pytest.raises(WorkerHung):
        await pool.do(nap, 60, timeout_s=0.5)
    assert await pool.do(answer, 1) == 2


async def test_an_actor_over_its_memory_mark_is_recycled_without_losing_a_call(pool: Pool) -> None:
    before = pool.replaced["cpu"]
    fat, naps = pool.do(grow, 1200), [pool.do(nap, 0.2) for _ in range(4)]
    pid, *rested = await asyncio.gather(fat, *naps)
    assert rested == ["rested"] * 4
    assert pool.replaced["cpu"] == before + 1
    assert pid not in (await pool.pids())["cpu"]
    for _ in range(50):
        if not Path(f"/proc/{pid}").exists():
            break
        await asyncio.sleep(0.1)
    assert not Path(f"/proc/{pid}").exists(), "the recycled actor's process is gone"
