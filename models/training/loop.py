"""The loop that both roles share: learn, follow with a moving average, check, save, tell.

Guarantees that a run can be ended at any time, by a signal or the plug, with at most `checkpoint_seconds` lost (or
what a check took, where that is longer), and
goes on with the same losses as if it had never stopped. Checks draw nothing from the stream and change no weight.
"""

from __future__ import annotations

import copy
import json
import math
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from types import FrameType
from typing import Any, Protocol

import torch
from torch import nn

from dossiers.errors import InputError
from models.training import checkpoint
from models.training.blend import blended
from models.training.config import Training
from models.training.lock import hold
from models.training.origin import Origin
from models.training.team import Alone, Place, Team

PROGRESS = "progress.jsonl"
_LOG_SECONDS = 10.0
_CLIP = 5.0


class Batch(Protocol):
    """`size` samples, drawn from pool `pool`, the `place`-th batch of it."""

    @property
    def size(self) -> int: ...

    @property
    def pool(self) -> int: ...

    @property
    def place(self) -> int: ...


class Task(Protocol):
    """What a role adds to the loop."""

    @property
    def origin(self) -> Origin:
        """The model that the run starts from, and its sets."""
        ...

    @property
    def config(self) -> Training: ...

    @property
    def model(self) -> nn.Module: ...

    def groups(self) -> list[dict[str, Any]]:
        """Parameter groups with their full learning rates."""
        ...

    def stream(self, place: Place, step: int) -> Generator[Any, None, None]:
        """Batches after `place`, every `step`-th pool."""
        ...

    def loss(self, model: nn.Module, batch: Any, device: torch.device) -> torch.Tensor:
        """Mean loss of a batch."""
        ...

    def check(self, model: nn.Module, device: torch.device) -> dict[str, float]:
        """Figures on samples that training never sees."""
        ...


@dataclass(frozen=True, slots=True)
class Note:
    """How a run goes: `loss` is the mean of the last 50 steps, `rate` the learning rate as a share of the full one;
    `held_out` is there after a check."""

    step: int
    seen: int
    samples: int
    loss: float
    per_second: float
    rate: float
    eta_s: float
    held_out: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """`losses` of this call, step by step; `finished`: all samples were seen."""

    losses: list[float]
    finished: bool
    seen: int


class DeviceMissing(InputError):
    """PyTorch finds no device of the kind that the configuration names; `detail` is the kind."""

    code = "training.device_missing"
    vi = (
        "PyTorch không thấy thiết bị này trên máy. Hãy dùng --device cpu, hoặc cài trình điều khiển và PyTorch có CUDA."
    )
    en = "PyTorch finds no such device here. Use --device cpu, or install its driver and a PyTorch built for CUDA."


def device_of(config: Training) -> torch.device:
    """The device that the configuration names; `auto` takes CUDA where torch has it. `DeviceMissing`."""
    wanted = config.device
    if wanted == "cuda" and not torch.cuda.is_available():
        raise DeviceMissing("cuda")
    return torch.device("cuda" if wanted == "auto" and torch.cuda.is_available() else wanted.replace("auto", "cpu"))


