"""From a configuration to a model with its card: the steps that the command line takes, without a console.

Guarantees that a run ended before its time leaves a checkpoint and no model.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

from models.training import checkpoint
from models.training.card import held_out, write_card
from models.training.config import DetectorTraining, RecogniserTraining, Training
from models.training.export import Exported, export
from models.training.lock import hold
from models.training.loop import PROGRESS, Note, Outcome, Task, train
from models.training.origin import origin_of
from models.training.team import Team

CONFIG = "config.yaml"
_UNFINISHED = "unfinished"
"""A folder in the run's: what lies there is no model yet."""


@dataclass(frozen=True, slots=True)
class Product:
    """What a finished run gives; `checks` are the held-out figures, the first from before training."""

    exported: Exported
    card: Path
    checks: list[dict[str, float]]


def task_of(config: Training) -> Task:
    """The task of the configuration's role. Imports only what that role needs."""
    if isinstance(config, RecogniserTraining):
        from models.training.recogniser.task import RecogniserTask

        return RecogniserTask(config)
    if isinstance(config, DetectorTraining):
        from models.training.detector.task import DetectorTask

        return DetectorTask(config)
    raise TypeError(type(config).__name__)


def prepare(config: Training, fresh: bool) -> None:
    """Hold the run's folder and keep the configuration there; `fresh` forgets what an earlier run left.

    Before anything heavy is loaded it raises `RunUnderWay`, what `origin_of` raises, `CheckpointDamaged`, and
    `TrainingMismatch` when an earlier run had another configuration, start or sets.
    """
    hold(config.run)
    origin = origin_of(config)
    if fresh:
        for name in (checkpoint.FILE, PROGRESS):
            (config.run / name).unlink(missing_ok=True)
    checkpoint.load(config, origin=origin)
    held = yaml.safe_dump(config.model_dump(mode="json"), sort_keys=False, allow_unicode=True)
    (config.run / CONFIG).write_text(held, encoding="utf-8")


def run_here(
    config: Training, *, team: Team | None = None, told: Callable[[Note], None], stop: Callable[[], bool]
) -> Outcome:
    """Train in this process, as one of `team`."""
    return train(task_of(config), team=team, told=told, stop=stop)


def finish(config: Training, command: str) -> Product:
    """Export the run in `config.run` and write its card; `command` is what made it. The model takes its name last."""
    with _unfinished(config.run) as folder:
        exported = _complete(config, export(config, folder=folder))
        card = _moved(write_card(config, exported, command), config.run)
        path = _moved(exported.path, config.run)
    return Product(replace(exported, path=path), card, held_out(config.run))


def _moved(path: Path, folder: Path) -> Path:
    """The file, under its name in `folder`; as with a checkpoint its bytes are on the disk before the name is."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
    return path.replace(folder / path.name)


@contextmanager
def _unfinished(run: Path) -> Iterator[Path]:
    """An empty folder in the run's, gone afterwards; one that a killed process left is emptied."""
    folder = run / _UNFINISHED
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _complete(config: Training, exported: Exported) -> Exported:
    """The model with the ranges of its convolutions; a recogniser's confidence is fitted on how it reads with them."""
    from models.training.ranges import measure

    notes = {"ranges": measure(exported.path)}
    if isinstance(config, RecogniserTraining) and config.calibrated:
        from models.training.recogniser.confidence import calibrate

        notes["confidence"] = calibrate(exported.path, config.calibrated, config.threads).to_metadata()
    sha256 = hashlib.sha256(exported.path.read_bytes()).hexdigest()
    return replace(exported, sha256=sha256, notes={**exported.notes, **notes})
