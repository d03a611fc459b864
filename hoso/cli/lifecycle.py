"""`hoso up`, `hoso down`, `hoso status`."""

from __future__ import annotations

import time
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.status import Status
from rich.table import Table

from hoso.cli.common import DEFAULT_HOME, HomeOption, JsonOption, Place, emit, err, out
from hoso.cli.words import say
from hoso.client import Client
from hoso.embedded import accounts, control, instance, plan, state
from hoso.embedded.errors import NotRunning
from hoso.embedded.state import State

_COLOUR = {"up": "green", "starting": "yellow", "waiting": "red", "down": "dim", "failed": "red", "stopping": "yellow"}


def register(app: typer.Typer) -> None:
    app.command(help=say("Start the whole system and leave it running.", "Khởi động toàn bộ hệ thống."))(up)
    app.command(help=say("Stop all of it; nothing is left behind.", "Dừng toàn bộ hệ thống."))(down)
    app.command(help=say("Show the parts and their health.", "Xem tình trạng các thành phần."))(status)


def start_and_wait(home: Path, quiet: bool = False) -> State:
    """Start the instance and show its parts as they come up."""
    began = time.monotonic()
    control.start(home)
    if quiet:
        return control.wait_up(home)
    with Status(say("starting", "đang khởi động"), console=err) as line:

        def seen(now: State) -> None:
            names = [f"[{_COLOUR.get(part.state, 'dim')}]{name}[/]" for name, part in now.parts.items()]
            line.update(f"{say('starting', 'đang khởi động')} {time.monotonic() - began:.0f} s  {' '.join(names)}")

        return control.wait_up(home, seen)


def up(
    home: HomeOption = DEFAULT_HOME,
    wait: Annotated[
        bool, typer.Option("--wait/--no-wait", help=say("Wait until it is up", "Đợi đến khi sẵn sàng"))
    ] = True,
    as_json: JsonOption = False,
) -> None:
    home = home.resolve()
    if not state.is_running(home):
        if not wait:
            control.start(home)
            emit({"home": str(home), "phase": "starting"}, as_json, say("starting", "đang khởi động"))
            return
        start_and_wait(home, quiet=as_json)
    elif wait:
        control.wait_up(home)
    emit(_addresses(home), as_json, _welcome(home))


def _addresses(home: Path) -> dict[str, Any]:
    at = instance.at(home)
    return {
        "phase": state.read(home).phase,
        "home": str(home),
        "page": f"{at.address}/",
        "api": f"{at.address}/v1/dossiers",
        "docs": f"{at.address}/docs",
        "api_key_file": str(at.secret_file("demo-client.json")),
        "officers": [account.username for account in accounts.demo_officers(at)],
    }


def _welcome(home: Path) -> Table:
    at, said = instance.at(home), _addresses(home)
    table = Table.grid(padding=(0, 2))
    table.add_row(f"[bold green]✓ {say('Hoso is up', 'Hoso đã sẵn sàng')}[/]", "")
    table.add_row(say("Page", "Trang xem"), f"[link={said['page']}]{said['page']}[/]")
    table.add_row("API", said["api"])
    table.add_row(say("API documents", "Tài liệu API"), said["docs"])
    table.add_row(say("API key of the demo client", "Khóa API mẫu"), said["api_key_file"])
    for account in accounts.demo_officers(at):
        file = at.secret_file(f"officer-{account.username}.password")
        table.add_row(
            f"{say('Demo officer', 'Cán bộ mẫu')} {account.username}", f"{say('password in', 'mật khẩu ở')} {file}"
        )
    warning = say(
        "The PKI is a demonstration: signatures have no legal value.", "PKI mẫu: chữ ký không có giá trị pháp lý."
    )
    table.add_row(f"[yellow]{warning}[/]", "")
    table.add_row(say("Stop it with", "Dừng bằng"), "hoso down")
    return table


def down(home: HomeOption = DEFAULT_HOME, as_json: JsonOption = False) -> None:
    with Status(say("stopping", "đang dừng"), console=err):
        stopped = control.stop(home)
    text = (
        say("stopped; nothing is left running", "đã dừng")
        if stopped
        else say("nothing was running", "không có gì đang chạy")
    )
    emit({"stopped": stopped, "home": str(home.resolve())}, as_json, text)


def status(home: HomeOption = DEFAULT_HOME, as_json: JsonOption = False) -> None:
    home = home.resolve()
    now = state.read(home)
    front: dict[str, Any] = {}
    counts: dict[str, int] = {}
    models: dict[str, str] = {}
    if now.phase != "down":
        with Client(now.address, timeout_s=5) as client:
            try:
                front = client.ready()
            except NotRunning:
                front = {}
            except Exception as error:  # shown, not hidden: status must say what it sees
                front = {"status": type(error).__name__}
        counts, models = _counts(home), _models(home)
    emit({**asdict(now), "home": str(home), "front": front, "dossiers": counts, "models": models}, as_json)
    if not as_json:
        out.print(_table(home, now, front, counts, models))
    if now.phase == "down":
        raise NotRunning(str(home))


def _counts(home: Path) -> dict[str, int]:
    """How many of the newest 200 dossiers are in which state."""
    counts: dict[str, int] = {}
    try:
        with Place(home).client() as client:
            for item in client.find(limit=200)["items"]:
                counts[item["state"]] = counts.get(item["state"], 0) + 1
    except Exception:  # the front may be away: the table of parts says so
        return {}
    return counts


def _models(home: Path) -> dict[str, str]:
    """What the dispatcher reads with, name@version by role; empty while none runs or the database is away."""
    from dossiers.db import models
    from dossiers.db.engine import Db
    from dossiers.errors import Unavailable

    db = Db.open(instance.at(home).settings("owner").database, "cli")
    try:
        with db.transaction() as session:
            return models.reading(session)
    except Unavailable:
        return {}
    finally:
        db.close()


def _table(home: Path, now: State, front: dict[str, Any], counts: dict[str, int], models: dict[str, str]) -> Table:
    title = f"{now.phase}  {now.address}  {home}"
    table = Table(title=title, title_justify="left", title_style=_COLOUR.get(now.phase, ""))
    for name in (
        say("part", "thành phần"),
        say("state", "trạng thái"),
        "pid",
        say("restarts", "khởi động lại"),
        say("since", "từ lúc"),
    ):
        table.add_column(name)
    for part in plan.ALL:
        if shown := now.parts.get(part.name):
            colour = _COLOUR.get(shown.state, "")
            table.add_row(
                part.name, f"[{colour}]{shown.state}[/]", str(shown.pid or ""), str(shown.restarts), shown.since
            )
    ready = ", ".join(f"{name} {value}" for name, value in front.get("parts", {}).items())
    held = ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))
    reads = ", ".join(f"{role} {model}" for role, model in models.items())
    table.caption = "\n".join(filter(None, (now.error, ready, held, reads)))
    return table
