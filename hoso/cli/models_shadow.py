"""`hoso models shadow|disagreements`: a challenger beside the champion, and what it read otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from dossiers.errors import InputError
from hoso.cli.common import DEFAULT_HOME, HomeOption, JsonOption, emit, out
from hoso.cli.models_views import table, when
from hoso.cli.words import say
from hoso.operators import open_database, who

if TYPE_CHECKING:
    from dossiers.db.model_tables import ShadowRunRow


def shadow(
    version: Annotated[
        str, typer.Argument(metavar="[VERSION]", help=say("A registered recogniser", "Phiên bản đã đăng ký"))
    ] = "",
    share: Annotated[float, typer.Option(min=0.0, max=1.0, help=say("Of pages", "Tỷ lệ trang"))] = 0.1,
    off: Annotated[bool, typer.Option("--off", help=say("No challenger any more", "Dừng bản thử"))] = False,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    from dossiers.db import shadow as shadows
    from models import lifecycle

    if off == bool(version):
        raise InputError("VERSION --share 0.1 | --off")
    with open_database(home) as (db, _):
        with db.transaction() as session:
            known = None if off else lifecycle.find(session, version, "recogniser")
            ended = known is None and shadows.end(session, "recogniser", who())
        run = lifecycle.start_shadow(db, known, share, who()) if known else None
    if run is None:
        text = say("no challenger reads any more", "không còn bản thử nào")
        emit({"ended": ended}, as_json, f"[green]✓[/] {text}")
        return
    value = {"run": run.id, "challenger": run.challenger, "champion": run.champion, "share": run.share}
    beside = say(f"reads {share:.0%} of the pages beside", f"đọc {share:.0%} số trang bên cạnh")
    emit(value, as_json, f"[green]✓[/] {run.challenger} {beside} {run.champion}")


def disagreements(
    show_lines: Annotated[
        bool,
        typer.Option("--lines", help=say("Show the lines: personal data", "Hiện các dòng: có dữ liệu cá nhân")),
    ] = False,
    limit: Annotated[int, typer.Option(min=1, help=say("Most lines shown", "Số dòng tối đa"))] = 50,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    from dossiers.db import audit
    from dossiers.db import shadow as shadows

    with open_database(home) as (db, _), db.transaction() as session:
        runs = shadows.runs(session, "recogniser")
        lines = shadows.readings(session, runs[0].id, limit) if runs and show_lines else []
        if lines:
            audit.append(session, who(), "model.disagreements_read", run=runs[0].id, lines=len(lines))
    value: dict[str, Any] = {"runs": [_run_json(run) for run in runs]}
    if show_lines:
        value["lines"] = [
            {
                "page": line.page,
                "polygon": line.polygon,
                "champion": line.champion_text,
                "champion_confidence": line.champion_confidence,
                "challenger": line.challenger_text,
                "challenger_confidence": line.challenger_confidence,
            }
            for line in lines
        ]
    emit(value, as_json)
    if as_json:
        return
    shown = table(say("challenger", "bản thử"), say("beside", "bên cạnh"), say("from", "từ"), say("to", "đến"),
                   say("pages", "trang"), say("lines", "dòng"), say("differ", "khác"), say("failed", "lỗi"),
                   say("left out", "bỏ qua"))  # fmt: skip
    for run in runs:
        differ = f"{run.differing} ({run.differing / run.lines:.1%})" if run.lines else "0"
        shown.add_row(run.challenger, run.champion, when(run.started_at), when(run.ended_at), str(run.pages),
                      str(run.lines), differ, str(run.failed), str(run.skipped))  # fmt: skip
    out.print(shown)
    for line in lines:
        out.print(f"[dim]{line.champion_confidence:.3f}[/] {escape(line.champion_text)}")
        out.print(f"[dim]{line.challenger_confidence:.3f}[/] [bold]{escape(line.challenger_text)}[/]\n")


def _run_json(run: ShadowRunRow) -> dict[str, Any]:
    names = ("id", "challenger", "champion", "share", "started_at", "ended_at")
    counts = ("pages", "lines", "differing", "failed", "skipped")
    return {name: getattr(run, name) for name in (*names, *counts)}
