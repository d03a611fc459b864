"""How much of the bare reader's speed arrives at the end of the whole system, and what accepting an upload costs.

    python -m benchmarks.end_to_end [--dossiers 8] [--pages 4] [--uploads 40] [--out benchmarks/results]

Peers, in one run on one machine, one after the other, on the same pages:

- *bare reader*: one process that decodes each page, turns it upright and reads it (`Reader.read`), nothing else, its
  models on as many threads as the system's; and, for comparison, the same with that many pages at once on one thread
  each, which is how the system's reader uses its cores;
- *whole system*: the same files through the front, the queue, the actors, the object store, up to the officer's turn,
  with the same number of threads for the models.

Their ratio (system / bare, pages a second) is the figure; absolute speeds are the machine's. Then the time from
sending a 10 MB upload to its 202, with the workers stopped and with the workers busy, and the memory of each process.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import signal
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import pypdfium2 as pdfium

from config.settings import Limits, Settings
from hoso.client import Client
from hoso.embedded import accounts, control, instance, process, state
from models.evaluation.machine import processor
from models.reader import Reader
from models.synthesis.dossiers import make_dossier
from workers.stages.rasterise import rasterise

KINDS = ("khai-sinh", "cu-tru", "xay-dung")
UPLOAD_BYTES = 10 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Card:
    """What was measured, on what."""

    at: str
    machine: str
    cores: int
    python: str
    dossiers: int
    pages: int
    recogniser: str
    bare_seconds: float
    bare_pages_per_second: float
    bare_at_once_seconds: float
    bare_at_once_pages_per_second: float
    system_seconds: float
    system_pages_per_second: float
    ratio: float
    ratio_at_once: float
    accept_stopped_ms: dict[str, float]
    accept_busy_ms: dict[str, float]
    memory_mib: dict[str, int]


def make_files(folder: Path, dossiers: int, pages: int) -> list[tuple[str, Path]]:
    """(procedure, file) of dossiers that were not seen before by anything."""
    made = []
    for number in range(dossiers):
        kind = KINDS[number % len(KINDS)]
        for name, data in make_dossier(kind, 9000 + number, pages=pages).files:  # type: ignore[arg-type]
            path = folder / f"{number:03d}-{name}"
            path.write_bytes(data)
            made.append((kind, path))
    return made


def bare(files: Sequence[tuple[str, Path]], threads: int, at_once: int) -> tuple[float, int, str]:
    """(seconds, pages, recogniser) of reading every page in one process, `at_once` pages side by side, models warm."""
    reader = Reader.open(Settings(), threads)
    first = rasterise(files[0][1], "application/pdf", 0, Limits(), with_text=False)
    reader.read(first.image)
    drawing = threading.Lock()  # PDFium draws one page at a time

    def read(page: tuple[Path, int]) -> None:
        with drawing:
            image = rasterise(page[0], "application/pdf", page[1], Limits(), with_text=False).image
        reader.read(image)

    pages = _pages(files)
    begun = time.perf_counter()
    with ThreadPoolExecutor(at_once) as pool:
        list(pool.map(read, pages))
    return time.perf_counter() - begun, len(pages), reader.model


def _pages(files: Sequence[tuple[str, Path]]) -> list[tuple[Path, int]]:
    """(file, index) of every page."""
    found = []
    for _, path in files:
        with pdfium.PdfDocument(path) as document:
            found += [(path, index) for index in range(len(document))]
    return found


def through(client: Client, files: Sequence[tuple[str, Path]]) -> float:
    """Seconds from the first upload to the last dossier on the officer's desk."""
    begun = time.perf_counter()
    codes = {client.submit(kind, [path])["code"] for kind, path in files}
    while True:
        # One small question twice a second: watching must not cost what is being watched.
        time.sleep(0.5)
        if not codes & {dossier["code"] for dossier in client.find(state="processing", limit=200)["items"]}:
            break
    if bad := [code for code in codes if client.show(code)["state"] != "waiting"]:
        raise SystemExit(f"not on the officer's desk: {bad}")
    return time.perf_counter() - begun


def accept_times(client: Client, folder: Path, uploads: int) -> dict[str, float]:
    """p50 and p99 of the time to 202 for a 10 MB file, in milliseconds. Each file is different."""
    times = []
    for _ in range(uploads):
        path = folder / "upload.bin"
        path.write_bytes(b"%PDF-1.7\n" + os.urandom(UPLOAD_BYTES))
        begun = time.perf_counter()
        client.submit("chung", [path])
        times.append((time.perf_counter() - begun) * 1000)
    times.sort()
    return {
        "p50": round(statistics.median(times), 1),
        "p99": round(times[min(len(times) - 1, int(0.99 * len(times)))], 1),
    }


