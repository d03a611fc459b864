"""`hoso submit`, `show`, `events`, `cancel`, `retry`: a dossier through the public API."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from dossiers.dossier import TERMINAL, State
from dossiers.errors import InputError
from hoso.cli.common import (
    DEFAULT_HOME,
    ENDED_WITHOUT_RESULT,
    ApiOption,
    HomeOption,
    JsonOption,
    KeyOption,
    Place,
    emit,
    err,
    out,
)
from hoso.cli.words import say
from hoso.client import Client
from hoso.demo.view import progress_of, steps_line

DOWNLOADS = {
    "package": "ho-so.pdf",
    "fields.json": "fields.json",
    "result": "ket-qua.pdf",
    "result/validation": "validation.json",
    "manifest": "manifest.json",
}
CodeArgument = Annotated[str, typer.Argument(help=say("Code of the dossier", "Mã hồ sơ"), metavar="CODE")]


def register(app: typer.Typer) -> None:
    app.command(
        help=say("Send files, folders or ZIPs in as one dossier.", "Nộp tệp, thư mục hoặc ZIP thành một hồ sơ.")
    )(submit)
    app.command(help=say("Show where a dossier stands.", "Xem hồ sơ đang ở bước nào."))(show)
    app.command(help=say("Print what happens to a dossier.", "In các sự kiện của hồ sơ."))(events)
    app.command(help=say("End a dossier before it is signed.", "Hủy hồ sơ trước khi ký."))(cancel)
    app.command(help=say("Run failed work again.", "Chạy lại phần việc bị lỗi."))(retry)


def files_of(paths: Iterable[Path]) -> list[Path]:
    """The files themselves, and those in folders (hidden ones left out), in order of their names."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = (p for p in sorted(path.rglob("*")) if p.is_file())
            found += [p for p in inside if not any(part.startswith(".") for part in p.relative_to(path).parts)]
        elif path.is_file():
            found.append(path)
        else:
            raise InputError(str(path))
    if not found:
        raise InputError(say("no files", "không có tệp nào"))
    return found


def submit(
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH...", help=say("Files, folders, ZIPs", "Tệp, thư mục, ZIP"))
    ],
    procedure: Annotated[
        str, typer.Option("--procedure", "-p", help=say("Code of the procedure", "Mã thủ tục"))
    ] = "chung",
    reference: Annotated[str, typer.Option(help=say("Your own code", "Mã riêng của bạn"))] = "",
    priority: Annotated[int, typer.Option(min=0, max=9, help=say("Higher first", "Cao hơn được làm trước"))] = 0,
    wait: Annotated[
        bool, typer.Option("--wait", help=say("Wait until the machine's work is done", "Đợi máy xử lý xong"))
    ] = False,
    out_dir: Annotated[
        Path | None, typer.Option("--out", help=say("Download what there is to this folder", "Tải kết quả về thư mục"))
    ] = None,
    home: HomeOption = DEFAULT_HOME,
    api: ApiOption = "",
    key_file: KeyOption = None,
    as_json: JsonOption = False,
) -> None:
    files = files_of(paths)
    with Place(home, api, key_file).client() as client:
        receipt = _send(client, files, procedure, reference, priority)
        code = receipt["code"]
        if not as_json:
            out.print(
                f"[bold]{code}[/]  {say('accepted', 'đã tiếp nhận')}", f"{say('due', 'hẹn trả')} {receipt['due_at']}"
            )
        if not wait and out_dir is None:
            emit(receipt, as_json)
            return
        view = follow(client, code)
        fetched = download(client, code, out_dir) if out_dir else []
        emit({**view, "downloads": [str(path) for path in fetched]}, as_json, summary(view))
    if view["state"] in TERMINAL and view["state"] != State.COMPLETED:
        raise typer.Exit(ENDED_WITHOUT_RESULT)


def _send(client: Client, files: list[Path], procedure: str, reference: str, priority: int) -> dict[str, Any]:
    total = sum(path.stat().st_size for path in files)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task(say("uploading", "đang tải lên"), total=total)
        return client.submit(
            procedure, files, reference=reference, priority=priority, sent=lambda size: bar.advance(task, size)
        )


