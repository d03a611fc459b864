"""`hoso doctor`: check every part and say the remedy."""

from __future__ import annotations

from dataclasses import asdict

import typer
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn
from rich.table import Table

from dossiers.errors import Unavailable
from hoso.cli.common import DEFAULT_HOME, HomeOption, JsonOption, emit, err
from hoso.cli.words import say

MARKS = {"ok": "[green]✓[/]", "warning": "[yellow]![/]", "failed": "[red]✗[/]", "skipped": "[dim]–[/]"}


def register(app: typer.Typer) -> None:
    app.command(
        help=say(
            "Check every part and say the remedy. Ends with 3 when something is broken.",
            "Kiểm tra mọi thành phần và chỉ cách khắc phục.",
        )
    )(doctor)


def doctor(home: HomeOption = DEFAULT_HOME, as_json: JsonOption = False) -> None:
    from hoso.doctor import machine, running
    from hoso.doctor.check import guarded

    home = home.resolve()
    wanted = [*machine.checks(home), *running.checks(home)]
    findings = []
    with Progress(SpinnerColumn(), TextColumn("{task.description}"), console=err, transient=True) as bar:
        task = bar.add_task("")
        for name, check, remedy in wanted:
            bar.update(task, description=name)
            findings.append(guarded(name, check, remedy))
    table = Table.grid(padding=(0, 2))
    for finding in findings:
        table.add_row(MARKS[finding.health], f"[bold]{finding.name}[/]", escape(finding.said))
        if finding.remedy:
            table.add_row("", "", f"[cyan]→ {escape(finding.remedy)}[/]")
    broken = any(finding.health == "failed" for finding in findings)
    emit({"healthy": not broken, "checks": [asdict(finding) for finding in findings]}, as_json, table)
    if broken:
        raise typer.Exit(Unavailable.exit_code)