def memory(home: Path) -> dict[str, int]:
    """Resident MiB of every process of the instance, by name; the same names are added up."""
    found: dict[str, int] = {}
    parts = {part.pid: name for name, part in state.read(home).parts.items()}
    for pid in process.belonging(home):
        try:
            pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
            command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0].decode()
        except OSError:
            continue
        name = parts.get(pid) or command.split(" ")[0].rsplit("/", 1)[-1]
        found[name] = found.get(name, 0) + pages * os.sysconf("SC_PAGE_SIZE") // 2**20
    return dict(sorted(found.items()))


def main() -> None:
    """Run everything, print the card, write it as JSON and Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dossiers", type=int, default=8)
    parser.add_argument("--pages", type=int, default=4, help="pages of one dossier")
    parser.add_argument("--uploads", type=int, default=40)
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results"))
    given = parser.parse_args()
    work = Path(tempfile.mkdtemp(prefix="hoso-bench-")).resolve()
    try:
        card = run(work, given.dossiers, given.pages, given.uploads)
    finally:
        control.stop(work / "home")
        shutil.rmtree(work, ignore_errors=True)
    given.out.mkdir(parents=True, exist_ok=True)
    (given.out / "end_to_end.json").write_text(json.dumps(asdict(card), indent=1, ensure_ascii=False) + "\n")
    text = markdown(card)
    (given.out / "end_to_end.md").write_text(text)
    print(text)


def run(work: Path, dossiers: int, pages: int, uploads: int) -> Card:
    """Both peers and the uploads."""
    threads = Settings().pool.reader_threads
    print(f"making {dossiers} dossiers of {pages} pages", flush=True)
    files = make_files(work, dossiers, pages)
    print("bare reader", flush=True)
    bare_s, count, model = bare(files, threads, 1)
    side_by_side_s, _, _ = bare(files, 1, threads)
    home = work / "home"
    control.start(home)
    control.wait_up(home)
    at = instance.at(home)
    with Client(at.address, accounts.demo_client(at).secret) as client:
        through(client, files[:1])  # warm: models loaded, caches of the operating system filled
        print("whole system", flush=True)
        system_s = through(client, files)
        held = memory(home)
        print("uploads, workers busy", flush=True)
        for kind, path in files:
            client.submit(kind, [path])
        busy = accept_times(client, work, uploads)
        print("uploads, workers stopped", flush=True)
        with stopped(home):
            idle = accept_times(client, work, uploads)
    return Card(
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        machine=processor(),
        cores=os.cpu_count() or 0,
        python=platform.python_version(),
        dossiers=dossiers,
        pages=count,
        recogniser=model,
        bare_seconds=round(bare_s, 2),
        bare_pages_per_second=round(count / bare_s, 3),
        bare_at_once_seconds=round(side_by_side_s, 2),
        bare_at_once_pages_per_second=round(count / side_by_side_s, 3),
        system_seconds=round(system_s, 2),
        system_pages_per_second=round(count / system_s, 3),
        ratio=round(bare_s / system_s, 3),
        ratio_at_once=round(side_by_side_s / system_s, 3),
        accept_stopped_ms=idle,
        accept_busy_ms=busy,
        memory_mib=held,
    )


class stopped:
    """The dispatcher and what it started, held still by SIGSTOP for the time of a `with`."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._pids: list[int] = []

    def __enter__(self) -> None:
        self._pids = list(self._still())
        for pid in self._pids:
            os.kill(pid, signal.SIGSTOP)

    def _still(self) -> Iterator[int]:
        yield from process.belonging(self._home, "dispatcher")

    def __exit__(self, *_: object) -> None:
        for pid in self._pids:
            os.kill(pid, signal.SIGCONT)


def markdown(card: Card) -> str:
    """The card for people."""
    memory_rows = "\n".join(f"| {name} | {mib} |" for name, mib in card.memory_mib.items())
    return f"""# End to end

Measured {card.at} on {card.machine}, {card.cores} cores, Python {card.python}; {card.dossiers} synthetic flatbed
dossiers, {card.pages} pages of A4 at 200 dpi; recogniser
`{card.recogniser}`. Command: `python -m benchmarks.end_to_end --dossiers {card.dossiers}`.

| | pages/s | seconds |
| --- | --- | --- |
| bare reader (one process, decode + read) | {card.bare_pages_per_second} | {card.bare_seconds} |
| the same, pages side by side, one thread each | {card.bare_at_once_pages_per_second} | {card.bare_at_once_seconds} |
| whole system (upload to the officer's turn) | {card.system_pages_per_second} | {card.system_seconds} |
| **system / bare** | **{card.ratio:.0%}** | |
| system / bare side by side | {card.ratio_at_once:.0%} | |

| time to 202 for a 10 MB upload | p50 ms | p99 ms |
| --- | --- | --- |
| workers stopped | {card.accept_stopped_ms["p50"]} | {card.accept_stopped_ms["p99"]} |
| workers busy | {card.accept_busy_ms["p50"]} | {card.accept_busy_ms["p99"]} |

| process | resident MiB |
| --- | --- |
{memory_rows}
"""


if __name__ == "__main__":
    main()
