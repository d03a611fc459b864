"""Starting and stopping an instance from another process: what `hoso up`, `hoso down` and `hoso demo` do."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from hoso.embedded import process, state
from hoso.embedded.errors import AlreadyRunning, CannotStart
from hoso.embedded.state import State

START_S, STOP_S = 300.0, 60.0


def start(home: Path, only: Iterable[str] = ()) -> None:
    """Start the supervisor, detached; returns at once. `only`: these parts of the house (none: all of them).

    Raises `AlreadyRunning` or `CannotStart`.
    """
    home = home.resolve()
    if state.is_running(home):
        raise AlreadyRunning(str(home))
    try:
        for folder in (home, home / "run", home / "logs"):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        (home / "run" / "state.json").unlink(missing_ok=True)
        with (home / "logs" / "supervisor.log").open("ab") as log:
            subprocess.Popen(
                [sys.executable, "-m", "hoso.embedded.supervisor", "--home", str(home), *only],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                cwd=home / "run",
                env={**os.environ, **_path(), process.INSTANCE_TAG: str(home), process.PART_TAG: "supervisor"},
            )
    except OSError as error:
        raise CannotStart(f"{home}: {error.strerror}") from error


def _path() -> dict[str, str]:
    root = str(Path(__file__).parents[2])
    return {"PYTHONPATH": os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))}


def wait_up(home: Path, seen: Callable[[State], None] = lambda _: None, timeout_s: float = START_S) -> State:
    """Wait until all parts are up, showing each state to `seen`. Raises `CannotStart`."""
    home = home.resolve()
    until = time.monotonic() + timeout_s
    started = False
    while time.monotonic() < until:
        now = state.read(home)
        started = started or state.is_running(home)
        seen(now)
        if now.phase == "up":
            return now
        if now.phase == "failed" or (started and not state.is_running(home)):
            raise CannotStart(now.error or f"the supervisor ended: see {home / 'logs' / 'supervisor.log'}")
        time.sleep(0.1)
    raise CannotStart(f"not up after {timeout_s:.0f} s: see {home / 'logs'}")


def stop(home: Path, timeout_s: float = STOP_S) -> bool:
    """End the instance and whatever is left of it. False when nothing was there."""
    home = home.resolve()
    was = state.is_running(home)
    if was:
        _signal(home, signal.SIGTERM)
        until = time.monotonic() + timeout_s
        while state.is_running(home) and time.monotonic() < until:
            time.sleep(0.05)
        if state.is_running(home):
            _signal(home, signal.SIGKILL)
    left = process.sweep(home)
    return was or bool(left)


def _signal(home: Path, number: signal.Signals) -> None:
    if (pid := state.holder(home)) is not None:
        with suppress(ProcessLookupError):
            os.kill(pid, number)
