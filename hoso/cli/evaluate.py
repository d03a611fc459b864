"""`hoso evaluate`: how well a model reads, on named suites, with a report. No service is needed but to keep results."""

from __future__ import annotations

import os
import shlex
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from dossiers.errors import InputError
from hoso.cli.common import DEFAULT_HOME, HomeOption, JsonOption, ThreadsOption, emit, err, out
from hoso.cli.words import LANGUAGE, say

if TYPE_CHECKING:
    from models.evaluation.contender import Contender
    from models.evaluation.result import Interval
    from models.evaluation.run import SuiteRun
    from models.evaluation.suites.base import Suite

REAL_PAGES = Path(__file__).parents[2].parent / "shared" / "data" / "real" / "scans"


class ReportFolderUnusable(InputError):
    """The report cannot be written where it shall; `detail` names the folder."""

    code = "evaluation.folder_unusable"
    vi = "Không tạo được thư mục cho báo cáo. Hãy chọn thư mục khác với --out."
    en = "The folder for the report cannot be made. Choose another one with --out."


def register(app: typer.Typer) -> None:
    app.command(
        help=say(
            "Measure a model: the shipped one, an .onnx file, or a registered NAME@VERSION; with --against two of them "
            "in turns. Suites: lines-print, lines-worn, lines-hand, lines-cursive (handwriting-LIKE fonts; no real "
            "handwriting is measured), lines-cells, lines-rare, pages-clean, pages-skew, pages-shadow, "
            "pages-jpeg, pages-toner, pages-fax, pages-seal, pages-leaders, pages-phone, pages-forms, pages-table, "
            "real, set:FOLDER, set:NAME@vN.",
            "Đo một mô hình: bản đi kèm, tệp .onnx, hoặc TÊN@PHIÊN BẢN đã đăng ký; với --against đo xen kẽ hai mô "
            "hình. Bộ đo: lines-print, lines-worn, lines-hand, lines-cursive (phông GIỐNG chữ viết tay; chưa đo chữ "
            "viết tay thật), lines-cells, lines-rare, pages-clean, pages-skew, pages-shadow, pages-jpeg, "
            "pages-toner, pages-fax, pages-seal, pages-leaders, pages-phone, pages-forms, pages-table, real, "
            "set:THƯ-MỤC, set:TÊN@vN.",
        )
    )(evaluate)


def evaluate(
    model: Annotated[str, typer.Argument(metavar="[MODEL]", help=say("Default: shipped", "Mặc định: đi kèm"))] = "",
    against: Annotated[str, typer.Option(help=say("A second model, side by side", "Mô hình thứ hai"))] = "",
    suite: Annotated[list[str] | None, typer.Option(help=say("Again for several", "Lặp lại để chọn nhiều"))] = None,
    size: Annotated[int, typer.Option(min=0, help=say("Lines or pages a suite; 0: its own", "Số dòng hoặc trang"))] = 0,
    out_dir: Annotated[
        Path | None, typer.Option("--out", help=say("Folder for report.html", "Thư mục cho report.html"))
    ] = None,
    real: Annotated[
        Path, typer.Option(help=say("Pages and gt/*.txt of the suite `real`", "Trang và gt/*.txt của bộ `real`"))
    ] = REAL_PAGES,
    store: Annotated[
        bool, typer.Option("--store", help=say("Keep the results for promotions", "Lưu kết quả để xét duyệt"))
    ] = False,
    threads: ThreadsOption = 0,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    from hoso.embedded.errors import NotRunning
    from hoso.operators import is_there
    from models.evaluation.report import write_report
    from models.evaluation.result import result_to_json

    if store and not is_there(home):  # before an hour of measuring, not after
        raise NotRunning(str(home))
    if out_dir:
        _make(out_dir)
    with tempfile.TemporaryDirectory(prefix="hoso-evaluate-") as fetched:
        contenders = [_contender(model, home, Path(fetched))]
        if against:
            contenders.append(_contender(against, home, Path(fetched), contenders[0].weights.role))
        suites = _suites(suite or [], contenders, real, home, Path(fetched))
        runs = _measure(contenders, suites, size or None, threads)
    emit([result_to_json(run.result) for run in runs], as_json, _table(runs))
    if out_dir:
        write_report(runs, out_dir, "vi" if LANGUAGE == "vi" else "en", shlex.join(["hoso", *sys.argv[1:]]))
    if store:
        _keep(runs, home)
    if not as_json:
        _say_more(runs, out_dir, store)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ReportFolderUnusable(str(folder)) from error


def _contender(said: str, home: Path, fetched: Path, role: str = "recogniser") -> Contender:
    """The model that was named; `champion` is what reads with `role` now, the shipped one where nothing runs.

    Raises `ModelUnknown`, `NotFound`, `NotRunning`, `WeightsRejected`.
    """
    from hoso.named_models import named
    from models.evaluation.contender import Contender, from_file, shipped

    if said in ("", "shipped", "recogniser", "detector"):
        return shipped("detector" if said == "detector" else "recogniser")
    if said.endswith(".onnx") or Path(said).is_file():
        return from_file(Path(said))
    known, file = named(said, role, home, fetched / "models")
    return Contender(known.weights, file.parent) if file else Contender(known.weights)


def _suites(
    names: Sequence[str], contenders: Sequence[Contender], real: Path, home: Path, fetched: Path
) -> list[Suite]:
    """The suites that were named, else the quick ones; a set that is no folder is fetched from the store."""
    from hoso.data_sets import set_of
    from models.evaluation import suites

    def find_set(said: str) -> Path:
        return set_of(said, home, fetched / "sets" / said).folder

    reads = all(each.weights.role == "recogniser" for each in contenders)
    quick = suites.QUICK if reads else ("pages-clean", "pages-seal", "pages-leaders", "pages-table")
    return [suites.find_suite(name, real, find_set) for name in names or quick]


def _measure(
    contenders: Sequence[Contender], suites: Sequence[Suite], size: int | None, threads: int
) -> list[SuiteRun]:
    from config.settings import Settings
    from models.engines import Hardware
    from models.evaluation import run
    from workers.stages.prepare import prepare

    pool = Settings().pool
    hardware = Hardware(threads or os.cpu_count() or 1, pool.reader_gpus > 0, engine=pool.engine)
    with _progress() as advance:
        return run.evaluate(contenders, suites, hardware, prepare, size=size, advance=advance)


@contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None]]:
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True) as bar:
        tasks: dict[str, TaskID] = {}

        def advance(name: str, done: int, total: int) -> None:
            if name not in tasks:
                tasks[name] = bar.add_task(name, total=total)
            bar.update(tasks[name], completed=done, total=total)

        yield advance


