"""Batches mix pages but never results; one failure is the failure of its batch alone."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from workers.batching import Batcher


class Model:
    """Doubles numbers; remembers its batches."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []

    def __call__(self, items: Sequence[int]) -> list[int]:
        self.batches.append(list(items))
        if 13 in items:
            raise ValueError("thirteen")
        return [2 * item for item in items]


@pytest.fixture
async def model() -> Model:
    return Model()


@pytest.fixture
async def batcher(model: Model) -> AsyncIterator[Batcher[int, int]]:
    thread = ThreadPoolExecutor(1)
    loop = asyncio.get_running_loop()
    made = Batcher(model, lambda item: item // 100, 4, 0.01, lambda call: loop.run_in_executor(thread, call))
    yield made
    made.close()
    thread.shutdown()


async def test_results_come_back_in_the_order_given(batcher: Batcher[int, int]) -> None:
    assert await batcher.submit([5, 205, 1, 107, 3]) == [10, 410, 2, 214, 6]


async def test_two_pages_share_a_batch_and_buckets_never_mix(batcher: Batcher[int, int], model: Model) -> None:
    first, second = await asyncio.gather(batcher.submit([1, 2, 101]), batcher.submit([3, 4, 102]))
    assert (first, second) == ([2, 4, 202], [6, 8, 204])
    assert [1, 2, 3, 4] in model.batches
    assert all(len({item // 100 for item in batch}) == 1 for batch in model.batches)


async def test_a_batch_is_never_larger_than_its_size(batcher: Batcher[int, int], model: Model) -> None:
    await batcher.submit(list(range(14, 40)))
    assert max(len(batch) for batch in model.batches) == 4


async def test_batches_run_side_by_side_and_keep_their_order(model: Model) -> None:
    together = threading.Barrier(2, timeout=5)

    def run(items: Sequence[int]) -> list[int]:
        together.wait()
        return model(items)

    with ThreadPoolExecutor(2) as threads:
        loop = asyncio.get_running_loop()
        made = Batcher(run, lambda item: 0, 2, 0, lambda call: loop.run_in_executor(threads, call), at_once=2)
        assert await made.submit([1, 2, 3, 4]) == [2, 4, 6, 8]
        made.close()


async def test_a_lone_line_is_not_held_up_for_ever(batcher: Batcher[int, int]) -> None:
    assert await asyncio.wait_for(batcher.submit([7]), 1) == [14]


async def test_a_failing_batch_leaves_the_next_one_alone(batcher: Batcher[int, int]) -> None:
    with pytest.raises(ValueError, match="thirteen"):
        await batcher.submit([13])
    assert await batcher.submit([1]) == [2]


async def test_lines_of_a_caller_that_went_away_are_not_read(batcher: Batcher[int, int], model: Model) -> None:
    gone = asyncio.create_task(batcher.submit([301, 302]))
    await asyncio.sleep(0)
    gone.cancel()
    await batcher.submit([1])
    await asyncio.sleep(0.05)
    assert not any(301 in batch for batch in model.batches)
