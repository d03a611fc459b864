"""`hoso models`: the registry, its gates, promotion and rollback, and challengers beside the champion."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from dossiers.errors import InputError
from hoso.cli.common import DEFAULT_HOME, HomeOption, JsonOption, emit, out
from hoso.cli.models_compare import compare, show
from hoso.cli.models_shadow import disagreements, shadow
from hoso.cli.models_views import RoleOption, VersionArgument, gates, table, when
from hoso.cli.words import say
from hoso.operators import open_database, who

ToldOption = Annotated[str, typer.Option(help=say("Default: as the file says", "Mặc định: theo tệp"))]

commands = typer.Typer(
    no_args_is_help=True, help=say("Model versions: register, compare, promote.", "Phiên bản mô hình.")
)


def register(app: typer.Typer) -> None:
    for name, command, en, vi in (
        ("register", register_file, "Keep an .onnx file as a version.", "Đăng ký tệp .onnx thành một phiên bản."),
        ("list", list_all, "Versions, and which one is in use.", "Các phiên bản và bản đang dùng."),
        ("show", show, "A version: card, figures, gates.", "Một phiên bản: thẻ, số đo, các cổng kiểm tra."),
        ("compare", compare, "Two versions on the same suites.", "So hai phiên bản trên cùng bộ đo."),
        ("promote", promote, "Put a version to use, past its gates.", "Đưa phiên bản vào dùng sau khi qua các cổng."),
        ("rollback", rollback, "Back to the champion before.", "Quay lại mô hình dùng trước đó."),
        ("shadow", shadow, "A challenger on a share of live pages.", "Cho bản thử đọc một phần trang thật."),
        ("disagreements", disagreements, "What a challenger read otherwise.", "Những chỗ bản thử đọc khác."),
    ):
        commands.command(name, help=say(en, vi))(command)
    app.add_typer(commands, name="models")


def register_file(
    file: Annotated[
        Path, typer.Argument(metavar="FILE.onnx", help=say("As `hoso train` wrote it", "Tệp do `hoso train` xuất ra"))
    ],
    card: Annotated[Path | None, typer.Option(help=say("Model card, Markdown", "Thẻ mô hình, Markdown"))] = None,
    role: ToldOption = "",
    name: ToldOption = "",
    version: ToldOption = "",
    parent: Annotated[str, typer.Option(help=say("NAME@VERSION it began from", "Bản gốc"))] = "",
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    from dossiers.store import ObjectStore
    from models import lifecycle
    from models.charset import missing_letters

    for path in filter(None, (file, card)):
        if not path.is_file():
            raise InputError(str(path))
    text = card.read_text(encoding="utf-8") if card else ""
    told = {"role": role, "name": name, "version": version, "parent": parent}
    with open_database(home) as (db, found):
        row = lifecycle.register(db, ObjectStore(found.store), file, who(), text, told)
    identity = f"{row.name}@{row.version}"
    lacking = missing_letters(lifecycle.charset_of(row.facts) or ()) if row.role == "recogniser" else ""
    said = f"[green]✓[/] {row.role} {identity} {row.sha256[:12]} {row.size / 1e6:.1f} MB"
    if lacking:
        warning = say("cannot be promoted: it cannot write", "không đưa vào dùng được vì không viết được")
        said += f"\n[yellow]! {warning} {lacking}[/]"
    value = {"role": row.role, "model": identity, "sha256": row.sha256, "size": row.size, "missing_letters": lacking}
    emit(value, as_json, said)


def list_all(home: HomeOption = DEFAULT_HOME, as_json: JsonOption = False) -> None:
    from dossiers.db import models
    from models import lifecycle
    from models.weights import registry

    listed: list[dict[str, Any]] = []
    with open_database(home) as (db, _), db.transaction() as session:
        for role in lifecycle.ROLES:
            champion, since = lifecycle.champion(session, role)
            shipped = lifecycle.Known(registry()[role], None)
            rows = models.versions(session, role)
            for known in (shipped, *(lifecycle.Known(lifecycle.weights_of(row), row) for row in rows)):
                in_use = known.weights.sha256 == champion.weights.sha256
                listed.append(
                    {
                        "role": role,
                        "model": known.identity,
                        "sha256": known.weights.sha256,
                        "champion": in_use,
                        "since": since.promoted_at if in_use and since else None,
                        "registered": known.row.created_at if known.row else None,
                        "by": known.row.created_by if known.row else "",
                        "parent": known.row.parent if known.row else "",
                        "shipped": known.row is None,
                        "removed": known.row.removed_at if known.row else None,
                        "suites": sorted({result.suite for result in lifecycle.results(session, known)}),
                    }
                )
    heads = ("", say("role", "vai trò"), say("model", "mô hình"), "sha256", say("registered", "đăng ký"))
    shown = table(*heads, say("in use since", "dùng từ"), say("measured on", "đã đo"))
    for one in listed:
        registered = say("shipped", "đi kèm") if one["shipped"] else when(one["registered"])
        state = f"{registered} [dim]{say('file removed', 'tệp đã xóa')}[/]" if one["removed"] else registered
        mark = "[green]●[/]" if one["champion"] else ""
        used = when(one["since"]) or (say("the start", "ban đầu") if one["champion"] else "")
        shown.add_row(mark, one["role"], one["model"], one["sha256"][:12], state, used, str(len(one["suites"])))
    emit(listed, as_json, shown)


def promote(
    version: VersionArgument,
    role: RoleOption = "",
    force: Annotated[
        bool,
        typer.Option("--force", help=say("Past the gates, but letters and hash", "Bỏ qua cổng, trừ chữ cái, mã băm")),
    ] = False,
    reason: Annotated[str, typer.Option(help=say("Why; needed with --force", "Lý do; cần khi --force"))] = "",
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    from dossiers.store import ObjectStore
    from models import lifecycle

    if force != bool(reason.strip()):
        raise InputError("--force --reason TEXT")
    with open_database(home) as (db, found):
        with db.transaction() as session:
            known = lifecycle.find(session, version, role or None)
        examined = lifecycle.examine(db, ObjectStore(found.store), known)
        value = {
            "role": known.weights.role,
            "model": known.identity,
            "before": examined.champion.identity,
            "promoted": True,
            "gates": [asdict(verdict) for verdict in examined.verdicts],
        }
        if not as_json:
            out.print(gates(examined.verdicts))
        try:
            lifecycle.promote(db, examined, who(), reason.strip())
        except lifecycle.GatesNotPassed:
            if not as_json:
                raise
            emit({**value, "promoted": False}, True)
            raise typer.Exit(lifecycle.GatesNotPassed.exit_code) from None
    said = say("reads every page that begins from now on; before", "đọc mọi trang từ bây giờ; trước đó")
    emit(value, as_json, f"[green]✓[/] {known.identity} {said}: {examined.champion.identity}")


def rollback(role: RoleOption = "recogniser", home: HomeOption = DEFAULT_HOME, as_json: JsonOption = False) -> None:
    from dossiers.db import models

    with open_database(home) as (db, _), db.transaction() as session:
        row = models.rollback(session, role, who())
    said = say("reads every page that begins from now on", "đọc mọi trang từ bây giờ")
    emit({"role": role, "model": row.model}, as_json, f"[green]✓[/] {row.model} {said}")
