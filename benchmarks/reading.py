"""Readers side by side on real pages: how well each reads, how fast on two cores, how much memory it takes.

    python -m benchmarks.reading [--pages FOLDER] [--only hoso,tesseract] [--asterocr FOLDER] [--repeats 3]
    python -m benchmarks.reading --soak 1000 --only hoso

The pages are `NAME.jpg` (png, tif) in FOLDER, each with its lines in `gt/NAME.txt`, one printed line a line; pages
without a transcription are only timed. Default: `../shared/data/real/scans` beside the repository. All readers run one
after the other in this run, each in processes of its own that are held to the same cores; strangers in environments of
their own (`make bench-peers`, `make paddleocr`). A reader that is not there is left out, with the reason.

Scored by the line-matched rule of `models/evaluation/matching.py`. The clock runs from the file to the lines, models
open and warm. Two ways to use the cores are timed, a page at a time on all of them and as many pages side by side as
cores (one more where they share a process); the better one is the speed, and its peak memory, all processes together,
is the memory.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.machine import machine
from benchmarks.readers.card import markdown, soak_markdown, write_card
from benchmarks.readers.catalogue import chosen
from benchmarks.readers.measuring import Page, Result, layouts, measure
from benchmarks.readers.reading import Unavailable
from benchmarks.readers.running import ROOT, Peer, two_cores
from benchmarks.readers.soak import Soak, soak

SUFFIXES = (".jpg", ".jpeg", ".png", ".tif", ".tiff")
REAL = ROOT.parent / "shared" / "data" / "real" / "scans"
TABLE = "tt51_2025_bca_p4"


def pages_in(folder: Path) -> list[Page]:
    """The page images of `folder` by name, with their transcriptions where there are any."""
    found = []
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() in SUFFIXES:
            truth = folder / "gt" / f"{path.stem}.txt"
            lines = truth.read_text(encoding="utf-8").splitlines() if truth.is_file() else []
            found.append(Page(path, tuple(line.strip() for line in lines if line.strip())))
    return found


def read_all(
    peers: dict[str, Peer], pages: Sequence[Page], table: str, cores: Sequence[int], repeats: int
) -> Iterator[tuple[dict[str, Result], dict[str, str]]]:
    """After each reader what is known so far: (results by name, why others were left out)."""
    results: dict[str, Result] = {}
    left_out: dict[str, str] = {}
    first: list[str] = []
    for name, peer in peers.items():
        print(f"{peer.label} ...", file=sys.stderr, flush=True)
        try:
            found, read = measure(peer, pages, table, cores, repeats)
            first = first or read
            results[name] = replace(found, agree=sum(a == b for a, b in zip(first, read, strict=True)))
        except Unavailable as error:
            left_out[peer.label] = str(error)
            print(f"{peer.label}: left out: {error}", file=sys.stderr, flush=True)
        yield results, left_out


def soak_all(peers: dict[str, Peer], pages: Sequence[Page], cores: Sequence[int], count: int) -> dict[str, Soak]:
    """Memory over many pages, pages side by side as in the system."""
    found = {}
    for name, peer in peers.items():
        print(f"{peer.label}, {count} pages ...", file=sys.stderr, flush=True)
        try:
            found[name] = soak(peer, layouts(peer, len(cores))[1], cores, [page.path for page in pages], count)
        except Unavailable as error:
            print(f"{peer.label}: left out: {error}", file=sys.stderr, flush=True)
    return found


def main() -> None:
    """Measure, print the card, write it as JSON and Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=Path, default=REAL, help="folder of page images with gt/NAME.txt")
    parser.add_argument("--table", default=TABLE, help="name of the page that is a table, one cell a line")
    parser.add_argument("--only", default="", help="names of readers, comma between them")
    parser.add_argument("--asterocr", type=Path, help="folder with asternet.onnx and vocab.json")
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=3, help="times that every page is read for the clock")
    parser.add_argument("--soak", type=int, default=0, metavar="N", help="only memory over N pages")
    parser.add_argument("--note", default="", help="a sentence for the card, such as what else ran on the machine")
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "results")
    told = parser.parse_args()
    if not told.pages.is_dir():
        print(f"skipped: {told.pages} is not there; give a folder of pages with --pages")
        return
    pages, cores, peers = pages_in(told.pages), two_cores(told.cores), chosen(told.only, told.asterocr)
    if not pages:
        raise SystemExit(f"no page image in {told.pages}")
    about = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "python": platform.python_version(),
        "cores": len(cores),
        "repeats": told.repeats,
        "command": " ".join(["python -m benchmarks.reading", *_without_paths(told)]),
        "note": told.note,
        "pages": {page.name: len(page.truth) for page in pages},
    }
    if told.soak:
        soaks = soak_all(peers, pages, cores, told.soak)
        text = soak_markdown(about, {peers[name].label: found for name, found in soaks.items()})
        write_card(told.out / "reading_soak", {**about, "readers": {k: asdict(v) for k, v in soaks.items()}}, text)
        print(text)
        return
    text = ""
    for results, left_out in read_all(peers, pages, told.table, cores, told.repeats):
        # Written after each reader: hours of a run that is broken off are not lost.
        held = {**about, "readers": {name: asdict(result) for name, result in results.items()}, "left_out": left_out}
        text = markdown(about, told.table, list(results.values()), left_out)
        write_card(told.out / "reading", held, text)
    print(text)


def _without_paths(told: argparse.Namespace) -> list[str]:
    """The arguments that change what is measured, as they can be typed again; folders of this machine left out."""
    words = [f"--repeats {told.repeats}"] if not told.soak else [f"--soak {told.soak}"]
    words += [f"--only {told.only}"] if told.only else []
    words += ["--asterocr FOLDER"] if told.asterocr else []
    return words + ([f"--cores {told.cores}"] if told.cores != 2 else [])


if __name__ == "__main__":
    os.environ.setdefault("TRANSFORMERS_OFFLINE", "1")
    main()
