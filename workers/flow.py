"""The flow of a dossier, as prose: read it from top to bottom.

    ingest      every upload is looked into: what it is, whether it is safe, how many pages; signatures already there
                are validated and the report kept; a bad file becomes a finding and the rest goes on
    rasterise   each page becomes an image; a good text layer is kept instead of reading
    prepare     each page is turned upright, straightened, evenly lit
    read        each page's lines are found and read; models see lines of many pages at once
    understand  lines become documents, documents give their fields
    check       fields and documents are held against the procedure
    package     one searchable archive file with the fields inside: the officer's turn (appraise)
    compose     the result document with what the officer corrected: the leader's turn (approve)
    (sign)      the leader's signature, the seal keeper's release, the seal: `workers.signing`, a process of its own
    deliver     the signed result is validated as a stranger would, the manifest written: the dossier is completed

Each function below is one stage: load the order, let an actor do the job, record the result. The pure stages are in
`workers/stages`, what actors do around them in `workers/jobs`, the transactions in `workers/record`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy.orm import Session

from config.settings import Settings
from dossiers.db.engine import Db
from dossiers.db.queue import Lease
from dossiers.dossier import Stage
from dossiers.page import PageReading
from models.lifecycle import choose
from workers import load, record
from workers.jobs import dossiers as whole
from workers.jobs import ingest as files
from workers.jobs import pages
from workers.pool import Pool
from workers.shadow import ReadLines, Shadow

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class House:
    """What the flow works with."""

    settings: Settings
    db: Db
    pool: Pool
    shadow: Shadow = field(default_factory=Shadow)

    async def transaction(self, call: Callable[Concatenate[Session, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """`call(session, ...)` in one transaction, in a thread: the event loop never waits for the database."""

        def run() -> R:
            with self.db.transaction() as session:
                return call(session, *args, **kwargs)

        return await asyncio.to_thread(run)


async def ingest(house: House, lease: Lease) -> None:
    order = await house.transaction(load.ingest_order, lease, house.settings.retention)
    result = await house.pool.do(files.ingest_dossier, order)
    await house.transaction(record.ingested, lease, result)


async def rasterise(house: House, lease: Lease) -> None:
    order = await house.transaction(load.page_order, lease)
    result = await house.pool.do(pages.rasterise_page, order)
    await house.transaction(record.rasterised, lease, result)


async def prepare(house: House, lease: Lease) -> None:
    order = await house.transaction(load.page_order, lease)
    result = await house.pool.do(pages.prepare_page, order)
    await house.transaction(record.prepared, lease, result)


async def read(house: House, lease: Lease) -> None:
    order = await house.transaction(load.page_order, lease)
    # Chosen once: whatever is promoted meanwhile, this page is read by one model from its first line to its last.
    chosen = await house.transaction(choose)
    begun = time.perf_counter()
    image = await house.pool.keep(pages.page_to_read, order.image_key)
    found = await house.pool.detect(image, chosen.detector)
    crops = await house.pool.keep(pages.crop_page, image, found.polygons)
    texts = await house.pool.recognise(crops, chosen.recogniser)
    lines = pages.lines_of(found, texts, chosen.recogniser.identity)
    seconds = time.perf_counter() - begun
    reading = PageReading(lines, order.width, order.height, seconds=seconds, tables=found.tables)
    key = await house.pool.do(pages.keep_lines, lease.dossier_id, reading)
    await house.transaction(record.read, lease, key, lines, chosen.identities)
    seen = ReadLines(chosen.recogniser.identity, crops, found.polygons, texts)
    house.shadow.offer(house.db, house.pool, lease, chosen.challenger, seen)


async def understand(house: House, lease: Lease) -> None:
    order = await house.transaction(load.dossier_order, lease.dossier_id)
    result = await house.pool.do(whole.understand_dossier, order)
    await house.transaction(record.understood, lease, result)


async def check(house: House, lease: Lease) -> None:
    order = await house.transaction(load.dossier_order, lease.dossier_id)
    result = await house.pool.do(whole.check_dossier, order)
    await house.transaction(record.checked, lease, result)


async def package(house: House, lease: Lease) -> None:
    order = await house.transaction(load.dossier_order, lease.dossier_id)
    result = await house.pool.do(whole.package_dossier, order)
    await house.transaction(record.packaged, lease, result)


async def compose(house: House, lease: Lease) -> None:
    order = await house.transaction(load.draft_order, lease.dossier_id)
    result = await house.pool.do(whole.compose_draft, order)
    await house.transaction(record.drafted, lease, result)


async def deliver(house: House, lease: Lease) -> None:
    order = await house.transaction(load.deliver_order, lease.dossier_id)
    result = await house.pool.do(whole.deliver_result, order)
    await house.transaction(record.delivered, lease, result, house.settings.retention)


STAGES: dict[Stage, Callable[[House, Lease], Awaitable[Any]]] = {
    Stage.INGEST: ingest,
    Stage.RASTERISE: rasterise,
    Stage.PREPARE: prepare,
    Stage.READ: read,
    Stage.UNDERSTAND: understand,
    Stage.CHECK: check,
    Stage.PACKAGE: package,
    Stage.COMPOSE: compose,
    Stage.DELIVER: deliver,
}
