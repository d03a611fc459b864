"""`hoso read`: only reads pages; no service is needed."""

from __future__ import annotations

import glob
import json
import os
import tempfile
import time
from pathlib import Path
from typing import Annotated, Any, get_args

import typer
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from config.settings import Engine
from dossiers.errors import HosoError, InputError
from hoso.cli.common import JsonOption, PathsArgument, ThreadsOption, emit, err, refused_lines
from hoso.cli.words import say

ENGINES = get_args(Engine)


def register(app: typer.Typer) -> None:
    app.command(
        help=say(
            "Read pages to JSON (text, polygons, confidences, tables); nothing needs to run. A folder's images, PDFs "
            "and ZIPs are read, other files skipped. NAME.json for one page, NAME-0001.json and so on for several.",
            "Đọc các trang thành JSON (chữ, khung, độ tin cậy, bảng); không cần khởi động hệ thống.",
        )
    )(read)


def read(
    paths: PathsArgument,
    out_dir: Annotated[Path, typer.Option("--out", help=say("Folder for the results", "Thư mục kết quả"))],
    text: Annotated[bool, typer.Option("--text", help=say("Also NAME.txt", "Thêm NAME.txt"))] = False,
    hocr: Annotated[bool, typer.Option("--hocr", help=say("Also NAME.hocr", "Thêm NAME.hocr"))] = False,
    csv: Annotated[
        bool,
        typer.Option("--csv", help=say("Also NAME.table-1.csv, a table a file", "Thêm NAME.table-1.csv cho mỗi bảng")),
    ] = False,
    ocr: Annotated[
        bool, typer.Option("--ocr", help=say("Read even pages with a good text layer", "Đọc cả trang có lớp chữ tốt"))
    ] = False,
    threads: ThreadsOption = 0,
    engine: Annotated[
        str, typer.Option(help=say("Runtime of the models: ", "Bộ chạy mô hình: ") + ", ".join(ENGINES))
    ] = "",
    as_json: JsonOption = False,
) -> None:
    for path in paths:
        if not path.exists():
            raise InputError(str(path))
    if engine and engine not in ENGINES:
        raise InputError(f"--engine {engine}: {', '.join(ENGINES)}")
    try:
        out_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"--out {out_dir}: {error.strerror}") from error
    with tempfile.TemporaryDirectory(prefix="hoso-read-") as workdir:
        report = _read(paths, out_dir, Path(workdir), text, hocr, csv, ocr, threads or os.cpu_count() or 1, engine)
    emit(report, as_json, _said(report, out_dir))
    if report["refused"]:
        raise typer.Exit(InputError.exit_code)


def _read(
    paths: list[Path],
    out_dir: Path,
    workdir: Path,
    text: bool,
    hocr: bool,
    csv: bool,
    ocr: bool,
    threads: int,
    engine: str,
) -> dict[str, Any]:
    # What follows loads the models' runtime: other commands need not wait for it.
    from config.settings import Settings
    from dossiers.page import reading_to_json
    from hoso.reading import formats
    from hoso.reading.pages import list_pages, read_all

    settings = Settings()
    pool = settings.pool.model_copy(update={"reader_threads": threads, "engine": engine or settings.pool.engine})
    settings = settings.model_copy(update={"pool": pool})
    listing = list_pages(paths, settings.limits, workdir)
    refused = [{"name": name, "vi": vi, "en": en} for name, vi, en in listing.refused]
    pages: list[dict[str, Any]] = []
    began = time.perf_counter()
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task(say("reading", "đang đọc"), total=len(listing.pages))
        for page, reading in read_all(settings, listing.pages, ocr_always=ocr):
            bar.update(task, advance=1, description=page.name)
            if isinstance(reading, HosoError):
                refused.append({"name": page.name, "vi": reading.vi, "en": reading.en})
                continue
            content = json.dumps(reading_to_json(reading), ensure_ascii=False)
            (out_dir / f"{page.name}.json").write_text(content, encoding="utf-8")
            if text:
                (out_dir / f"{page.name}.txt").write_text(formats.plain_text(reading), encoding="utf-8")
            if hocr:
                (out_dir / f"{page.name}.hocr").write_text(formats.hocr(reading, page.name), encoding="utf-8")
            if csv:
                _write_tables(out_dir, page.name, formats.tables_csv(reading))
            counts = {"lines": len(reading.lines), "tables": len(reading.tables)}
            pages.append({"name": page.name, **counts, "seconds": round(reading.seconds, 3)})
    seconds = round(time.perf_counter() - began, 3)
    return {
        "pages": pages,
        "refused": refused,
        "skipped": list(listing.skipped),
        "out": str(out_dir),
        "seconds": seconds,
    }


def _write_tables(out_dir: Path, name: str, tables: list[str]) -> None:
    """A file for each table of a page; those of an earlier reading go."""
    for old in out_dir.glob(f"{glob.escape(name)}.table-*.csv"):
        if old.name.removeprefix(f"{name}.table-").removesuffix(".csv").isdecimal():  # else a page NAME.table-1 has it
            old.unlink()
    for number, table in enumerate(tables, 1):
        # With a byte order mark, without which spreadsheets take the letters for another code's.
        (out_dir / f"{name}.table-{number}.csv").write_text(table, encoding="utf-8-sig", newline="")


def _said(report: dict[str, Any], out_dir: Path) -> str:
    pages = report["pages"]
    took = f", {report['seconds']:.1f} {say('seconds', 'giây')}" if pages else ""
    lines = [f"[green]✓[/] {len(pages)} {say('pages', 'trang')} → {escape(str(out_dir))}{took}"]
    lines += [f"[dim]{say('skipped', 'bỏ qua')}: {escape(name)}[/]" for name in report["skipped"]]
    lines += refused_lines(report["refused"])
    return "\n".join(lines)
