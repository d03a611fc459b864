"""`hoso train recogniser|detector`: from a configuration to an ONNX file with its card."""

from __future__ import annotations

import importlib.util
import math
import shlex
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from dossiers.errors import Unavailable
from hoso.cli.common import DEFAULT_HOME, HomeOption, JsonOption, emit, err
from hoso.cli.words import say

if TYPE_CHECKING:
    from models.training.config import Training
    from models.training.loop import Note, Outcome
    from models.training.product import Product

STOPPED = 130
_CONFIGS = Path(__file__).parents[2] / "config" / "training"
_NEEDED = ("torch", "transformers", "onnx", "rapidocr")


class TrainingNotInstalled(Unavailable):
    """What training needs is not installed; `detail` names the packages."""

    code = "training.not_installed"
    vi = "Chưa cài phần huấn luyện. Hãy chạy `make train` rồi thử lại."
    en = "What training needs is not installed. Run `make train` and try again."


FromOption = Annotated[
    str, typer.Option("--from", help=say("champion | stock | FILE.onnx", "champion | stock | TỆP.onnx"))
]
OutOption = Annotated[
    Path | None, typer.Option("--out", help=say("Folder of the run; default: the configuration's", "Thư mục chạy"))
]
DeviceOption = Annotated[str, typer.Option("--device", help="auto | cpu | cuda")]
WorkersOption = Annotated[
    int, typer.Option("--workers", min=1, help=say("Processes; over 1: Ray Train", "Số tiến trình; trên 1: Ray Train"))
]
ConfigOption = Annotated[
    Path,
    typer.Option(
        "--config",
        show_default=False,
        help=say("The run's file; default: the role's in config/training", "Tệp cấu hình; mặc định: config/training"),
    ),
]
ResumeOption = Annotated[
    bool,
    typer.Option("--resume/--fresh", help=say("Go on from the checkpoint, or start anew", "Chạy tiếp hay chạy lại")),
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(no_args_is_help=True, help=say("Train our own models.", "Huấn luyện mô hình của mình."))
    group.command(
        help=say(
            "Train the line recogniser. It may be ended at any time: the same command goes on.",
            "Huấn luyện mô hình đọc dòng. Có thể dừng bất cứ lúc nào; chạy lại cùng lệnh để tiếp tục.",
        )
    )(recogniser)
    group.command(
        help=say(
            "Train the line detector. It may be ended at any time: the same command goes on.",
            "Huấn luyện mô hình tìm dòng. Có thể dừng bất cứ lúc nào; chạy lại cùng lệnh để tiếp tục.",
        )
    )(detector)
    app.add_typer(group, name="train")


def recogniser(
    config: ConfigOption = _CONFIGS / "recogniser.yaml",
    sets: Annotated[
        list[str] | None,
        typer.Option("--set", help=say("Corrected lines: NAME@vN or a folder; may be repeated", "Bộ dòng đã sửa")),
    ] = None,
    start: FromOption = "",
    lines: Annotated[int, typer.Option("--lines", min=0, help=say("Lines to see in all", "Tổng số dòng"))] = 0,
    out_dir: OutOption = None,
    device: DeviceOption = "",
    workers: WorkersOption = 1,
    resume: ResumeOption = True,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    _require_training()
    from models.training.config import RecogniserTraining, read_config
    from models.training.lock import hold

    changes = _changes(start=start, lines=lines, run=out_dir, device=device, sets=sets)
    known = read_config(config, RecogniserTraining, changes)
    hold(known.run)
    folders = tuple(str(_set_folder(each, home, known.run, not resume)) for each in known.sets)
    start_from = _start(known, home, not resume)
    held = known.model_copy(update={"sets": folders, "start": start_from, "run": known.run.resolve()})
    _train(held, workers, not resume, as_json)


def detector(
    config: ConfigOption = _CONFIGS / "detector.yaml",
    start: FromOption = "",
    crops: Annotated[int, typer.Option("--crops", min=0, help=say("Crops to see in all", "Tổng số mảnh trang"))] = 0,
    out_dir: OutOption = None,
    device: DeviceOption = "",
    workers: WorkersOption = 1,
    resume: ResumeOption = True,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    _require_training()
    from models.training.config import DetectorTraining, read_config
    from models.training.lock import hold

    changes = _changes(start=start, crops=crops, run=out_dir, device=device)
    known = read_config(config, DetectorTraining, changes)
    hold(known.run)
    held = known.model_copy(update={"start": _start(known, home, not resume), "run": known.run.resolve()})
    _train(held, workers, not resume, as_json)


def _require_training() -> None:
    missing = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise TrainingNotInstalled(", ".join(missing))


def _changes(**given: Any) -> dict[str, Any]:
    return {key: value for key, value in given.items() if value}


def _set_folder(said: str, home: Path, run: Path, fresh: bool) -> Path:
    """The folder of a set: itself, or NAME[@vN] fetched into the run's folder, where a run that goes on finds it."""
    from hoso.data_sets import set_of

    into = run / "sets" / said.replace("@", "-")
    if fresh:
        shutil.rmtree(into, ignore_errors=True)
    if not Path(said).is_dir() and into.is_dir():
        return into.resolve()
    return set_of(said, home, into).folder.resolve()


def _start(config: Training, home: Path, fresh: bool) -> str:
    """Where the run starts: `champion` is what the system reads with, else what is shipped.

    A run that goes on stays with the champion that it began with, whoever was promoted and whatever stopped meanwhile.
    """
    from hoso.named_models import CHAMPION, named
    from models.training import checkpoint

    if config.start != CHAMPION:
        file = Path(config.start)
        return str(file.resolve()) if file.is_file() else config.start
    kept = config.run / "start.onnx"
    if fresh or not (config.run / checkpoint.FILE).is_file():
        kept.unlink(missing_ok=True)
        _, fetched = named(CHAMPION, config.role, home, config.run)
        if fetched:
            fetched.replace(kept)
    return str(kept.resolve()) if kept.is_file() else CHAMPION


def _train(config: Training, workers: int, fresh: bool, as_json: bool) -> None:
    from models.training.loop import stopped_by_signals
    from models.training.product import finish, prepare

    prepare(config, fresh)
    with stopped_by_signals() as stop, _live(config, as_json) as told:
        outcome = _run(config, workers, told, stop)
    if not outcome.finished:
        err.print(
            say(
                f"stopped at {outcome.seen} of {config.samples}; the same command goes on",
                f"đã dừng ở {outcome.seen} trên {config.samples}; chạy lại cùng lệnh để tiếp tục",
            )
        )
        raise typer.Exit(STOPPED)
    product = finish(config, shlex.join(["hoso", *sys.argv[1:]]))
    emit(_as_json(product), as_json, _said(product))


def _run(config: Training, workers: int, told: Callable[[Note], None], stop: Callable[[], bool]) -> Outcome:
    if workers == 1:
        from models.training.product import run_here

        return run_here(config, told=told, stop=stop)
    from workers.training import train_together

    return train_together(config, workers, told=told, stop=stop)


@contextmanager
def _live(config: Training, as_json: bool) -> Iterator[Callable[[Note], None]]:
    """A bar with loss, speed, rate and what is left; where nobody watches, a line for each check."""
    columns = (
        TextColumn(config.role), BarColumn(), MofNCompleteColumn(),
        TextColumn("{task.fields[figures]}"), TimeElapsedColumn(), TextColumn("{task.fields[left]}"),
    )  # fmt: skip
    with Progress(*columns, console=err, disable=as_json, transient=True) as bar:
        task = bar.add_task("", total=config.samples, figures=say("loading", "đang nạp"), left="")

        def told(note: Note) -> None:
            figures = say(
                f"loss {note.loss:.3f}  {note.per_second:.1f}/s  rate {note.rate:.2f}",
                f"mất mát {note.loss:.3f}  {note.per_second:.1f}/giây  tốc độ học {note.rate:.2f}",
            )
            left = "" if math.isnan(note.eta_s) else say("left ", "còn ") + _clock(note.eta_s)
            bar.update(task, completed=min(note.seen, config.samples), figures=figures, left=left)
            if note.held_out and not as_json:
                err.print(f"  {note.seen:>7}  {_figures(note.held_out)}")

        yield told


def _clock(seconds: float) -> str:
    whole = max(0, round(seconds))
    return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"


_NAMES = {
    "cer": say("CER held-out", "CER dòng giữ riêng"),
    "own_cer": say("CER your test lines", "CER dòng kiểm tra của bạn"),
    "recall": say("lines found", "dòng tìm được"),
    "precision": say("of what is found, lines", "đúng là dòng"),
}


def _figures(checked: dict[str, float]) -> str:
    return "  ".join(f"{_NAMES[key]} {value:.2%}" for key, value in checked.items())


def _as_json(product: Product) -> dict[str, Any]:
    notes = {key: value for key, value in product.exported.notes.items() if key != "charset"}
    held = {"file": str(product.exported.path), "sha256": product.exported.sha256, "card": str(product.card)}
    return {**held, **notes, "checks": product.checks}


def _said(product: Product) -> str:
    rows = [f"[bold green]✓[/] {product.exported.identity}"]
    if product.checks:
        rows.append(say("  before  ", "  trước  ") + _figures(product.checks[0]))
        rows.append(say("  after   ", "  sau    ") + _figures(product.checks[-1]))
    rows += [f"  {product.exported.path}", f"  {product.card}"]
    rows.append(
        say("  next: hoso evaluate ", "  tiếp theo: hoso evaluate ") + f"{product.exported.path} --against champion"
    )
    return "\n".join(rows)
