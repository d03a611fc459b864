"""A page that failed once runs alone: it can kill its worker again, but not its neighbours with it.

Without this, the pages that happened to share an actor with a poison page would use up their own attempts. First
attempts share the pool; a second attempt waits until the pool is empty and has it to itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Isolation:
    """A shared/exclusive lock that prefers the exclusive side, so a suspect is not starved."""

    def __init__(self) -> None:
        self._changed = asyncio.Condition()
        self._shared = 0
        self._alone = False
        self._suspects = 0

    @asynccontextmanager
    async def shared(self) -> AsyncIterator[None]:
        """Run beside others."""
        async with self._changed:
            await self._changed.wait_for(lambda: not self._alone and not self._suspects)
            self._shared += 1
        try:
            yield
        finally:
            async with self._changed:
                self._shared -= 1
                self._changed.notify_all()

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """Run with nobody beside."""
        async with self._changed:
            self._suspects += 1
            try:
                await self._changed.wait_for(lambda: not self._alone and not self._shared)
                self._alone = True
            finally:
                self._suspects -= 1
                self._changed.notify_all()
        try:
            yield
        finally:
            async with self._changed:
                self._alone = False
                self._changed.notify_all()
