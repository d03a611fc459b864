"""How well the reader reads bad paper: a figure for each degradation, for tables, for handwriting-like lines, and how
far its confidences can be believed.

    python -m benchmarks.degradations [--pages 12] [--lines 400] [--out benchmarks/results] [--report DIR]
        [--recogniser FILE.onnx] [--real DIR] [--seed N]

The whole reading is measured, as the system does it: each page is prepared (`workers.stages.prepare`), its lines are
found and read. Pages, lines and truth are those of `hoso evaluate`'s suites of the same names, decided by their seed;
their prose and their fonts are kept out of training, the kinds of faults and the printed words of forms are not.
`--seed` draws pages of the same kinds that nobody looked at while the reading was made. Real pages are counted in where
a folder of them is there; of them the card holds figures alone. No real handwriting is measured: `lines-hand` and
`lines-cursive` are drawn with handwriting-like fonts.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shlex
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from api.line_edits import DOUBTFUL
from config.settings import Settings
from models.engines import Hardware
from models.evaluation.calibration import asked
from models.evaluation.contender import Contender, from_file, shipped
from models.evaluation.report import write_report
from models.evaluation.result import SuiteResult, result_to_json
from models.evaluation.run import SuiteRun, evaluate
from models.evaluation.scores import Measured, summarise
from models.evaluation.station import Station
from models.evaluation.suites import DEGRADED, HAND, find_suite
from models.evaluation.suites.base import SEED, LineSuite, PageSuite
from models.evaluation.suites.pages import pages_like
from models.synthesis.lines.blank import blank_line
from models.weights import registry
from workers.stages.prepare import prepare

REAL_PAGES = Path(__file__).parents[1].parent / "shared" / "data" / "real" / "scans"
LINES = ("lines-print", "lines-worn", "lines-hand", "lines-cursive", "lines-cells", "lines-rare")
PAGES = ("pages-clean", *DEGRADED, "pages-forms", "pages-table")
GOALS = {
    "degraded": "1.5 % CER", "hand": "5 % CER", "pages-table": "98 % of cells exact", "ece": "0.03",
    "review": "15 % of lines",
}  # fmt: skip


def main() -> None:
    """Run everything, print the card, write it as JSON and Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=12, help="pages of each page suite")
    parser.add_argument("--lines", type=int, default=400, help="lines of each line suite")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--recogniser", type=Path, help="a weight file instead of the shipped one")
    parser.add_argument("--real", type=Path, default=REAL_PAGES, help="page images with gt/*.txt")
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results"))
    parser.add_argument("--seed", type=int, help="draw other pages of the same kinds than those of the suites")
    parser.add_argument("--report", type=Path, help="also write a report with the worst lines to this folder")
    given = parser.parse_args()
    contender = from_file(given.recogniser) if given.recogniser else shipped()
    runs = measure(contender, given.pages, given.lines, given.threads, given.real, given.seed)
    command = f"python -m benchmarks.degradations {shlex.join(sys.argv[1:])}".strip()
    if given.report:
        write_report(runs, given.report, "en", command)
    card = make_card(runs, contender, command)
    card["blank"] = invented(contender, given.threads, given.lines)
    given.out.mkdir(parents=True, exist_ok=True)
    text = json.dumps(card, indent=1, ensure_ascii=False)
    (given.out / "degradations.json").write_text(text + "\n", encoding="utf-8")
    shown = markdown(card)
    (given.out / "degradations.md").write_text(shown, encoding="utf-8")
    print(shown)


def measure(
    contender: Contender, pages: int, lines: int, threads: int, real: Path, seed: int | None = None
) -> list[SuiteRun]:
    """Every suite in turn, each in a fresh process, so that its peak memory is its own."""
    pool = Settings().pool
    hardware = Hardware(threads, pool.reader_gpus > 0, engine=pool.engine)
    names: list[str] = [*LINES, *PAGES]
    if (real / "gt").is_dir():
        names.append("real")
    else:
        print(f"no real pages at {real}: left out", flush=True)
    runs = []
    for name, suite in [(name, find_suite(name, real)) for name in names]:  # all found before the first is measured
        if seed is not None and isinstance(suite, PageSuite) and name != "real":
            suite = replace(suite, items=partial(pages_like, name, seed=seed))
        size = suite.size if name == "real" else lines if isinstance(suite, LineSuite) else pages
        runs += evaluate([contender], [suite], hardware, prepare, size=size)
        found = runs[-1].result
        print(f"{name:14s} CER {found.cer.value:7.2%}  exact {found.exact.value:6.1%}  ECE {found.ece:.3f}", flush=True)
    return runs


def invented(contender: Contender, threads: int, crops: int) -> dict[str, float]:
    """Of crops without a sign: the share into which something is read, and into which it is so surely that no page
    would ask for an eye."""
    with Station(contender, Hardware(threads, engine=Settings().pool.engine)) as station:
        texts, _ = station.recognise([blank_line(SEED, number) for number in range(crops)])
    read = [sure for text, sure in texts if text]
    return {"crops": crops, "read": len(read) / crops, "sure": sum(sure >= DOUBTFUL for sure in read) / crops}