def _table(runs: Sequence[SuiteRun]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(say("suite", "bộ đo"), overflow="fold")
    table.add_column(say("model", "mô hình"), overflow="fold")  # long names are broken before figures are cut
    heads = (
        say("lines", "dòng"), "CER %", "WER %", say("exact %", "đúng %"), say("missed", "sót"),
        say("tone only", "sai dấu"), "ECE", say("to review", "xem lại"), say("lines/s", "dòng/s"), "MiB",
    )  # fmt: skip
    for head in heads:
        table.add_column(head, justify="right", no_wrap=True)
    for run in runs:
        r = run.result
        figures = (
            str(r.lines), _share(r.cer), f"{r.wer.value * 100:.2f}", f"{r.exact.value:.1%}", str(r.missed),
            f"{r.tone_only:.0%}", f"{r.ece:.3f}", f"{r.review_share:.1%} [dim]< {r.review_threshold:.2f}[/]",
            f"{r.lines_per_second:.1f}", f"{r.peak_mib:.0f}",
        )  # fmt: skip
        table.add_row(r.suite, r.model, *figures)
    return table


def _share(interval: Interval) -> str:
    value, low, high = (f"{share * 100:.2f}" for share in (interval.value, interval.low, interval.high))
    return f"{value} [dim]{low}–{high}[/]"


def _say_more(runs: Sequence[SuiteRun], out_dir: Path | None, stored: bool) -> None:
    from models.evaluation.suites import HAND

    if runs:
        out.print(f"[dim]{runs[0].result.machine}, {runs[0].result.engine}[/]")
    if not HAND.isdisjoint(run.suite.name for run in runs):
        note = say(
            "lines-hand, lines-cursive: handwriting-like fonts; no real handwriting was measured",
            "lines-hand, lines-cursive: phông giống chữ viết tay; chưa đo chữ viết tay thật",
        )
        out.print(f"[yellow]{note}[/]")
    for about in {run.suite.name: run.suite for run in runs if run.suite.name.startswith("set:")}.values():
        out.print(f"[dim]{say(about.about_en, about.about_vi)}[/]")
    if out_dir:
        out.print(f"[green]✓[/] {out_dir / 'report.html'}")
    if stored:
        out.print(f"[green]✓[/] {say('kept for promotions', 'đã lưu để xét duyệt')}")


def _keep(runs: Sequence[SuiteRun], home: Path) -> None:
    from dossiers.db import models
    from hoso.operators import open_database, who
    from models.evaluation.result import result_to_json

    with open_database(home) as (db, _), db.transaction() as session:
        for run in runs:
            models.keep_evaluation(session, result_to_json(run.result), who())