def follow(client: Client, code: str) -> dict[str, Any]:
    """Show progress until the machine waits for people or the dossier has ended; the last view."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err, transient=True) as bar:
        task: TaskID = bar.add_task(code, total=1.0)
        while True:
            view = client.show(code)
            bar.update(task, completed=view["progress"]["fraction"], description=f"{code} {progress_of(view)}")
            if view["state"] != State.PROCESSING:
                return view
            time.sleep(0.5)


def download(client: Client, code: str, folder: Path) -> list[Path]:
    """Everything that is there to be fetched now; what is not there yet is left out."""
    folder.mkdir(parents=True, exist_ok=True)
    fetched = []
    for what, name in DOWNLOADS.items():
        try:
            client.download(code, what, folder / name)
        except Exception as error:  # not ready, none or gone: say it, take the rest
            (folder / f".{name}.part").unlink(missing_ok=True)
            if getattr(error, "exit_code", 1) in (3, 6):
                raise
            continue
        fetched.append(folder / name)
    return fetched


def summary(view: dict[str, Any]) -> Table:
    """One dossier for people."""
    table = Table.grid(padding=(0, 2))
    table.add_row(say("dossier", "hồ sơ"), f"[bold]{view['code']}[/]  {view['procedure_name']}")
    table.add_row(say("state", "trạng thái"), f"{view['step']} / {view['state']}  {view['reason']}")
    table.add_row(say("steps", "các bước"), steps_line(view))
    table.add_row(say("progress", "tiến độ"), progress_of(view))
    table.add_row(say("due", "hẹn trả"), str(view["due_at"]))
    for file in view["files"]:
        pages = f"{file['pages']} {say('pages', 'trang')}"
        table.add_row(say("file", "tệp"), Text(f"{file['name']}  {pages}  {file['error'] or ''}"))
    for finding in view["findings"]:
        colour = {"error": "red", "warning": "yellow"}.get(finding["severity"], "dim")
        table.add_row(
            f"[{colour}]{finding['severity']}[/]", f"{say(finding['en'], finding['vi'])} [dim]{finding['code']}[/]"
        )
    return table


def show(
    code: CodeArgument,
    home: HomeOption = DEFAULT_HOME,
    api: ApiOption = "",
    key_file: KeyOption = None,
    as_json: JsonOption = False,
) -> None:
    with Place(home, api, key_file).client() as client:
        view = client.show(code)
    emit(view, as_json, summary(view))


def events(
    code: CodeArgument,
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help=say("Go on until it ends", "Theo dõi đến khi kết thúc"))
    ] = False,
    home: HomeOption = DEFAULT_HOME,
    api: ApiOption = "",
    key_file: KeyOption = None,
    as_json: JsonOption = False,
) -> None:
    with Place(home, api, key_file).client() as client:
        for event in client.events(code, follow=follow):
            if as_json:
                print(json.dumps({"id": event.id, "kind": event.kind, "at": event.at, "data": event.data}), flush=True)
            else:
                words = " ".join(f"{key}={value}" for key, value in event.data.items() if value is not None)
                out.print(f"[dim]{event.at}[/]  {event.kind:<18} {words}")
            if follow and event.kind == "dossier.moved" and event.data.get("state") in TERMINAL:
                return


def cancel(
    code: CodeArgument,
    reason: Annotated[str, typer.Option(help=say("Why", "Lý do"))] = "",
    home: HomeOption = DEFAULT_HOME,
    api: ApiOption = "",
    key_file: KeyOption = None,
    as_json: JsonOption = False,
) -> None:
    with Place(home, api, key_file).client() as client:
        view = client.cancel(code, reason)
    emit(view, as_json, summary(view))


def retry(
    code: CodeArgument,
    home: HomeOption = DEFAULT_HOME,
    api: ApiOption = "",
    key_file: KeyOption = None,
    as_json: JsonOption = False,
) -> None:
    with Place(home, api, key_file).client() as client:
        view = client.retry(code)
    emit(view, as_json, summary(view))
