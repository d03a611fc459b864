"""What runs inside Ray's processes: CPU actors that do jobs, reader actors that own the models.

An actor answers with its resident memory beside each result, so that the pool can recycle it in time.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import cv2

from config.settings import Settings
from dossiers.page import Polygon
from dossiers.store import ObjectStore
from models.reader import Reader
from workers.batching import Batcher
from workers.jobs.sources import Sources
from workers.jobs.tools import Image, Tools


def resident_mib() -> int:
    """Resident memory of this process, MiB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // (1024 * 1024)


class CpuActor:
    """Runs one job at a time: decoding, rasterising, preparing, cropping, packaging."""

    def __init__(self, settings: Settings) -> None:
        cv2.setNumThreads(1)  # an actor is one core's worth: OpenCV's own threads only get in the readers' way
        store = ObjectStore(settings.store)
        self._tools = Tools(settings, store, Sources(store), Reader.orienter(settings))

    def do(self, job: Callable[..., Any], *arguments: Any) -> tuple[Any, int]:
        """`job(tools, *arguments)` and this process's memory in MiB."""
        return job(self._tools, *arguments), resident_mib()

    def pid(self) -> int:
        return os.getpid()


class ReaderActor:
    """Owns the detector and the recogniser; its calls are concurrent.

    `pool.reader_threads` calls of the models run at once, each on one thread. Several threads within one call wait for
    each other at every layer (`benchmarks/results/end_to_end.md` has the bare reader both ways).
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        cv2.setNumThreads(1)
        self._reader = Reader.open(settings, threads=1, calls=settings.pool.reader_threads)
        self._threads = ThreadPoolExecutor(settings.pool.reader_threads, "reader")
        self._lines: Batcher[Image, tuple[str, float]] | None = None

    async def detect(self, image: Image) -> tuple[list[Polygon], int]:
        """Line polygons of one upright page, and memory."""
        loop = asyncio.get_running_loop()
        polygons = await loop.run_in_executor(self._threads, self._reader.detect, image)
        return polygons, resident_mib()

    async def recognise(self, crops: Sequence[Image]) -> tuple[list[tuple[str, float]], int]:
        """(text, confidence) of each crop, read in batches shared with whatever other pages are here; and memory."""
        if self._lines is None:
            pool, loop = self._settings.pool, asyncio.get_running_loop()
            self._lines = Batcher(
                self._reader.recognise,
                self._reader.bucket,
                pool.batch_lines,
                # On the CPU a full batch is no faster than a small one: waiting would only leave a core idle.
                pool.batch_wait_ms / 1000 if pool.reader_gpus else 0,
                lambda call: loop.run_in_executor(self._threads, call),
                at_once=pool.reader_threads,
            )
        return await self._lines.submit(crops), resident_mib()

    async def model(self) -> str:
        """`name@version` of the recogniser, recorded with every line."""
        return self._reader.model

    async def pid(self) -> int:
        return os.getpid()
