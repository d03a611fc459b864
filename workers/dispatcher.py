"""The dispatcher: takes leases, runs the flow, keeps the leases alive, and clears up after those who died.

Any number may run; each holds at most `pool.in_flight` leases, so memory is bounded and what is not leased stays in the
queue for others. It keeps no state of its own: killed at any instant, its leases run out and somebody else goes on.

    python -m workers.dispatcher
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import socket
import time
import uuid
from contextlib import suppress

import structlog
from sqlalchemy.orm import Session

from config.settings import Settings, settings
from dossiers.db import queue
from dossiers.db.engine import Db
from dossiers.db.listen import Listener
from dossiers.db.queue import Lease
from dossiers.errors import Cancelled, DeadlineExceeded, HosoError, LeaseLost
from models.lifecycle import choose
from models.weights.places import WeightsUnavailable
from workers import record
from workers.flow import STAGES, House
from workers.isolation import Isolation
from workers.outcome import Verdict, finding_of, seconds_left, verdict
from workers.pool import Pool, WorkerLost
from workers.status import Status

log = structlog.get_logger("dispatcher")
STOP_S = 20.0
AWAY_S = 2.0  # how long a run waits when the store or the database is away


class Dispatcher:
    """One dispatcher process."""

    def __init__(self, house: House, name: str | None = None) -> None:
        self.house = house
        self.owner = name or f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        self._limits = house.settings.queue
        self._held: dict[int, tuple[Lease, asyncio.Task[None]]] = {}
        self._isolation = Isolation()
        self._woken = asyncio.Event()
        self._stopping = False
        self._models: dict[str, str] = {}

    async def run(self) -> None:
        """Work until `stop`. Raises `DatabaseUnavailable` only at the start; later it waits for the database."""
        loop = asyncio.get_running_loop()

        def woken(_payload: str) -> None:
            loop.call_soon_threadsafe(self._woken.set)

        listener = Listener(self.house.settings.database, queue.CHANNEL, woken)
        listener.start()
        beat = asyncio.create_task(self._keep_alive())
        try:
            while not self._stopping:
                await self._round()
        finally:
            beat.cancel()
            self.house.shadow.stop()
            await self._give_back()
            listener.stop()

    @property
    def held(self) -> list[Lease]:
        """The leases that are being worked on."""
        return [lease for lease, _ in self._held.values()]

    def stop(self) -> None:
        """Take no new work; what runs is finished or given back."""
        self._stopping = True
        self._woken.set()

    async def _round(self) -> None:
        self._woken.clear()
        try:
            taken = await self.house.transaction(self._lease)
            for lease in taken:
                self._held[lease.run_id] = (lease, asyncio.create_task(self._work(lease)))
            if not taken:
                await self._drop_lost()
        except HosoError as error:
            log.warning("the queue cannot be reached", code=error.code)
        with suppress(TimeoutError):
            # A little jitter keeps several dispatchers from asking in step.
            await asyncio.wait_for(self._woken.wait(), self._limits.poll_s * random.uniform(0.8, 1.2))  # noqa: S311

    def _lease(self, session: Session) -> list[Lease]:
        room = self.house.settings.pool.in_flight - len(self._held)
        if room <= 0:
            return []
        return queue.lease(
            session, self.owner, list(STAGES), room, self._limits.lease_s, self._limits.per_client_in_flight
        )

    async def _work(self, lease: Lease) -> None:
        """One run from lease to commit. Whatever happens, the place is free afterwards."""
        begun = time.perf_counter()
        place = self._isolation.alone() if lease.attempt > 1 else self._isolation.shared()
        try:
            async with place:
                left = seconds_left(lease)
                if left <= 0:
                    raise DeadlineExceeded(lease.code)
                try:
                    await asyncio.wait_for(STAGES[lease.stage](self.house, lease), left)
                except TimeoutError as error:
                    raise DeadlineExceeded(lease.code) from error
            log.info("stage done", **_names(lease), seconds=round(time.perf_counter() - begun, 3))
        except (LeaseLost, Cancelled) as error:
            log.info("result refused", **_names(lease), code=error.code)
        except asyncio.CancelledError:
            log.info("run dropped", **_names(lease))
        except Exception as error:
            await self._failed(lease, error)
        finally:
            self._held.pop(lease.run_id, None)
            self._woken.set()

    async def _failed(self, lease: Lease, error: Exception) -> None:
        code = error.code if isinstance(error, HosoError) else "internal"
        log.warning("stage failed", **_names(lease), code=code, error=type(error).__name__)
        detail = error.detail if isinstance(error, HosoError) else f"{type(error).__name__}: {error}"
        with suppress(HosoError):  # lost or cancelled meanwhile, or the database is away: the lease runs out
            await self.house.transaction(self._settle, lease, error, code, detail)

    def _settle(self, session: Session, lease: Lease, error: Exception, code: str, detail: str) -> None:
        match verdict(lease, error):
            case Verdict.LATER:
                queue.postpone(session, lease, code, detail, AWAY_S, counted=False)
            case Verdict.AGAIN:
                queue.postpone(session, lease, code, detail, self._limits.backoff_s * 2 ** (lease.attempt - 1))
            case Verdict.ASIDE:
                record.set_aside(session, lease, code, detail, finding_of(lease, error))

    async def _keep_alive(self) -> None:
        """Renew leases, drop those that were lost, take over those whose holder died, say that we live."""
        status = Status(self.owner)
        while True:
            await asyncio.sleep(self._limits.heartbeat_s)
            try:
                await self._drop_lost()
                await self.house.transaction(self._reap)
                models = await self._watch_models()
                # A reader that hangs must not cost the leases their heartbeat.
                loads = await self.house.pool.loads(self._limits.heartbeat_s / 2)
                replaced = self.house.pool.replaced
                await self.house.transaction(status.write, len(self._held), replaced, models, loads)
            except HosoError as error:
                log.warning("no heartbeat possible", code=error.code)

    async def _watch_models(self) -> dict[str, str]:
        """What a page that begins now is read by. Each page asks for itself; this says it to people."""
        chosen = await self.house.transaction(choose)
        if chosen.identities != self._models:
            self._models = chosen.identities
            log.info("models", **self._models)
        if chosen.challenger is None:
            self.house.pool.dismiss_challenger()
        return chosen.identities

    async def _drop_lost(self) -> None:
        """Runs that were cancelled or given to somebody else stop here at once."""
        leases = self.held
        if not leases:
            return
        kept = await self.house.transaction(queue.heartbeat, leases, self._limits.lease_s)
        for lease in leases:
            entry = self._held.get(lease.run_id)
            if lease.run_id not in kept and entry is not None and entry[0].token == lease.token:
                entry[1].cancel()

    def _reap(self, session: Session) -> None:
        lost = WorkerLost("the lease ran out")
        for lease in queue.expired(session):
            self._settle(session, lease, lost, lost.code, lost.detail)

    async def _give_back(self) -> None:
        tasks = [task for _, task in self._held.values()]
        leases = self.held
        if tasks:
            await asyncio.wait(tasks, timeout=STOP_S)
        for task in tasks:
            task.cancel()
        for lease in leases:
            with suppress(HosoError):  # finished in the meantime
                await self.house.transaction(queue.give_back, lease)


def _names(lease: Lease) -> dict[str, object]:
    return {"dossier": lease.code, "stage": lease.stage.value, "page": lease.page, "attempt": lease.attempt}


async def serve(configured: Settings) -> None:
    """Open everything, work, close everything."""
    pool = Pool(configured)
    db = Db.open(configured.database, "dispatcher")
    try:
        house = House(configured, db, pool)
        chosen = await house.transaction(choose)
        try:
            await pool.ready([chosen.detector, chosen.recogniser])
        except WeightsUnavailable as error:  # pages that need it wait; the rest of the work need not
            log.error("weights unavailable", code=error.code, detail=error.detail)
        dispatcher = Dispatcher(house)
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, dispatcher.stop)
        log.info("ready", owner=dispatcher.owner, model=chosen.recogniser.identity, pids=await pool.pids())
        await dispatcher.run()
    finally:
        pool.close()
        db.close()


if __name__ == "__main__":
    structlog.configure(processors=[structlog.processors.TimeStamper("iso"), structlog.processors.JSONRenderer()])
    asyncio.run(serve(settings()))
