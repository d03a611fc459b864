"""Shadow mode: a challenger reads a share of the pages once more, after the champion's result is committed.

Guarantees that nothing of it reaches a page, a field or an officer; that whatever becomes of the challenger (slow,
broken, dead) costs no page anything; and that it holds at most `AT_ONCE` pages: what comes while it is behind is
counted as skipped, not kept waiting.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import structlog

from dossiers.db import shadow
from dossiers.db.engine import Db
from dossiers.db.queue import Lease
from dossiers.errors import HosoError
from dossiers.page import Polygon
from models.lifecycle import Challenger
from workers.pool import Pool

log = structlog.get_logger("shadow")
AT_ONCE = 2
LIMIT_S = 120.0


@dataclass(frozen=True, slots=True)
class ReadLines:
    """What the champion `model` (name@version) saw and read on a page.

    `crops` is a reference into the cluster's shared memory.
    """

    model: str
    crops: Any
    polygons: Sequence[Polygon]
    texts: Sequence[tuple[str, float]]


class Shadow:
    """The challenger's readings that are under way in this process."""

    def __init__(self) -> None:
        self._reading: set[asyncio.Task[None]] = set()
        self._counting: set[asyncio.Task[None]] = set()

    def offer(self, db: Db, pool: Pool, lease: Lease, challenger: Challenger | None, page: ReadLines) -> None:
        """Perhaps have the challenger read this page; returns at once and raises nothing."""
        if challenger is None or not page.polygons or random.random() >= challenger.share:  # noqa: S311
            return
        behind = len(self._reading) >= AT_ONCE
        work = _count(db, challenger, skipped=1) if behind else _read(db, pool, lease, challenger, page)
        tasks = self._counting if behind else self._reading
        task = asyncio.create_task(work)
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    def stop(self) -> None:
        """Drop what is under way."""
        for task in self._reading | self._counting:
            task.cancel()


async def _read(db: Db, pool: Pool, lease: Lease, challenger: Challenger, page: ReadLines) -> None:
    try:
        texts = await pool.challenge(page.crops, challenger.weights, timeout_s=LIMIT_S)
        found = differing(lease, challenger, page, texts)
    except Exception as error:  # whatever the challenger does wrong is its own affair
        code = error.code if isinstance(error, HosoError) else type(error).__name__
        log.warning("challenger failed", model=challenger.weights.identity, code=code)
        await _count(db, challenger, failed=1)
        return
    await _count(db, challenger, found, pages=1, lines=len(texts), differing=len(found))


async def _count(db: Db, challenger: Challenger, found: Sequence[dict[str, Any]] = (), **more: int) -> None:
    def write() -> None:
        with db.transaction() as session:
            shadow.count(session, challenger.run_id, **more)
            shadow.keep(session, found)

    try:
        await asyncio.to_thread(write)
    except Exception as error:  # the dossier was removed meanwhile, or the database is away: a count is lost
        log.warning("challenger not counted", error=type(error).__name__)


def differing(
    lease: Lease, challenger: Challenger, page: ReadLines, texts: Sequence[tuple[str, float]]
) -> list[dict[str, Any]]:
    """Rows of the lines that the challenger read differently."""
    return [
        {
            "run_id": challenger.run_id,
            "dossier_id": lease.dossier_id,
            "page": lease.page,
            "polygon": [list(corner) for corner in polygon],
            "champion": page.model,
            "champion_text": ours[0],
            "champion_confidence": ours[1],
            "challenger": challenger.weights.identity,
            "challenger_text": theirs[0],
            "challenger_confidence": theirs[1],
        }
        for polygon, ours, theirs in zip(page.polygons, page.texts, texts, strict=True)
        if ours[0] != theirs[0]
    ]
