"""`hoso demo`: the whole path with three sample dossiers, live."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from hoso.cli.common import DEFAULT_HOME, ENDED_WITHOUT_RESULT, HomeOption, JsonOption, Place, emit, err, out
from hoso.cli.lifecycle import start_and_wait
from hoso.cli.words import say
from hoso.demo import officers, results, samples, view
from hoso.demo.results import Outcome
from hoso.demo.travel import REFRESH_S, Journey, Travel
from hoso.embedded import control, instance, state


def register(app: typer.Typer) -> None:
    app.command(
        help=say(
            "Send three sample dossiers the whole path, live: upload, reading, officers' decisions, signatures. Starts "
            "the system when it is not up, and stops it again at the end.",
            "Cho ba hồ sơ mẫu đi trọn quy trình: nộp, đọc, thẩm định, phê duyệt, ký số, trả kết quả.",
        )
    )(demo)


def demo(
    home: HomeOption = DEFAULT_HOME,
    out_dir: Annotated[Path, typer.Option("--out", help=say("Folder for the results", "Thư mục kết quả"))] = Path(
        "out/demo"
    ),
    keep: Annotated[bool, typer.Option("--keep", help=say("Leave the system running", "Không dừng hệ thống"))] = False,
    as_json: JsonOption = False,
) -> None:
    chosen = samples.load()
    home = home.resolve()
    ours = not state.is_running(home)
    began = time.monotonic()
    try:
        if ours:
            start_and_wait(home, quiet=as_json)
        else:
            control.wait_up(home)
        started = time.monotonic() - began
        if not as_json:
            _preface(home)
        travel = _travel(home, chosen, quiet=as_json)
        outcomes = _collect(home, travel, out_dir)
    finally:
        if ours and not keep:
            control.stop(home)
    seconds = time.monotonic() - began
    said = {
        "seconds": round(seconds, 1),
        "start_seconds": round(started, 1),
        "dossiers": [asdict(outcome) for outcome in outcomes],
        "failed": [{"name": j.sample.name, "code": j.code, "error": str(j.error or "")} for j in _failed(travel)],
    }
    emit(said, as_json, _closing(outcomes, travel, out_dir, started, seconds))
    if keep and not as_json:
        out.print(f"{say('Still running', 'Hệ thống vẫn chạy')}: {instance.at(home).address}   hoso down")
    if _failed(travel):
        raise typer.Exit(ENDED_WITHOUT_RESULT)


def _preface(home: Path) -> None:
    out.print(f"[bold]{say('Hoso is up', 'Hoso đã sẵn sàng')}[/]  {instance.at(home).address}")
    warning = say(
        "Demonstration PKI: the signatures are real, the certificates have no legal value. All people are fictitious.",
        "PKI mẫu: chữ ký thật, chứng thư không có giá trị pháp lý. Mọi nhân vật đều là hư cấu.",
    )
    out.print(f"[yellow]{warning}[/]")


def _travel(home: Path, chosen: tuple[samples.Sample, ...], quiet: bool) -> Travel:
    live_view = not quiet and out.is_terminal

    def said(journey: Journey, sentence: str) -> None:
        if not quiet and not live_view:
            err.print(f"{journey.sample.name:<10} {sentence}")

    place = Place(home)
    with officers.at_work(home) as people, place.client() as client:
        travel = Travel(place.client, people, said)
        if live_view:
            with Live(console=out, refresh_per_second=8, transient=False) as live:
                travel.begin(chosen)
                _until_ended(travel, client, lambda: live.update(_screen(travel)))
        else:
            travel.begin(chosen)
            _until_ended(travel, client, _plain_progress(travel, said))
    return travel


def _until_ended(travel: Travel, client: Any, show: Callable[[], None]) -> None:
    ended = False
    while not ended:
        ended = travel.advance(client)
        show()
        if not ended:
            time.sleep(REFRESH_S)


def _screen(travel: Travel) -> RenderableType:
    return Group(*(view.panel(j.sample.name, j.view, j.note, j.seconds) for j in travel.journeys))


def _plain_progress(travel: Travel, said: Callable[[Journey, str], None]) -> Callable[[], None]:
    """Without a terminal: a line whenever a dossier's progress changes."""
    last: dict[str, str] = {}

    def show() -> None:
        for journey in travel.journeys:
            if journey.view is not None:
                line = f"{journey.view['step']}/{journey.view['state']}  {view.progress_of(journey.view)}"
                if last.get(journey.code) != line:
                    last[journey.code] = line
                    said(journey, f"{journey.seconds:5.1f} s  {line}")

    return show


def _failed(travel: Travel) -> list[Journey]:
    return [j for j in travel.journeys if j.error or j.view is None or j.view["state"] != "completed"]


def _collect(home: Path, travel: Travel, out_dir: Path) -> list[Outcome]:
    failed = _failed(travel)
    with Place(home).client() as client:
        return [results.collect(client, j, out_dir / j.sample.name) for j in travel.journeys if j not in failed]


def _closing(outcomes: list[Outcome], travel: Travel, out_dir: Path, started: float, seconds: float) -> RenderableType:
    table = Table(title=say("Results", "Kết quả"), title_justify="left", expand=False)
    for heading in (
        say("dossier", "hồ sơ"),
        say("pages", "trang"),
        say("papers (right/all)", "giấy tờ (đúng/tổng)"),
        say("fields, in doubt", "trường, nghi ngờ"),
        say("exact values", "giá trị đúng"),
        say("s/page", "giây/trang"),
        say("signature", "chữ ký"),
        "pdfsig",
    ):
        table.add_column(heading, overflow="fold")
    for one in outcomes:
        good = "green" if one.verdict == "valid" else "red"
        table.add_row(
            f"{one.name}\n[dim]{one.code}[/]",
            str(one.pages),
            f"{one.score.papers_right}/{one.score.papers}\n[dim]{chr(10).join(one.kinds)}[/]",
            f"{one.fields}, [yellow]{one.in_doubt}[/]",
            f"{one.score.exact}/{one.score.expected}",
            f"{one.seconds_a_page:.1f}",
            f"PAdES {one.level}\n[{good}]{one.verdict}[/]",
            one.pdfsig,
        )
    lines: list[RenderableType] = [table]
    for journey in _failed(travel):
        state_now = journey.view["state"] if journey.view else "?"
        reason = str(journey.error or (journey.view or {}).get("reason", ""))
        lines.append(Text(f"✗ {journey.sample.name} {journey.code}: {state_now} {reason}", style="red"))
    what = say(
        "Originals, searchable PDF/A, fields, signed results, validation reports",
        "Bản gốc, PDF/A tìm kiếm được, dữ liệu, kết quả đã ký, báo cáo kiểm tra",
    )
    pages = sum(one.pages for one in outcomes)
    reading = max((j.read_seconds for j in travel.journeys), default=0.0)
    times = say(
        f"Start {started:.0f} s; {pages} pages from upload to officer in {reading:.0f} s; {seconds:.0f} s in all.",
        f"Khởi động {started:.0f} s; {pages} trang từ lúc nộp đến cán bộ: {reading:.0f} s; tổng cộng {seconds:.0f} s.",
    )
    warning = say("Demonstration PKI: no legal value.", "PKI mẫu: không có giá trị pháp lý.")
    lines.append(Text.from_markup(f"{what}: [bold]{out_dir.resolve()}[/]\n{times} [yellow]{warning}[/]"))
    return Group(*lines)
