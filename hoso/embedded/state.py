"""What the supervisor says about itself (`run/state.json`) and the lock that says whether one lives.

The lock is the truth: it is held by the supervisor as long as it lives and by nobody after, whatever kills it.
"""

from __future__ import annotations

import fcntl
import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

from hoso.embedded.errors import AlreadyRunning

Phase = Literal["starting", "up", "stopping", "failed", "down"]


@dataclass(slots=True)
class PartState:
    """One part as the supervisor sees it. `state`: starting, up, waiting (to be started again), down."""

    state: str = "down"
    pid: int = 0
    restarts: int = 0
    since: str = ""
    last_exit: int | None = None


@dataclass(slots=True)
class State:
    """The whole instance."""

    phase: Phase = "down"
    pid: int = 0
    address: str = ""
    started: str = ""
    error: str = ""
    parts: dict[str, PartState] = field(default_factory=dict)


def _file(home: Path) -> Path:
    return home / "run" / "state.json"


def write(home: Path, state: State) -> None:
    """Replace the file as a whole, so that a reader never sees half of it."""
    new = _file(home).with_suffix(".new")
    new.write_text(json.dumps(asdict(state), indent=1), encoding="utf-8")
    new.replace(_file(home))


def read(home: Path) -> State:
    """The last word of the supervisor; phase `down` when none lives."""
    try:
        raw = json.loads(_file(home).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return State()
    state = State(**{**raw, "parts": {name: PartState(**part) for name, part in raw["parts"].items()}})
    if state.phase != "failed" and not is_running(home):
        state.phase = "down"
    return state


def _lock_file(home: Path) -> Path:
    return home / "run" / "supervisor.lock"


def lock(home: Path) -> int:
    """Take the lock for the life of this process. Raises `AlreadyRunning`."""
    descriptor = os.open(_lock_file(home), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        raise AlreadyRunning(str(home)) from error
    os.ftruncate(descriptor, 0)
    os.write(descriptor, str(os.getpid()).encode())
    return descriptor


def holder(home: Path) -> int | None:
    """The process id of the supervisor that lives, else None."""
    try:
        return int(_lock_file(home).read_text()) if is_running(home) else None
    except (OSError, ValueError):
        return None


def is_running(home: Path) -> bool:
    """Whether a supervisor lives."""
    try:
        descriptor = os.open(_lock_file(home), os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
