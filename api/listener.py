"""One LISTEN connection a process; it wakes every stream that waits for the dossier a notification names.

A wake-up is a hint and may be lost (a broken connection, a restart): streams also poll, so none waits for ever.
"""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import Iterator

import psycopg

from config.settings import Database
from dossiers.db.engine import url_of
from dossiers.db.events import CHANNEL

_AGAIN_S = 2.0


class Listener:
    """Start it with the application, stop it with the application."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: dict[uuid.UUID, set[asyncio.Event]] = {}
        self.stopping = False
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="listener")

    async def stop(self) -> None:
        self.stopping = True
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        for events in self._waiting.values():
            for event in events:
                event.set()

    @contextlib.contextmanager
    def subscribe(self, dossier: uuid.UUID) -> Iterator[asyncio.Event]:
        """An event that is set when something happened to the dossier; clear it before you look."""
        event = asyncio.Event()
        self._waiting.setdefault(dossier, set()).add(event)
        try:
            yield event
        finally:
            self._waiting[dossier].discard(event)
            if not self._waiting[dossier]:
                del self._waiting[dossier]

    async def _run(self) -> None:
        conninfo = url_of(self._database).set(drivername="postgresql").render_as_string(hide_password=False)
        while True:
            try:
                connection = await psycopg.AsyncConnection.connect(conninfo, autocommit=True)
                async with connection:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    async for notice in connection.notifies():
                        self._wake(notice.payload)
            except psycopg.Error:
                await asyncio.sleep(_AGAIN_S)

    def _wake(self, payload: str) -> None:
        with contextlib.suppress(ValueError):
            for event in self._waiting.get(uuid.UUID(payload), ()):
                event.set()
