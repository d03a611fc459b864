"""Readers side by side on bad paper and handwriting-like lines: what `benchmarks.degradations` measures of Hoso, with
its peers beside it.

    python -m benchmarks.degraded_peers [--pages 6] [--lines 100] [--only hoso,tesseract,rapidocr,trueocr]
        [--asterocr FOLDER] [--cores 2] [--out benchmarks/results]

Pages, lines and truth are those of `hoso evaluate`'s suites of the same names and sizes, decided by their seed. Every
reader gets the same files and is scored by the same rule (`benchmarks/readers/scoring.py`), Hoso as well; each runs in
processes of its own, strangers in environments of their own (`make bench-peers`, `make paddleocr`). A reader that is
not there is left out, with the reason. Only what is read is compared here: how fast, `benchmarks.reading` says.
"""

from __future__ import annotations

import argparse
import os
import platform
import shlex
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.machine import machine
from benchmarks.readers.card import write_card
from benchmarks.readers.catalogue import chosen
from benchmarks.readers.reading import Unavailable
from benchmarks.readers.running import ROOT, Peer, two_cores
from benchmarks.readers.suites import Read, Written, read_suites, write_suite
from benchmarks.readers.suites_card import markdown
from models.evaluation.suites import DEGRADED, HAND, find_suite


def read_all(
    peers: Mapping[str, Peer], suites: Sequence[Written], cores: Sequence[int]
) -> Iterator[tuple[dict[str, Read], dict[str, str]]]:
    """After each reader what is known so far: (what it read by name, why others were left out)."""
    reads: dict[str, Read] = {}
    left_out: dict[str, str] = {}
    for name, peer in peers.items():
        print(f"{peer.label} ...", file=sys.stderr, flush=True)
        try:
            reads[name] = read_suites(peer, suites, cores)
        except Unavailable as error:
            left_out[peer.label] = str(error)
            print(f"{peer.label}: left out: {error}", file=sys.stderr, flush=True)
        yield reads, left_out


def main() -> None:
    """Draw the pages, let everybody read them, print the card, write it as JSON and Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=6, help="pages of each page suite; 0: none")
    parser.add_argument("--lines", type=int, default=100, help="lines of each line suite; 0: none")
    parser.add_argument("--only", default="", help="names of readers, comma between them")
    parser.add_argument("--asterocr", type=Path, help="folder with asternet.onnx and vocab.json")
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--note", default="", help="a sentence for the card, such as what else ran on the machine")
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "results")
    told = parser.parse_args()
    if not told.pages and not told.lines:
        parser.error("--pages 0 --lines 0: nothing to read")
    peers, cores = chosen(told.only, told.asterocr), two_cores(told.cores)
    about = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "python": platform.python_version(),
        "cores": len(cores),
        "command": f"python -m benchmarks.degraded_peers {shlex.join(_without_paths(told))}",
        "note": told.note,
    }
    text = ""
    with tempfile.TemporaryDirectory() as work:
        sizes = dict.fromkeys(DEGRADED, told.pages) | dict.fromkeys(sorted(HAND, reverse=True), told.lines)
        suites = [write_suite(find_suite(name), size, Path(work)) for name, size in sizes.items() if size]
        about["suites"] = {suite.name: {"files": len(suite.sheets), "digest": suite.digest} for suite in suites}
        for reads, left_out in read_all(peers, suites, cores):
            # Written after each reader: a run that is broken off is not lost.
            held = {**about, "readers": {name: asdict(read) for name, read in reads.items()}, "left_out": left_out}
            text = markdown(about, suites, list(reads.values()), left_out)
            write_card(told.out / "degraded_peers", held, text)
    print(text)


def _without_paths(told: argparse.Namespace) -> list[str]:
    """The arguments that change what is measured, as they can be typed again; folders of this machine left out."""
    words = ["--pages", str(told.pages), "--lines", str(told.lines)]
    words += ["--only", told.only] if told.only else []
    words += ["--asterocr", "FOLDER"] if told.asterocr else []
    return words + (["--cores", str(told.cores)] if told.cores != 2 else [])


if __name__ == "__main__":
    os.environ.setdefault("TRANSFORMERS_OFFLINE", "1")
    main()
