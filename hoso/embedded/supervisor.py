"""The one process behind `hoso up`: starts the parts in order, starts again what dies, ends all of them at the end.

Guarantees: a part that dies is started again, after a wait that doubles up to 15 seconds while it keeps dying; what it
left behind (Ray's servers, PostgreSQL's backends) is ended first; whether this process is asked to stop or killed hard,
nothing of the instance stays alive. `run/state.json` says what is up. One thread only: the kernel tells children of the
death of the *thread* that started them.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path

from dossiers.errors import HosoError
from hoso.embedded import instance, plan, process, state
from hoso.embedded.errors import AlreadyRunning, CannotStart
from hoso.embedded.instance import Instance
from hoso.embedded.plan import Part
from hoso.embedded.state import PartState, State

FIRST_WAIT_S, LONGEST_WAIT_S, STABLE_S = 0.2, 15.0, 30.0
LOG_BYTES, LOG_CHECK_S = 10 * 1024 * 1024, 30.0
TICK_S = 0.1


class Stopped(Exception):
    """We were asked to stop."""


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


class Keeper:
    """Keeps one part alive."""

    def __init__(self, at: Instance, part: Part, shown: PartState) -> None:
        self._at, self.part, self.shown = at, part, shown
        self.process: subprocess.Popen[bytes] | None = None
        self._offset = 0
        self._began = self._due = 0.0
        self._wait = FIRST_WAIT_S

    def start(self) -> None:
        """Start the process; `is_ready` tells when it serves."""
        self._offset = plan.log_size(self._at.logs / f"{self.part.name}.log")
        self.process = self.part.start(self._at)
        self._began = time.monotonic()
        self.shown.state, self.shown.pid, self.shown.since = "starting", self.process.pid, _now()

    def is_ready(self) -> bool:
        """Ask the part once. Raises `CannotStart` when its time to become ready is over."""
        if self.shown.state == "starting":
            if self.part.ready(self._at, self._offset):
                self.shown.state = "up"
            elif time.monotonic() - self._began > self.part.ready_s:
                raise CannotStart(f"{self.part.name} is not ready after {self.part.ready_s:.0f} s")
        return self.shown.state == "up"

    def tend(self) -> bool:
        """Notice a death, start again when it is time. Whether anything changed."""
        before = self.shown.state
        if self.process is not None and self.process.poll() is not None:
            self.shown.last_exit, self.shown.pid, self.shown.state = self.process.returncode, 0, "waiting"
            self.process = None
            process.sweep(self._at.home, self.part.name, grace_s=3)
            if time.monotonic() - self._began > STABLE_S:
                self._wait = FIRST_WAIT_S
            self._due = time.monotonic() + self._wait
            self._wait = min(self._wait * 2, LONGEST_WAIT_S)
            _say(f"{self.part.name} ended with status {self.shown.last_exit}")
        elif self.process is None and time.monotonic() >= self._due:
            self.shown.restarts += 1
            try:
                self.start()
            except HosoError as error:
                _say(f"{self.part.name}: {error}")
                self._due = time.monotonic() + LONGEST_WAIT_S
        elif self.process is not None:
            try:
                self.is_ready()
            except CannotStart as error:
                _say(str(error))
                self.process.kill()
        return self.shown.state != before

    def ask_to_end(self) -> float:
        """Send the first signal; the moment until which the part may take."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(self.part.stop)
        return time.monotonic() + self.part.grace_s

    def end_by(self, moment: float) -> None:
        """Wait until then, kill, and clear away what is left of the part."""
        if self.process is not None:
            process.end(self.process, self.part.stop, max(0.0, moment - time.monotonic()))
        process.sweep(self._at.home, self.part.name)
        self.process = None
        self.shown.state, self.shown.pid = "down", 0


