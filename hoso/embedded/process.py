"""Starting and ending child processes so that nothing is ever left behind.

Three nets, each of which is enough for most cases: every child asks the kernel for a signal at its parent's death
(so a supervisor killed hard takes its parts along); every child leads a session of its own; and every child carries
`HOSO_INSTANCE` and `HOSO_PART` in its environment, which grandchildren (Ray's servers, PostgreSQL's backends) inherit,
so that `belonging` finds them wherever they hang in the process tree.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

from hoso.embedded.errors import CannotStart

INSTANCE_TAG, PART_TAG = "HOSO_INSTANCE", "HOSO_PART"
_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36
_libc = ctypes.CDLL(None, use_errno=True)


def become_subreaper() -> None:
    """Orphaned grandchildren become ours (not init's), so that they are found and collected."""
    _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _die_with_parent(number: int, parent: int) -> Callable[[], None]:
    """Between fork and exec. Call in the main thread only: the kernel watches the forking *thread*."""

    def before_exec() -> None:
        _libc.prctl(_PR_SET_PDEATHSIG, number, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return before_exec


def spawn(
    argv: Sequence[str],
    *,
    home: Path,
    part: str,
    log: IO[bytes] | None = None,
    env: Mapping[str, str] | None = None,
    death_signal: signal.Signals = signal.SIGTERM,
    cwd: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Start `argv` as `part` of the instance at `home`. Raises `CannotStart`."""
    # SPT_NOENV: process titles (Ray sets them) must not be written over the environment that we search.
    tags = {INSTANCE_TAG: str(home), PART_TAG: part, "SPT_NOENV": "1"}
    try:
        return subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=log or subprocess.DEVNULL,
            stderr=subprocess.STDOUT if log else subprocess.DEVNULL,
            env={**os.environ, **(env or {}), **tags},
            start_new_session=True,
            cwd=cwd,
            preexec_fn=_die_with_parent(death_signal, os.getpid()),
        )
    except OSError as error:
        raise CannotStart(f"{part}: {error}") from error


def belonging(home: Path, part: str | None = None) -> list[int]:
    """Ids of the live processes of the instance (or of one part), with their descendants; ours is not among them."""
    wanted = {f"{INSTANCE_TAG}={home}".encode()} | ({f"{PART_TAG}={part}".encode()} if part else set())
    parents: dict[int, int] = {}
    found: set[int] = set()
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        pid = int(entry.name)
        with contextlib.suppress(OSError):  # gone meanwhile, or another user's
            state, parent = (entry / "stat").read_text().rsplit(")", 1)[1].split()[:2]
            if state in "ZX":
                continue
            parents[pid] = int(parent)
            tags = set((entry / "environ").read_bytes().split(b"\0"))
            if wanted <= tags or (part in (None, "postgres") and _is_postgres(entry, home)):
                found.add(pid)
    found.discard(os.getpid())
    grew = True
    while grew:
        young = {pid for pid, parent in parents.items() if parent in found} - found - {os.getpid()}
        found |= young
        grew = bool(young)
    return sorted(found)


def _is_postgres(entry: Path, home: Path) -> bool:
    """PostgreSQL writes its titles over its environment; but it sits in its data folder."""
    return (entry / "exe").readlink().name == "postgres" and (entry / "cwd").readlink() == home / "postgres"


def end(process: subprocess.Popen[bytes], first: signal.Signals, grace_s: float) -> None:
    """Ask with `first`, wait `grace_s` seconds, then kill; returns when the process is gone."""
    if process.poll() is None:
        process.send_signal(first)
        try:
            process.wait(grace_s)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def sweep(home: Path, part: str | None = None, grace_s: float = 0.0) -> list[int]:
    """End what is left of the instance (or part): wait `grace_s` for it to go by itself, then kill. Who was killed."""
    until = time.monotonic() + grace_s
    while (left := belonging(home, part)) and time.monotonic() < until:
        time.sleep(0.05)
    killed: set[int] = set()
    until = time.monotonic() + 10
    while left and time.monotonic() < until:
        for pid in left:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        killed.update(left)
        time.sleep(0.05)
        left = belonging(home, part)
    return sorted(killed)


def alive(pid: int) -> bool:
    """Whether a process of that id lives (a zombie does not)."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rsplit(")", 1)[1].split()[0] not in "ZX"
