"""Lines of several pages and dossiers share the recogniser's batches.

Guarantees: a line's result never depends on its batch partners (only lines of one bucket share a batch: one model, one
width to which each is padded); results come back in the order given; a batch is sent when it is full, or when the
oldest line has waited `wait_s`, so that one lone page is not held up. Up to `at_once` batches run side by side.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(slots=True)
class _Waiting(Generic[Item, Result]):
    item: Item
    future: asyncio.Future[Result] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Batcher(Generic[Item, Result]):
    """Collects items by bucket and runs them together.

    `run` is called in a worker thread with up to `size` items of one bucket and returns as many results.
    `bucket` names an item's bucket. An error of `run` is the error of every item in that batch.
    """

    def __init__(
        self,
        run: Callable[[Sequence[Item]], Sequence[Result]],
        bucket: Callable[[Item], Hashable],
        size: int,
        wait_s: float,
        in_thread: Callable[[Callable[[], Sequence[Result]]], asyncio.Future[Sequence[Result]]],
        at_once: int = 1,
    ) -> None:
        self._run, self._bucket, self._size, self._wait_s, self._in_thread = run, bucket, size, wait_s, in_thread
        self._waiting: dict[Hashable, list[_Waiting[Item, Result]]] = defaultdict(list)
        self._arrived = asyncio.Event()
        self._pumps = [asyncio.create_task(self._serve()) for _ in range(at_once)]

    async def submit(self, items: Sequence[Item]) -> list[Result]:
        """The results of `items`, in order."""
        waiting = [_Waiting[Item, Result](item) for item in items]
        for one in waiting:
            self._waiting[self._bucket(one.item)].append(one)
        self._arrived.set()
        return list(await asyncio.gather(*(one.future for one in waiting)))

    async def _serve(self) -> None:
        while True:
            await self._arrived.wait()
            if self._wait_s and not any(len(queue) >= self._size for queue in self._waiting.values()):
                await asyncio.sleep(self._wait_s)
            batch = self._take()
            if not batch:
                self._arrived.clear()
                continue
            try:
                results = await self._in_thread(lambda batch=batch: self._run([one.item for one in batch]))  # type: ignore[misc]
            except Exception as error:
                for one in batch:
                    if not one.future.done():
                        one.future.set_exception(error)
            else:
                for one, result in zip(batch, results, strict=True):
                    if not one.future.done():
                        one.future.set_result(result)

    def _take(self) -> list[_Waiting[Item, Result]]:
        """The fullest bucket's oldest items; those whose caller has gone are dropped."""
        for queue in self._waiting.values():
            queue[:] = [one for one in queue if not one.future.done()]
        fullest = max(self._waiting.values(), key=len, default=[])
        batch, fullest[:] = fullest[: self._size], fullest[self._size :]
        return batch

    @property
    def waiting(self) -> int:
        """How many items wait for a batch now."""
        return sum(not one.future.done() for queue in self._waiting.values() for one in queue)

    def close(self) -> None:
        """Stop serving; whoever still waits is cancelled."""
        for pump in self._pumps:
            pump.cancel()