class Run:
    """A training run in a folder: model, moving average, optimiser, and where in the stream it stands."""

    def __init__(self, task: Task, team: Team, device: torch.device) -> None:
        self.task, self.team, self.device = task, team, device
        self.config = task.config
        self.model = task.model.to(device, memory_format=torch.channels_last).train()
        self.optimiser = torch.optim.AdamW(task.groups(), weight_decay=1e-4, betas=(0.9, 0.98))
        self.rates = [group["lr"] for group in self.optimiser.param_groups]
        self.average = {name: value.detach().clone() for name, value in self.model.state_dict().items()}
        self.start = {name: value.clone() for name, value in self.average.items()}
        self.step = self.seen = 0
        self.place: Place = (team.rank, 0)
        self.shadow = copy.deepcopy(self.model).eval()
        self.parent = task.origin.parent
        if (held := checkpoint.load(self.config, device, origin=task.origin)) is not None:
            self._restore(held)
        self.wrapped = team.wrap(self.model)

    def _restore(self, held: checkpoint.Checkpoint) -> None:
        try:
            self.model.load_state_dict(held.model)
        except RuntimeError as error:  # a charset that grew makes another head
            raise checkpoint.TrainingMismatch(f"{self.config.run}: charset") from error
        self.optimiser.load_state_dict(held.optimiser)
        self.average = held.average
        self.step, self.seen = held.step, held.seen
        self.parent = held.parent or self.parent
        if len(held.places) == self.team.size:
            self.place = held.places[self.team.rank]
        else:  # another number of workers: all go on behind the farthest
            self.place = (max(pool for pool, _ in held.places) + 1 + self.team.rank, 0)

    def save(self) -> None:
        """Write the checkpoint; every member of the team must call."""
        places = self.team.places(self.place)
        if self.team.rank == 0:
            state = (self.model.state_dict(), self.average, self.optimiser.state_dict())
            made_of = self.parent, self.task.origin.sets
            checkpoint.save(self.config, checkpoint.Checkpoint(*state, self.step, self.seen, places, *made_of))

    def rate(self) -> float:
        """Warm-up, then a cosine down to `final_share`."""
        done = min(1.0, self.seen / self.config.samples)
        cosine = self.config.final_share + (1 - self.config.final_share) * (1 + math.cos(math.pi * done)) / 2
        return min(1.0, (self.step + 1) / self.config.warmup_steps) * cosine

    def learn(self, batch: Batch) -> float:
        """One step of the optimiser; the loss before it."""
        for group, rate in zip(self.optimiser.param_groups, self.rates, strict=True):
            group["lr"] = rate * self.rate()
        loss = self.task.loss(self.wrapped, batch, self.device)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_([p for p in self.model.parameters() if p.requires_grad], _CLIP)
        if torch.isfinite(norm):
            self.optimiser.step()
        self.step += 1
        self.place = (batch.pool, batch.place)
        # Early on the average would be mostly the untrained head: let it follow faster.
        keep = min(self.config.ema, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            for name, value in self.model.state_dict().items():
                self.average[name].lerp_(value, 1 - keep)
        return float(loss.detach())

    def check(self) -> dict[str, float]:
        """The task's figures for what would be exported now."""
        self.shadow.load_state_dict(blended(self.start, self.average, self.config.blend))
        with torch.no_grad():
            return self.task.check(self.shadow, self.device)


def train(
    task: Task,
    *,
    team: Team | None = None,
    most_steps: int | None = None,
    told: Callable[[Note], None] = lambda note: None,
    stop: Callable[[], bool] = lambda: False,
) -> Outcome:
    """Train until all samples were seen, `most_steps` were made or `stop` says so; the state is saved in every case.

    Alone it holds the run's folder (`RunUnderWay`); for a team the process that started it does, once for all members.
    """
    config = task.config
    if team is None:
        hold(config.run)
    team = team or Alone()
    torch.set_num_threads(config.threads)
    run = Run(task, team, device_of(config))
    losses: list[float] = []
    with _Log(run, told) as log, closing(task.stream(run.place, team.size)) as stream:
        if run.step == 0:
            log.check()
        for batch in stream if run.seen < config.samples else ():
            losses.append(run.learn(batch))
            due = log.due() if team.rank == 0 else False
            size, stopped, save = team.total((batch.size, stop(), due))
            run.seen += size
            enough = run.seen >= config.samples or len(losses) == most_steps
            if save or stopped or enough:
                run.save()
                log.saved()
            log.step(losses[-1])
            if stopped or enough:
                break
        finished = run.seen >= config.samples
        log.ended(finished)
    return Outcome(losses, finished, run.seen)


class _Log:
    """Tells and writes down how a run goes; only the first member does."""

    def __init__(self, run: Run, told: Callable[[Note], None]) -> None:
        self._run, self._told = run, told
        self._first = run.team.rank == 0
        self._recent: deque[float] = deque(maxlen=50)
        self._speed: deque[tuple[float, int]] = deque(maxlen=40)
        self._saved = self._noted = self._checked = time.monotonic()

    def __enter__(self) -> _Log:
        path = self._run.config.run / PROGRESS
        path.parent.mkdir(parents=True, exist_ok=True)
        torn = path.exists() and not path.read_bytes().endswith(b"\n")
        self._file = path.open("a", encoding="utf-8")
        self._file.write("\n" if torn else "")
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def due(self) -> bool:
        """Whether to save: it is time, or a check comes next, which takes its time."""
        return time.monotonic() - self._saved > self._run.config.checkpoint_seconds or self._check_due()

    def _check_due(self) -> bool:
        config = self._run.config
        return config.checked > 0 and time.monotonic() - self._checked > config.check_minutes * 60

    def saved(self) -> None:
        self._saved = time.monotonic()

    def step(self, loss: float) -> None:
        if not self._first:
            return
        now = time.monotonic()
        self._recent.append(loss)
        self._speed.append((now, self._run.seen))
        if self._check_due():
            self.check()
        elif now - self._noted > _LOG_SECONDS:
            self._write(self._note())
        self._told(self._note())

    def check(self) -> None:
        if self._first and self._run.config.checked:
            note = self._note(self._run.check())
            self._checked = time.monotonic()
            self._write(note)
            self._told(note)

    def ended(self, finished: bool) -> None:
        """Check a finished run, again too when it is only exported anew; write down where an ended one stands."""
        if finished and self._run.config.checked:
            self.check()
        elif self._first and self._recent:
            self._write(self._note())

    def _note(self, held_out: dict[str, float] | None = None) -> Note:
        run = self._run
        (then, seen), (now, last) = (self._speed[0], self._speed[-1]) if self._speed else ((0.0, 0), (0.0, 0))
        speed = (last - seen) / (now - then) if now > then else 0.0
        loss = sum(self._recent) / len(self._recent) if self._recent else math.nan
        left = (run.config.samples - run.seen) / speed if speed else math.nan
        return Note(run.step, run.seen, run.config.samples, loss, speed, run.rate(), left, held_out or {})

    def _write(self, note: Note) -> None:
        kept = {"step": note.step, "seen": note.seen, "loss": round(note.loss, 4), "rate": round(note.rate, 4),
                "per_second": round(note.per_second, 1), "held_out": note.held_out}  # fmt: skip
        written = {key: value for key, value in kept.items() if value == value and value != {}}
        self._file.write(json.dumps(written) + "\n")
        self._file.flush()
        self._noted = time.monotonic()


def notes_in(log: bytes) -> list[dict[str, Any]]:
    """The rows of a log. One that was being written when the plug was pulled is left out."""
    notes = []
    for row in log.splitlines():
        with suppress(ValueError):
            notes.append(json.loads(row))
    return notes


@contextmanager
def stopped_by_signals() -> Iterator[Callable[[], bool]]:
    """A function that is true once SIGTERM or SIGINT has come: the loop then saves and ends."""
    asked = threading.Event()

    def note(number: int, frame: FrameType | None) -> None:
        asked.set()

    before = {number: signal.signal(number, note) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield asked.is_set
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
