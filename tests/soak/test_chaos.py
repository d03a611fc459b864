"""Parts of a whole instance die at random, again and again, while dossiers keep coming."""

from __future__ import annotations

import asyncio
import os
import random
import signal

import pytest

from dossiers.db import audit
from tests.laws.house import House
from tests.laws.test_kills import VICTIMS, actor, in_flight, part, settled, submit, system

__all__ = ["system"]
ROUNDS = int(os.environ.get("HOSO_SOAK_ROUNDS", "20"))


@pytest.mark.soak
async def test_random_deaths_lose_nothing(system: House) -> None:
    rng, ids = random.Random(1), list[object]()
    for _ in range(ROUNDS):
        ids += submit(system)
        await in_flight(system)
        await asyncio.sleep(rng.uniform(0, 3))
        victim = rng.choice(VICTIMS)
        try:
            os.kill(actor(system, victim) if victim.startswith("ray::") else part(system, victim), signal.SIGKILL)
        except (AssertionError, ProcessLookupError):
            continue  # it was dead already
        await asyncio.sleep(rng.uniform(5, 20))
    await settled(system, ids, limit_s=600)
    outcomes = [system.outcome(one) for one in ids]  # type: ignore[arg-type]
    assert {(o.step, o.state) for o in outcomes} == {("appraise", "waiting")}
    assert len({(o.documents, o.fields, o.texts) for o in outcomes}) == 2, "two different dossiers were sent"
    with system.db.transaction() as session:
        assert audit.verify(session).broken_at is None