class Supervisor:
    """The life of one instance."""

    def __init__(self, home: Path, only: Collection[str] = ()) -> None:
        self._house = tuple(part for part in plan.HOUSE if not only or part.name in only)
        self.at = instance.prepare(home)
        self.state = State("starting", os.getpid(), self.at.address, _now())
        self.keepers: dict[str, Keeper] = {}
        self._next_log_check = 0.0

    def run(self) -> None:
        """Start everything, tend it until `Stopped`, end everything."""
        try:
            self._start(plan.FOUNDATION)
            self._provision()
            self._start(self._house)
            self._become("up")
            while True:
                self._tend()
                time.sleep(TICK_S)
        except Stopped:
            self._become("stopping")
        except HosoError as error:
            self.state.error = f"{error.code}: {error}"
            _say(self.state.error)
            self._become("failed")
        finally:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            self._end()

    def _become(self, phase: state.Phase) -> None:
        self.state.phase = phase
        state.write(self.at.home, self.state)

    def _start(self, wanted: tuple[Part, ...]) -> None:
        for part in wanted:
            shown = self.state.parts.setdefault(part.name, PartState())
            self.keepers[part.name] = Keeper(self.at, part, shown)
            self.keepers[part.name].start()
        state.write(self.at.home, self.state)
        waiting = [self.keepers[part.name] for part in wanted]
        while waiting:
            for keeper in waiting:
                if keeper.process is None or keeper.process.poll() is not None:
                    raise CannotStart(f"{keeper.part.name} ended at its start: see logs/{keeper.part.name}.log")
            left = [keeper for keeper in waiting if not keeper.is_ready()]
            if len(left) < len(waiting):
                state.write(self.at.home, self.state)
            waiting = left
            time.sleep(TICK_S / 2)

    def _provision(self) -> None:
        log = self.at.logs / "provision.log"
        with log.open("ab") as out:
            command = [sys.executable, "-m", "hoso.embedded.provision", "--home", str(self.at.home)]
            env = self.at.environment("owner")
            child = process.spawn(command, home=self.at.home, part="provision", log=out, env=env, cwd=self.at.run)
            if child.wait() != 0:
                lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
                raise CannotStart(f"provisioning failed: {lines[-1] if lines else 'see logs/provision.log'}")

    def _tend(self) -> None:
        changed = [keeper.tend() for keeper in self.keepers.values()]
        if any(changed):
            state.write(self.at.home, self.state)
        _collect({keeper.process.pid for keeper in self.keepers.values() if keeper.process})
        if time.monotonic() > self._next_log_check:
            self._next_log_check = time.monotonic() + LOG_CHECK_S
            for log in self.at.logs.glob("*.log"):
                _rotate(log)

    def _end(self) -> None:
        for names in plan.ORDER_OF_ENDING:
            ending = [self.keepers[name] for name in names if name in self.keepers]
            moments = [(keeper, keeper.ask_to_end()) for keeper in ending]
            for keeper, moment in moments:
                keeper.end_by(moment)
        process.sweep(self.at.home)
        shutil.rmtree(self.at.scratch, ignore_errors=True)
        if self.state.phase != "failed":
            self.state.phase = "down"
        state.write(self.at.home, self.state)


def _collect(ours: set[int]) -> None:
    """Take the exit status of adopted grandchildren; `ours` belong to their keepers."""
    while True:
        try:
            seen = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:
            return
        if seen is None or seen.si_pid in ours:
            return
        os.waitpid(seen.si_pid, os.WNOHANG)


def _rotate(log: Path) -> None:
    """Keep one old log. The parts append, so cutting the file to nothing is seen by their next line."""
    if log.stat().st_size > LOG_BYTES:
        shutil.copyfile(log, log.with_suffix(".log.1"))
        os.truncate(log, 0)


def _say(line: str) -> None:
    print(_now(), line, flush=True)


def _stop(_number: int, _frame: object) -> None:
    raise Stopped


def main() -> int:
    """Supervise the instance at `--home` until SIGTERM."""
    parser = argparse.ArgumentParser(description="Supervise one embedded instance. Started by `hoso up`.")
    parser.add_argument("--home", type=Path, required=True)
    names = [part.name for part in plan.HOUSE]
    parser.add_argument("only", nargs="*", metavar="PART", help=f"start only these of {', '.join(names)}")
    given = parser.parse_args()
    home = given.home.resolve()
    (home / "run").mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        held = state.lock(home)
        signal.signal(signal.SIGTERM, _stop)
        signal.signal(signal.SIGINT, _stop)
        process.become_subreaper()
        process.sweep(home)  # of a supervisor that was killed
        supervisor = Supervisor(home, given.only)
        supervisor.run()
        os.close(held)
    except AlreadyRunning as error:
        _say(str(error))
        return error.exit_code
    except HosoError as error:
        _say(f"{error.code}: {error}")
        state.write(home, State("failed", error=f"{error.code}: {error}"))
        return error.exit_code
    except Stopped:
        return 0
    return 3 if supervisor.state.phase == "failed" else 0


if __name__ == "__main__":
    raise SystemExit(main())