def pooled(runs: Sequence[SuiteRun], name: str) -> SuiteResult:
    """All lines of several suites as if they were one."""
    first = runs[0].result
    seconds = sum(run.result.lines / run.result.lines_per_second for run in runs)
    peak = max(run.result.peak_mib for run in runs)
    where = first.machine, first.engine
    about = Measured(name, "", first.role, first.model, first.sha256, seconds, peak, *where, pages=True)
    return summarise([judged.score for run in runs for judged in run.judged], about)


def at_the_desk(runs: Sequence[SuiteRun]) -> dict[str, float]:
    """Shares of all lines that were read and of the misread ones for which the page asks an eye (`DOUBTFUL`)."""
    read = [judged.score for run in runs for judged in run.judged if judged.score.confidence is not None]
    asks, found = asked(np.array([s.confidence for s in read]), np.array([s.exact for s in read]), DOUBTFUL)
    return {"below": DOUBTFUL, "asked": asks, "found": found}


def _together(runs: Sequence[SuiteRun], name: str) -> dict[str, Any]:
    return {**result_to_json(pooled(runs, name)), "desk": at_the_desk(runs)}


def make_card(runs: Sequence[SuiteRun], contender: Contender, command: str) -> dict[str, Any]:
    """What was measured, on what, by which models."""
    hard = [run for run in runs if run.suite.name in DEGRADED]
    real = [run for run in runs if run.suite.name == "real"]
    weights = {**registry(), contender.weights.role: contender.weights}
    causes = {
        run.suite.name: dict(Counter(each.cause for each in run.judged if not each.score.exact and each.cause))
        for run in runs
        if not isinstance(run.suite, LineSuite)
    }
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": runs[0].result.machine,
        "python": platform.python_version(),
        "command": command,
        "models": {role: {"model": held.identity, "sha256": held.sha256} for role, held in weights.items()},
        "suites": [
            {**result_to_json(run.result), "about": run.suite.about_en, "desk": at_the_desk([run])} for run in runs
        ],
        "degraded": _together(hard, "all eight"),
        "hands": _together([run for run in runs if run.suite.name in HAND], "all hands"),
        "with_real": _together([*hard, *real], "all eight and real") if real else None,
        "causes": causes,
    }


def markdown(card: dict[str, Any]) -> str:
    """The card for people."""
    rows = [
        *card["suites"],
        {**card["degraded"], "suite": "**eight degradations together**", "about": "pooled"},
    ]
    weighed, weighed_of = card["degraded"], "degraded pages"
    if card["with_real"]:
        weighed, weighed_of = card["with_real"], "degraded and real pages together"
        rows.append({**weighed, "suite": "**these and the real pages**", "about": "pooled"})
    table = "\n".join(
        f"| {r['suite']} | {r['about']} | {r['lines']} | {_cer(r)} | {r['wer']['value']:.2%} | "
        f"{r['exact']['value']:.1%} | {r['missed']} | {r['tone_only']:.0%} | {r['ece']:.3f} | "
        f"{r['review_share']:.1%} | {r['desk']['asked']:.1%}, {r['desk']['found']:.0%} |"
        for r in rows
    )
    causes = "\n".join(
        f"| {suite} | {found.get('preparation', 0)} | {found.get('detection', 0)} | {found.get('recognition', 0)} |"
        for suite, found in card["causes"].items()
        if suite != "real"
    )
    blank = card["blank"]
    by_name = {r["suite"]: r for r in card["suites"]}
    hand, joined, cells = (by_name[name] for name in ("lines-hand", "lines-cursive", "pages-table"))
    models = ", ".join(f"{role} `{held['model']}`" for role, held in sorted(card["models"].items()))
    return f"""# Degraded paper, tables, handwriting-like lines, calibration

Measured {card["at"]} on {card["machine"]}, Python {card["python"]}; {models}. Command: `{card["command"]}`.

| | measured | goal |
| --- | --- | --- |
| CER over the eight degradations | {_cer(card["degraded"])} | {GOALS["degraded"]} |
| CER of handwriting-like lines, fonts kept out of training | {_cer(card["hands"])} | {GOALS["hand"]} |
| of these: letters apart; letters joined | {_cer(hand)}; {_cer(joined)} | |
| table cells exact | {cells["exact"]["value"]:.1%} | {GOALS["pages-table"]} |
| ECE of line confidence, {weighed_of} | {weighed["ece"]:.3f} | {GOALS["ece"]} |
| lines to review for 95 % of the misread ones, of the same | {weighed["review_share"]:.1%} | {GOALS["review"]} |
| crops without a sign into which something is read; surely | {blank["read"]:.1%}; {blank["sure"]:.1%} | none |

No real handwriting was measured.

CER with its 95 % interval (bootstrap over lines). Review: lines below the smallest threshold that finds 95 % of the
misread ones. Desk: lines below {card["degraded"]["desk"]["below"]}, for which the page asks an officer's eye, and how
many of the misread ones are among them. The unit of `pages-table` is the cell.

| suite | what it is | lines | CER | WER | exact | missed | tone only | ECE | review | desk, found |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
{table}

Misread lines by the step that spoilt them (found by reading the place where the line is printed):

| suite | preparation | detection | recognition |
| --- | --- | --- | --- |
{causes}
"""


def _cer(row: dict[str, Any]) -> str:
    cer = row["cer"]
    return f"{cer['value']:.2%} [{cer['low'] * 100:.2f}, {cer['high'] * 100:.2f}]"


if __name__ == "__main__":
    main()
