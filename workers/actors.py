"""What runs inside Ray's processes: CPU actors that do jobs, reader actors that own the models.

An actor answers with its resident memory beside each result, so that the pool can recycle it in time.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import cv2

from config.settings import Settings
from dossiers.store import ObjectStore
from models.engines import Hardware
from models.opened import OpenModels
from models.protocols import Detector, Layout, Recogniser
from models.reader import Reader
from models.weights import Weights
from models.weights.places import stored
from workers.batching import Batcher
from workers.feeding import Load, Meter
from workers.jobs.sources import Sources
from workers.jobs.tools import Image, Tools

UNUSED_S = 300.0
"""A model is closed when another one of its role has been used for so long instead."""

Engine = TypeVar("Engine")


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


@dataclass(frozen=True, slots=True)
class _Crop:
    """A line that waits for its batch: only crops of one model and one width share one."""

    recogniser: Recogniser
    sha256: str
    image: Image

    def bucket(self) -> tuple[str, int]:
        return self.sha256, self.recogniser.bucket(self.image)


class ReaderActor:
    """Opens detectors and recognisers by the identity that the caller names; its calls are concurrent.

    `pool.reader_threads` calls of the models run at once, each on one thread. Several threads within one call wait for
    each other at every layer (`benchmarks/results/end_to_end.md` has the bare reader both ways). A new identity is
    opened beside the old one while that goes on reading; the old one is closed when it was not asked for in a while.
    """

    def __init__(self, settings: Settings, niceness: int = 0) -> None:
        if niceness:
            os.nice(niceness)
        self._pool = settings.pool
        cv2.setNumThreads(1)
        hardware = Hardware(1, self._pool.reader_gpus > 0, self._pool.reader_threads, self._pool.engine)
        self._models = OpenModels(hardware, stored(ObjectStore(settings.store)))
        self._threads = ThreadPoolExecutor(self._pool.reader_threads, "reader")
        self._lines: Batcher[_Crop, tuple[str, float]] | None = None
        self._meter = Meter(self._pool.reader_threads)

    async def open(self, weights: Sequence[Weights]) -> list[str]:
        """Open them before a page needs them; their identities. Raises as `detect` and `recognise` do."""
        opened = [await (self._detector if each.role == "detector" else self._recogniser)(each) for each in weights]
        return [engine.identity for engine in opened]

    async def detect(self, image: Image, weights: Weights) -> tuple[Layout, int]:
        """Lines and tables of one upright page by that detector, and memory.

        Raises `WeightsUnavailable` when a registered file is damaged, `WeightsRejected` when a shipped one is.
        """
        detector = await self._detector(weights)
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(self._threads, self._detected, detector, image)
        return found, resident_mib()

    async def recognise(self, crops: Sequence[Image], weights: Weights) -> tuple[list[tuple[str, float]], int]:
        """(text, confidence) of each crop by that recogniser, in batches shared with other pages here; and memory.

        Raises as `detect` does, and `CharsetIncomplete`.
        """
        recogniser = await self._recogniser(weights)
        lines = [_Crop(recogniser, weights.sha256, crop) for crop in crops]
        return await self._batcher().submit(lines), resident_mib()

    def _batcher(self) -> Batcher[_Crop, tuple[str, float]]:
        if self._lines is None:
            loop = asyncio.get_running_loop()
            self._lines = Batcher(
                self._recognised,
                _Crop.bucket,
                self._pool.batch_lines,
                # On the CPU a full batch is no faster than a small one: waiting would only leave a core idle.
                self._pool.batch_wait_ms / 1000 if self._pool.reader_gpus else 0,
                lambda call: loop.run_in_executor(self._threads, call),
                at_once=self._pool.reader_threads,
            )
        return self._lines

    async def _detector(self, weights: Weights) -> Detector:
        return await self._opened(self._models.detector, weights)

    async def _recogniser(self, weights: Weights) -> Recogniser:
        return await self._opened(self._models.recogniser, weights)

    async def _opened(self, get: Callable[[Weights], Engine], weights: Weights) -> Engine:
        """What is open is there at once; what must be fetched and opened keeps nobody else waiting."""
        engine = get(weights) if self._models.is_open(weights) else await asyncio.to_thread(get, weights)
        self._models.close_unused(UNUSED_S)
        return engine

    def _detected(self, detector: Detector, image: Image) -> Layout:
        with self._meter.call():
            return detector.layout(image)

    def _recognised(self, batch: Sequence[_Crop]) -> list[tuple[str, float]]:
        """A batch has one model: its bucket says so."""
        with self._meter.call(len(batch), self._pool.batch_lines):
            return batch[0].recogniser.recognise([line.image for line in batch])

    async def load(self) -> Load:
        """How busy this reader was since it was last asked."""
        return self._meter.taken(self._lines.waiting if self._lines else 0)

    async def pid(self) -> int:
        return os.getpid()
