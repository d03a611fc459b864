"""The card of a run for people, and the writing of any card."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.readers.measuring import Result, Timing
from benchmarks.readers.scoring import Figures
from benchmarks.readers.soak import Soak


def markdown(about: Mapping[str, Any], table: str, results: Sequence[Result], left_out: Mapping[str, str]) -> str:
    """The whole card."""
    scored = [name for name, lines in about["pages"].items() if lines]
    texts = [name for name in scored if name != table]
    lines = sum(about["pages"][name] for name in texts)
    parts = [
        "# Reading, side by side",
        preamble(about) + f" {len(texts)} text pages with {lines} transcribed lines, one table page with "
        f"{about['pages'].get(table, 0)} cells; all readers in this one run, one after the other, on the same cores.",
        table_of(
            ["", "CER %", "WER %", "exact lines", "missed", "tone alone", "cells exact", "pages/s", "s/page", "MiB"],
            [_row(result) for result in results],
        ),
        "CER, WER: line-matched on the text pages, in brackets the 95 % interval (bootstrap over lines). *tone alone*: "
        "share of substitutions that are wrong only in tone or mark. *cells exact*: the table page. *pages/s*: from "
        "file to lines, models open and warm, in the better of two layouts (below); *MiB*: the peak of that layout, "
        "all its processes together. *s/page*: one page at a time on all cores.",
        "## How the cores were used",
        table_of(
            ["", "processes", "pages at once in each", "threads a page", "pages/s", "s/page", "peak MiB"],
            [_timing(result.label, timing) for result in results for timing in result.tried],
        ),
        "## Each page: CER % (exact of all lines)",
        table_of(
            ["", *scored],
            [[result.label, *(_page(result.pages.get(name)) for name in scored)] for result in results],
        ),
        "## What ran",
        table_of(
            ["", "versions", "pages side by side read like one at a time", "lines read like the first reader does"],
            [[r.label, r.says, "yes" if r.same else "no", str(r.agree)] for r in results],
        ),
    ]
    failed = [f"- {result.label} failed on {name}: {why}" for result in results for name, why in result.failed.items()]
    absent = [f"- {label} was left out: {why}" for label, why in left_out.items()]
    return "\n\n".join(part for part in [*parts, "\n".join(failed + absent)] if part) + "\n"


def soak_markdown(about: Mapping[str, Any], soaks: Mapping[str, Soak]) -> str:
    """The card of a soak."""
    rows = [
        [label, str(s.pages), f"{s.start:.0f}", f"{s.end:.0f}", f"{s.peak:.0f}", f"{s.slope:+.4f}", str(s.failed)]
        for label, s in soaks.items()
    ]
    said = "Least squares over resident memory after each page, the first third left out."
    head = ["", "pages", "MiB at the start", "at the end", "peak", "MiB a page", "failed"]
    return "\n\n".join(["# Memory of a reader over many pages", preamble(about), table_of(head, rows), said]) + "\n"


def preamble(about: Mapping[str, Any]) -> str:
    """When, where and by which command something was measured."""
    note = f" {about['note']}" if about["note"] else ""
    return (
        f"Measured {about['at']} on {about['machine']}, held to {about['cores']}; Python {about['python']}. "
        f"Command: `{about['command']}`.{note}"
    )


def _row(result: Result) -> list[str]:
    text, cells = result.text, result.table
    found = ["", "", "", "", ""]
    if text is not None:
        found = [
            f"{text.cer:.2f} [{text.cer_interval[0]:.2f} to {text.cer_interval[1]:.2f}]",
            f"{text.wer:.2f} [{text.wer_interval[0]:.2f} to {text.wer_interval[1]:.2f}]",
            f"{text.exact} of {text.lines} ({text.exact / text.lines:.1%})",
            str(text.missed),
            f"{text.tone_only:.0f} %",
        ]
    cell = f"{cells.exact} of {cells.lines} ({cells.exact / cells.lines:.1%})" if cells else ""
    best, one = result.best, result.one
    speeds = [f"{best.pages_per_second:.2f}", f"{one.seconds_per_page:.2f}", f"{best.peak_mib:.0f}"]
    return [result.label, *found, cell, *speeds]


def _timing(label: str, timing: Timing) -> list[str]:
    used = timing.layout
    speeds = [f"{timing.pages_per_second:.2f}", f"{timing.seconds_per_page:.2f}", f"{timing.peak_mib:.0f}"]
    return [label, str(used.processes), str(used.at_once), str(used.threads), *speeds]


def _page(found: Figures | None) -> str:
    return f"{found.cer:.2f} ({found.exact}/{found.lines})" if found else ""


def table_of(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown."""
    return "\n".join("| " + " | ".join(cells) + " |" for cells in [head, ["---"] * len(head), *rows])


def write_card(stem: Path, held: Mapping[str, Any], text: str) -> None:
    """`stem`.json for machines, `stem`.md for people."""
    stem.parent.mkdir(parents=True, exist_ok=True)
    stem.with_suffix(".json").write_text(json.dumps(held, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    stem.with_suffix(".md").write_text(text, encoding="utf-8")
