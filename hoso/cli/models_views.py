"""How `hoso models` shows versions, gates and figures, and what its commands share."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from hoso.cli.words import LANGUAGE, say

if TYPE_CHECKING:
    from models.evaluation.result import Interval, SuiteResult
    from models.promotion import Verdict

_ROLES = ("recogniser", "detector")


def _role(said: str) -> str:
    if said not in ("", *_ROLES):
        raise typer.BadParameter(" | ".join(_ROLES))
    return said


RoleOption = Annotated[str, typer.Option(help=" | ".join(_ROLES), callback=_role)]
VersionArgument = Annotated[
    str,
    typer.Argument(
        metavar="VERSION",
        help=say("NAME@VERSION, version, hash or `shipped`", "TÊN@PHIÊN BẢN, phiên bản, mã băm hoặc `shipped`"),
    ),
]


def table(*heads: str) -> Table:
    """An empty table without a frame."""
    made = Table(box=None, pad_edge=False, header_style="bold")
    for head in heads:
        made.add_column(head)
    return made


def gates(verdicts: tuple[Verdict, ...]) -> Table:
    """Each gate, whether it was passed, and what to do."""
    shown = Table.grid(padding=(0, 2))
    for verdict in verdicts:
        mark = "[green]✓[/]" if verdict.passed else "[red]✗[/]"
        shown.add_row(mark, f"[bold]{verdict.gate}[/]", escape(verdict.vi if LANGUAGE == "vi" else verdict.en))
    return shown


def figures(results: list[SuiteResult]) -> Table:
    """What was measured, suite by suite."""
    shown = table(say("suite", "bộ đo"), say("lines", "dòng"), "CER %", "WER %", say("exact %", "đúng %"), "ECE",
                   say("lines/s", "dòng/s"), "MiB")  # fmt: skip
    for r in results:
        shown.add_row(r.suite, str(r.lines), interval(r.cer), interval(r.wer), f"{r.exact.value * 100:.1f}",
                      f"{r.ece:.3f}", f"{r.lines_per_second:.1f}", f"{r.peak_mib:.0f}")  # fmt: skip
    return shown


def interval(share: Interval) -> str:
    """Percent, and the bounds behind it."""
    return f"{share.value * 100:.2f} [dim]{share.low * 100:.2f}–{share.high * 100:.2f}[/]"


def when(at: datetime | None) -> str:
    """Local time to the minute; empty for None."""
    return f"{at.astimezone():%Y-%m-%d %H:%M}" if at else ""
