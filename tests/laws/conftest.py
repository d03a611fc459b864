"""One Ray pool for the laws of a file: it takes seconds to start, and two in one process would share their places."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress

import pytest

from config.settings import Settings
from dossiers.db.engine import Db
from dossiers.store import ObjectStore
from hoso.embedded.instance import Instance
from tests.conftest import database_settings
from tests.laws.house import House
from workers.dispatcher import Dispatcher
from workers.flow import House as FlowHouse
from workers.pool import Pool


@pytest.fixture(scope="session")
def law_settings(instance: Instance, settings: Settings) -> Settings:
    pool = settings.pool.model_copy(update={"cpu_actors": 1, "object_store_mib": 200, "in_flight": 8})
    queue = settings.queue.model_copy(update={"lease_s": 3, "heartbeat_s": 0.5, "poll_s": 0.3, "backoff_s": 0.1})
    return settings.model_copy(update={"pool": pool, "queue": queue})


@pytest.fixture(scope="module")
async def pool(law_settings: Settings, store: ObjectStore) -> AsyncIterator[Pool]:
    opened = Pool(law_settings)
    await opened.ready()
    yield opened
    opened.close()


@pytest.fixture
def house(postgres_server: Instance, own_database: str, law_settings: Settings, store: ObjectStore) -> Iterator[House]:
    own = law_settings.model_copy(update={"database": database_settings(postgres_server, "owner", own_database)})
    db = Db.open(own.database, "law")
    yield House(own, db, store)
    db.close()


@asynccontextmanager
async def working(house: House, pool: Pool, **limits: object) -> AsyncIterator[Dispatcher]:
    """A dispatcher at work; stopped in an orderly way at the end."""
    settings = house.settings
    if limits:
        settings = settings.model_copy(update={"queue": settings.queue.model_copy(update=limits)})
    dispatcher = Dispatcher(FlowHouse(settings, house.db, pool))
    task = asyncio.create_task(dispatcher.run())
    try:
        yield dispatcher
    finally:
        dispatcher.stop()
        with suppress(asyncio.CancelledError):
            await asyncio.wait_for(task, 30)
