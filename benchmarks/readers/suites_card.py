"""The card of readers on synthetic suites, for people."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from benchmarks.readers.card import preamble, table_of
from benchmarks.readers.scoring import Figures
from benchmarks.readers.suites import Read, Written

RULE = """Every reader is given the same PNG files, with the very pixels that `hoso evaluate` gives to Hoso, and all are
scored by one rule, that of [reading.md](reading.md): a line of the truth is answered by the run of neighbouring pieces
that is nearest to it, neighbours being pieces of one height or pieces along the printed line, so that a page askew costs
no reader its words. What is read beyond the truth is not punished, nor are boxes to tick, nor spaces between digits in
boxes. Unlike in [degradations.md](degradations.md) a line may be answered from anywhere on the page, because not every
reader says where its pieces stand on the page as given: so Hoso's figures differ a little from those there."""
CROPS = """Crops of one line, in handwriting-like fonts kept out of Hoso's training, go to each reader's recogniser alone,
and all that it reads counts. Tesseract reads them as one line (`--psm 7`) with a border of the paper's own colour of
10 pixels, which serves it better than none or than its automatic layout; the others as they are cut. Hoso was trained
on lines that its own generator drew in other such fonts, the others on what their makers had. **No real handwriting
was measured.**"""


def markdown(
    about: Mapping[str, Any], suites: Sequence[Written], reads: Sequence[Read], left_out: Mapping[str, str]
) -> str:
    """The whole card. `reads` in the order of the columns."""
    pages, crops = ([suite for suite in suites if suite.crops == kind] for kind in (False, True))
    parts = ["# Degraded pages and handwriting-like lines, side by side", _said(about, suites), RULE]
    if crops:
        parts.append(CROPS)
    for title, cell in (("CER %, with its 95 % interval (bootstrap over lines)", _cer), ("Exact lines", _exact)):
        parts += [f"## {title}", _grid(pages, crops, reads, cell)]
    parts += ["## Missed lines", "No piece came nearer than 60 % of the line.", _grid(pages, [], reads, _missed)]
    parts += ["## What ran", table_of(["", "versions"], [[read.label, read.says] for read in reads])]
    notes = [f"- {read.label} failed on {name}: {why}" for read in reads for name, why in read.failed.items()]
    notes += [f"- {read.label} was given no crops: {read.no_crops}" for read in reads if read.no_crops]
    notes += [f"- {label} was left out: {why}" for label, why in left_out.items()]
    return "\n\n".join([*parts, *(["\n".join(notes)] if notes else [])]) + "\n"


def _said(about: Mapping[str, Any], suites: Sequence[Written]) -> str:
    counts = "; ".join(f"{suite.name} {len(suite.sheets)}" for suite in suites)
    return preamble(about) + f" All readers in this one run, one after the other. Files of each suite: {counts}."


def _grid(
    pages: Sequence[Written], crops: Sequence[Written], reads: Sequence[Read], cell: Callable[[Figures], str]
) -> str:
    def row(head: Sequence[str], found: Sequence[Figures | None]) -> list[str]:
        lines = next((str(each.lines) for each in found if each), "")
        return [*head, lines, *(cell(each) if each else "" for each in found)]

    rows = [row([suite.name, suite.about], [read.suites.get(suite.name) for read in reads]) for suite in pages]
    if pages:
        rows.append(row(["**pages together**", "pooled"], [read.together for read in reads]))
    rows += [row([suite.name, suite.about], [read.suites.get(suite.name) for read in reads]) for suite in crops]
    return table_of(["suite", "what it is", "lines", *(read.label for read in reads)], rows)


def _cer(found: Figures) -> str:
    low, high = found.cer_interval
    return f"{found.cer:.2f} [{low:.2f} to {high:.2f}]"


def _exact(found: Figures) -> str:
    return f"{found.exact} ({found.exact / found.lines:.1%})"


def _missed(found: Figures) -> str:
    return str(found.missed)
