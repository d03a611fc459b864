"""The card of readers on synthetic suites, for people."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from benchmarks.readers.card import preamble, table_of
from benchmarks.readers.scoring import Figures
from benchmarks.readers.suites import Read, Written

ORIGIN = """The pages are drawn by Hoso's own generator. Its training pages were as well, with other seeds and, where
the paper allows it, other prose and fonts: Hoso is at home here and its peers are not. What they make of paper that
nobody drew stands in [reading.md](reading.md)."""
RULE = """Every reader is given the same PNG files, with the very pixels that `hoso evaluate` gives to Hoso, and all are
scored by one rule, that of [reading.md](reading.md): a line of the truth is answered by the run of neighbouring pieces
that is nearest to it. Neighbours are pieces of one height, or pieces along the printed line, so that a page askew costs
no reader its words. What is read beyond the truth is not punished, nor are boxes to tick, nor spaces between digits in
boxes. Unlike in [degradations.md](degradations.md) a line may be answered from anywhere on the page, because not every
reader says where its pieces stand on the page as given: Hoso's figures may differ a little from those there."""
CROPS = """Crops of one line, in handwriting-like fonts kept out of Hoso's training, go to each reader's recogniser
alone, and all that it reads counts. Tesseract reads them as one line (`--psm 7`) with a border of the paper's own
colour of 10 pixels, which serves it better than none or than its automatic layout; the others as they are cut. Hoso was
trained on lines that its own generator drew in other such fonts, the others on what their makers had. **No real
handwriting was measured.**"""


def markdown(
    about: Mapping[str, Any], suites: Sequence[Written], reads: Sequence[Read], left_out: Mapping[str, str]
) -> str:
    """The whole card. `reads` in the order of the columns."""
    pages, crops = ([suite for suite in suites if suite.crops == kind] for kind in (False, True))
    parts = [
        "# Degraded pages and handwriting-like lines, side by side",
        preamble(about) + " All readers in this one run, one after the other.",
        table_of(
            ["suite", "what it is", "files", "lines"],
            [[suite.name, suite.about, str(len(suite.sheets)), _lines(suite, reads)] for suite in suites],
        ),
        *([ORIGIN, RULE] if pages else []),
        *([CROPS] if crops else []),
        "## CER %, with its 95 % interval (bootstrap over lines)",
        _grid(pages, crops, reads, _cer),
        "## Exact lines",
        _grid(pages, crops, reads, _exact),
    ]
    if pages:
        said = "Lines to which nothing came nearer than 60 % of their length."
        parts += ["## Missed lines", said, _grid(pages, [], reads, _missed)]
    parts += ["## What ran", table_of(["", "versions"], [[read.label, read.says] for read in reads])]
    notes = [f"- {read.label} failed on {name}: {why}" for read in reads for name, why in read.failed.items()]
    notes += [f"- {read.label} reads no crops: {read.no_crops}" for read in reads if read.no_crops]
    notes += [f"- {label} was left out: {why}" for label, why in left_out.items()]
    return "\n\n".join([*parts, *(["\n".join(notes)] if notes else [])]) + "\n"


def _lines(suite: Written, reads: Sequence[Read]) -> str:
    """How many lines were scored: leader dots alone are none."""
    return next((str(read.suites[suite.name].lines) for read in reads if suite.name in read.suites), "")


def _grid(
    pages: Sequence[Written], crops: Sequence[Written], reads: Sequence[Read], cell: Callable[[Figures], str]
) -> str:
    def row(name: str, found: Sequence[Figures | None]) -> list[str]:
        return [name, *(cell(each) if each else "" for each in found)]

    rows = [row(suite.name, [read.suites.get(suite.name) for read in reads]) for suite in pages]
    if pages:
        rows.append(row("**these pages together**", [read.together for read in reads]))
    rows += [row(suite.name, [read.suites.get(suite.name) for read in reads]) for suite in crops]
    return table_of(["suite", *(read.label for read in reads)], rows)


def _cer(found: Figures) -> str:
    low, high = found.cer_interval
    return f"{found.cer:.2f} [{low:.2f} to {high:.2f}]"


def _exact(found: Figures) -> str:
    return f"{found.exact} ({found.exact / found.lines:.1%})"


def _missed(found: Figures) -> str:
    return str(found.missed)
