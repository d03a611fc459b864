"""A bounded pipe from the event loop to a thread: the network never runs ahead of the object store."""

from __future__ import annotations

import asyncio
import io
import threading
from collections import deque

from dossiers.errors import HosoError

LIMIT = 2 * 1024 * 1024


class Pipe(io.RawIOBase):
    """The loop feeds, one thread reads as from a file. At most `LIMIT` bytes and one chunk wait in between."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop, self._room = loop, asyncio.Event()
        self._chunks: deque[bytes] = deque()
        self._waiting = 0
        self._ended = self._abandoned = False
        self._error: HosoError | None = None
        self._changed = threading.Condition()

    # -- the loop's side -------------------------------------------------------------------------------------------

    async def feed(self, data: bytes) -> None:
        """Hand over `data`; waits while the pipe is full. What is fed after the reader left is dropped."""
        while True:
            with self._changed:
                if self._abandoned:
                    return
                if self._waiting < LIMIT:
                    self._chunks.append(data)
                    self._waiting += len(data)
                    self._changed.notify()
                    return
                self._room.clear()
            await self._room.wait()

    def end(self) -> None:
        """No more bytes: the reader sees the end of the file."""
        with self._changed:
            self._ended = True
            self._changed.notify()

    def fail(self, error: HosoError) -> None:
        """The reader's next read raises `error`, so that it leaves nothing half written."""
        with self._changed:
            self._error = error
            self._changed.notify()

    # -- the thread's side -----------------------------------------------------------------------------------------

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        """Up to `size` bytes, b"" at the end; waits for the loop. Raises what `fail` was given."""
        with self._changed:
            while not self._chunks and not self._ended and self._error is None:
                self._changed.wait()
            if self._error is not None:
                raise self._error
            if not self._chunks:
                return b""
            chunk = self._chunks.popleft()
            if 0 <= size < len(chunk):
                self._chunks.appendleft(chunk[size:])
                chunk = chunk[:size]
            self._waiting -= len(chunk)
        self._loop.call_soon_threadsafe(self._room.set)
        return chunk

    def abandon(self) -> None:
        """The reader stops: nobody need wait for it."""
        with self._changed:
            self._abandoned = True
        self._loop.call_soon_threadsafe(self._room.set)
