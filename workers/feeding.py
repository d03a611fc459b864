"""Whether the readers' device is kept fed: how much of its time it worked, how full its batches were, who waits.

Guarantees that calls in progress are counted up to the moment of asking, so a long call shows while it runs.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Load:
    """One reader since it was last asked.

    `busy`: share of its places for calls that were in use, 0..1 (with one place, share of the time it worked).
    `fill`: lines over places for lines in its batches, 0..1; 0 when there was no batch. `waiting`: lines that wait for
    a batch now. `lines`: lines read. `seconds`: how long ago it was last asked.
    """

    busy: float
    fill: float
    waiting: int
    lines: int
    seconds: float

    def as_json(self) -> dict[str, float]:
        """Plain numbers, for the worker's row."""
        return asdict(self)


class Meter:
    """Counts calls of one reader that has `places` for them. Calls may come from several threads."""

    def __init__(self, places: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._places, self._clock = places, clock
        self._lock = threading.Lock()
        self._running = 0
        self._since = self._changed = clock()
        self._busy = 0.0
        self._lines = self._room = 0

    @contextmanager
    def call(self, lines: int = 0, room: int = 0) -> Iterator[None]:
        """A call of the models: a batch with `lines` in `room` places, or, without them, a page."""
        self._step(1)
        try:
            yield
        finally:
            self._step(-1)
            with self._lock:
                self._lines += lines
                self._room += room

    def taken(self, waiting: int) -> Load:
        """What was counted since the last time, and start over."""
        self._step(0)
        with self._lock:
            seconds = self._changed - self._since
            busy = self._busy / (self._places * seconds) if seconds else 0.0
            fill = self._lines / self._room if self._room else 0.0
            load = Load(round(min(busy, 1.0), 4), round(fill, 4), waiting, self._lines, round(seconds, 3))
            self._since, self._busy, self._lines, self._room = self._changed, 0.0, 0, 0
        return load

    def _step(self, change: int) -> None:
        with self._lock:
            now = self._clock()
            self._busy += self._running * (now - self._changed)
            self._changed = now
            self._running += change
