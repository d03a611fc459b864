"""The process of one reader: a page's path in, its lines, seconds and this process's memory out, as JSON lines.

    python -m benchmarks.readers.child MODULE --threads 2 --at-once 1 [--option key=value ...]

MODULE is one of this package, or a dotted name. First line out: {"ready": what reads} or {"unavailable": why}. Then for
each {"number", "path"} on standard input one {"number", "lines", "seconds", "resident_mib"}, or {"number", "error"}. At
the end of the input: {"peak_mib"}. Whatever a library prints goes to standard error.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import resource
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TextIO

from benchmarks.readers.reading import Given, Reading, Unavailable


def resident_mib() -> float:
    """Resident memory of this process now, MiB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def programs_kib() -> int:
    """The highest resident memory of a program that this process ran and that has ended."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss


def peak_mib(at_once: int, programs_before: int) -> float:
    """The highest resident memory so far, MiB: of this process, and of the largest program it ran, for each at once.

    Programs count when one outgrew `programs_before`, what was seen before the first page: a library that asks the
    system something while it is imported forks, and a fork counts with the size of its parent.
    """
    own, ran = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, programs_kib()
    return (own + (at_once * ran if ran > programs_before else 0)) / 1024


class Server:
    """Answers requests with `at_once` threads."""

    def __init__(self, reading: Reading, at_once: int, out: TextIO) -> None:
        self._reading, self._out, self._at_once = reading, out, at_once
        self._writing = threading.Lock()
        self._programs_before = programs_kib()

    def say(self, message: dict[str, Any]) -> None:
        with self._writing:
            self._out.write(json.dumps(message, ensure_ascii=False) + "\n")
            self._out.flush()

    def answer(self, request: dict[str, Any]) -> None:
        begun = time.perf_counter()
        try:
            lines = self._reading.read(Path(request["path"]))
        except Exception as error:  # a page that a reader cannot take is a result, not the end
            self.say({"number": request["number"], "error": f"{type(error).__name__}: {error}"})
            return
        seconds = time.perf_counter() - begun
        self.say({"number": request["number"], "lines": lines, "seconds": seconds, "resident_mib": resident_mib()})

    def serve(self, requests: TextIO) -> None:
        with ThreadPoolExecutor(self._at_once) as threads:
            for line in requests:
                threads.submit(self.answer, json.loads(line))
        self.say({"peak_mib": peak_mib(self._at_once, self._programs_before)})


def main() -> None:
    """Open the reader that is named, and serve."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("module")
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--at-once", type=int, required=True)
    parser.add_argument("--option", action="append", default=[])
    told = parser.parse_args()
    # What libraries print must not mix with the answers.
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    options = dict(entry.split("=", 1) for entry in told.option)
    try:
        name = told.module if "." in told.module else f"benchmarks.readers.{told.module}"
        module = importlib.import_module(name)
        reading: Reading = module.open_reader(Given(told.threads, told.at_once, options))
    except (Unavailable, ImportError) as error:
        out.write(json.dumps({"unavailable": str(error)}) + "\n")
        out.flush()
        return
    server = Server(reading, told.at_once, out)
    server.say({"ready": reading.says})
    server.serve(sys.stdin)


if __name__ == "__main__":
    main()
