"""How a dossier's progress looks in a terminal: pages, stages, steps."""

from __future__ import annotations

from typing import Any

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from hoso.cli.words import LANGUAGE, say

PAGE_STAGES = ("rasterise", "prepare", "read")
STAGE_NAMES = {
    "ingest": say("ingest", "tiếp nhận tệp"),
    "rasterise": say("rasterise", "dựng ảnh"),
    "prepare": say("prepare", "chỉnh ảnh"),
    "read": say("read", "đọc chữ"),
    "understand": say("understand", "hiểu"),
    "check": say("check", "kiểm tra"),
    "package": say("package", "đóng gói"),
    "compose": say("compose", "soạn kết quả"),
    "sign-leader": say("leader signs", "lãnh đạo ký"),
    "sign-seal": say("seal", "đóng dấu"),
    "deliver": say("deliver", "trả kết quả"),
}
_MARKS = {
    "done": ("●", "green"),
    "current": ("◐", "yellow"),
    "pending": ("○", "dim"),
    **dict.fromkeys(("failed", "rejected", "returned", "cancelled"), ("✗", "red")),
}
_PAGE_STYLE = {"done": "green", "running": "yellow", "waiting": "dim", "quarantined": "red", "cancelled": "dim"}


def progress_of(view: dict[str, Any]) -> str:
    """One line: how far which stage is."""
    parts = []
    for stage in view["progress"]["stages"]:
        if not stage["total"]:
            continue
        name = STAGE_NAMES.get(stage["stage"], stage["stage"])
        whole = stage["done"] + stage["quarantined"] == stage["total"]
        count = f"{stage['done']}/{stage['total']}" if stage["total"] > 1 else "…"
        parts.append(f"{name} {'✓' if whole else count}")
    return " · ".join(parts)


def steps_line(view: dict[str, Any]) -> Text:
    """The five steps with their marks."""
    line = Text()
    for step in view["steps"]:
        mark, style = _MARKS.get(step["state"], ("○", "dim"))
        line.append(f"{mark} {step['vi' if LANGUAGE == 'vi' else 'en']}   ", style=style)
    return line


def pages_line(view: dict[str, Any]) -> Text:
    """A chip for each page: its number, and three dots for rasterise, prepare, read."""
    line = Text()
    for page in view["progress"]["by_page"]:
        reached = PAGE_STAGES.index(page["stage"]) if page["stage"] in PAGE_STAGES else len(PAGE_STAGES) - 1
        line.append(f"{say('page', 'trang')} {page['number']} ")
        for place in range(len(PAGE_STAGES)):
            state = "done" if place < reached else page["state"] if place == reached else "waiting"
            line.append(
                "●" if state in ("done", "quarantined") else "◐" if state == "running" else "○", _PAGE_STYLE[state]
            )
        line.append("   ")
    return line


def panel(name: str, view: dict[str, Any] | None, note: str, seconds: float) -> RenderableType:
    """One dossier. `note` says what people are doing just now."""
    if view is None:
        return Panel(Text(note or say("uploading", "đang tải lên"), style="dim"), title=name, title_align="left")
    grid = Table.grid(padding=(0, 1))
    grid.add_row(steps_line(view))
    if view["progress"]["by_page"]:
        grid.add_row(pages_line(view))
    grid.add_row(Text(progress_of(view), style="cyan"))
    grid.add_row(ProgressBar(total=1.0, completed=view["progress"]["fraction"], width=60))
    state = view["state"]
    style = {"completed": "green", "failed": "red", "rejected": "red"}.get(state, "blue")
    title = f"[bold]{name}[/]  {view['code']}  {view['procedure_name']}"
    said = f"{note}  {seconds:.0f} s" if note else f"{seconds:.0f} s"
    return Panel(
        Group(grid), title=title, title_align="left", subtitle=said, subtitle_align="right", border_style=style
    )
