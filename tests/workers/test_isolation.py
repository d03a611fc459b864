"""Suspects run alone, and are not starved by the crowd."""

from __future__ import annotations

import asyncio

from workers.isolation import Isolation


async def test_a_suspect_waits_for_the_crowd_and_then_has_the_pool_to_itself() -> None:
    isolation, inside, seen = Isolation(), [0], list[tuple[str, int]]()

    async def one(name: str, alone: bool) -> None:
        async with isolation.alone() if alone else isolation.shared():
            inside[0] += 1
            seen.append((name, inside[0]))
            await asyncio.sleep(0.02)
            inside[0] -= 1

    crowd = [asyncio.create_task(one("crowd", False)) for _ in range(3)]
    await asyncio.sleep(0.005)
    suspect = asyncio.create_task(one("suspect", True))
    await asyncio.sleep(0.005)
    late = [asyncio.create_task(one("late", False)) for _ in range(3)]
    await asyncio.gather(*crowd, suspect, *late)
    names = [name for name, _ in seen]
    assert names.index("suspect") == 3, "those who came after the suspect wait for it"
    assert dict(seen)["suspect"] == 1, "nobody was beside the suspect"
    assert max(count for name, count in seen if name == "late") == 3


async def test_a_suspect_that_gives_up_lets_the_crowd_through() -> None:
    isolation = Isolation()
    async with isolation.shared():
        waiting = asyncio.create_task(_alone(isolation))
        await asyncio.sleep(0.005)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        async with asyncio.timeout(1), isolation.shared():
            pass


async def _alone(isolation: Isolation) -> None:
    async with isolation.alone():
        pass
