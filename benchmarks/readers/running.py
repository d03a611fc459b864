"""Readers' processes, from the measuring side: started on so many cores, asked for pages, ended, their memory kept."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from benchmarks.readers.reading import Piece, Unavailable

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Peer:
    """A reader to measure: its label in tables, the module in this package, the environment that it runs in (a folder
    in the root of the repository; empty: this interpreter), its options, and whether pages can share one process."""

    label: str
    module: str
    environment: str = ""
    options: dict[str, str] = field(default_factory=dict)
    shares_process: bool = False

    @property
    def interpreter(self) -> Path:
        return ROOT / self.environment / "bin" / "python" if self.environment else Path(sys.executable)


@dataclass(frozen=True, slots=True)
class Layout:
    """How the cores are used: `processes`, `at_once` pages in each, `threads` for a page."""

    processes: int
    at_once: int
    threads: int


@dataclass(frozen=True, slots=True)
class Answer:
    """`lines` is empty and `error` says why where the reader failed."""

    lines: list[Piece]
    seconds: float
    resident_mib: float
    error: str = ""


class Child:
    """One process of one reader. Raises `Unavailable` when it cannot be measured here."""

    def __init__(self, peer: Peer, layout: Layout, cores: Sequence[int]) -> None:
        if not peer.interpreter.is_file():
            raise Unavailable(f"{peer.environment} is not there (see docs/engines.md)")
        command = [str(peer.interpreter), "-m", "benchmarks.readers.child", peer.module]
        command += ["--threads", str(layout.threads), "--at-once", str(layout.at_once)]
        for name, value in peer.options.items():
            command += ["--option", f"{name}={value}"]
        self._process = subprocess.Popen(
            ["taskset", "-c", ",".join(map(str, cores)), *command],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, bufsize=1,
        )  # fmt: skip
        self._complaints: queue.SimpleQueue[str] = queue.SimpleQueue()
        threading.Thread(target=self._hear_complaints, daemon=True).start()
        self._pending: dict[int, Future[Answer]] = {}
        self._number = 0
        self._lock = threading.Lock()
        self._ended: Unavailable | None = None
        self.peak_mib = 0.0
        first = self._line()
        if "unavailable" in first:
            self._process.wait()
            raise Unavailable(first["unavailable"])
        self.says = str(first["ready"])
        self._hearing = threading.Thread(target=self._hear, daemon=True)
        self._hearing.start()

    def read(self, page: Path) -> Answer:
        """What the reader says about one page; several calls may wait at the same time."""
        answered: Future[Answer] = Future()
        with self._lock:
            if self._ended is not None:
                raise self._ended
            self._number += 1
            self._pending[self._number] = answered
            assert self._process.stdin is not None
            self._process.stdin.write(json.dumps({"number": self._number, "path": str(page.resolve())}) + "\n")
            self._process.stdin.flush()
        return answered.result()

    def close(self) -> None:
        """End the process; `peak_mib` is known afterwards."""
        if self._process.stdin is not None:
            with suppress(BrokenPipeError):
                self._process.stdin.close()
        self._hearing.join()
        self._process.wait()

    def _line(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            self._process.wait()
            raise Unavailable(f"it ended: {self._last_complaint()}")
        said: dict[str, Any] = json.loads(line)
        return said

    def _hear(self) -> None:
        try:
            while "peak_mib" not in (said := self._line()):
                waiting = self._pending.pop(said["number"])
                if "error" in said:
                    waiting.set_result(Answer([], 0.0, 0.0, said["error"]))
                else:
                    waiting.set_result(Answer(said["lines"], said["seconds"], said["resident_mib"]))
            self.peak_mib = float(said["peak_mib"])
        except Unavailable as error:
            with self._lock:
                self._ended = error
                for waiting in self._pending.values():
                    waiting.set_exception(error)

    def _hear_complaints(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            if line.strip():
                self._complaints.put(line.strip())

    def _last_complaint(self) -> str:
        last = "without a word"
        while not self._complaints.empty():
            last = self._complaints.get()
        return last


class Crew:
    """The processes of one layout. Pages go to whichever place is free."""

    def __init__(self, peer: Peer, layout: Layout, cores: Sequence[int]) -> None:
        self._children: list[Child] = []
        try:
            for _ in range(layout.processes):
                self._children.append(Child(peer, layout, cores))
        except Unavailable:
            self.close()
            raise
        self._places: queue.SimpleQueue[Child] = queue.SimpleQueue()
        for child in self._children * layout.at_once:
            self._places.put(child)
        self._threads = layout.processes * layout.at_once
        self.says = self._children[0].says
        self.peak_mib = 0.0

    def read_all(self, pages: Sequence[Path]) -> tuple[float, list[Answer]]:
        """(seconds from the first page to the last line, answers in order)."""
        begun = time.perf_counter()
        with ThreadPoolExecutor(self._threads) as threads:
            answers = list(threads.map(self._one, pages))
        return time.perf_counter() - begun, answers

    def _one(self, page: Path) -> Answer:
        child = self._places.get()
        try:
            return child.read(page)
        finally:
            self._places.put(child)

    def close(self) -> None:
        """End all processes; `peak_mib` is the sum of their peaks."""
        for child in self._children:
            child.close()
        self.peak_mib = sum(child.peak_mib for child in self._children)

    def __enter__(self) -> Crew:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def two_cores(count: int) -> list[int]:
    """The first `count` cores that this process may use."""
    return sorted(os.sched_getaffinity(0))[:count]
