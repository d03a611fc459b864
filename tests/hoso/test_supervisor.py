"""An instance as a whole: what dies is started again, and whatever happens nothing is left running."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hoso.embedded import control, instance, parts, process, state
from hoso.embedded.errors import AlreadyRunning, CannotStart
from tests.hoso.support import mentioned


def eventually(check: Callable[[], bool], timeout_s: float = 40) -> None:
    until = time.monotonic() + timeout_s
    while not check():
        assert time.monotonic() < until, "it never happened"
        time.sleep(0.1)


@pytest.fixture(scope="module")
def up() -> Iterator[Path]:
    """A running foundation: database, store, demonstration PKI."""
    home = Path(tempfile.mkdtemp(prefix="hoso-test-")).resolve()
    control.start(home, only=["nothing"])
    control.wait_up(home)
    yield home
    control.stop(home)
    shutil.rmtree(home, ignore_errors=True)


def test_a_second_start_at_the_same_home_is_refused(up: Path) -> None:
    with pytest.raises(AlreadyRunning):
        control.start(up)


@pytest.mark.parametrize("part", ["postgres", "store", "pki"])
def test_a_killed_part_is_started_again(up: Path, part: str) -> None:
    before = state.read(up).parts[part]
    os.kill(before.pid, signal.SIGKILL)
    eventually(lambda: state.read(up).parts[part].restarts > before.restarts)
    eventually(lambda: state.read(up).parts[part].state == "up")
    after = state.read(up).parts[part]
    assert after.pid != before.pid
    assert after.last_exit == -signal.SIGKILL
    at = instance.at(up)
    eventually(lambda: parts.postgres_ready(at) and parts.store_ready(at))
    assert len([pid for pid in process.belonging(up, part) if pid == before.pid]) == 0


def test_a_supervisor_killed_hard_takes_everything_along_and_a_new_one_finds_the_data(up: Path) -> None:
    secret = instance.at(up).secret("demo-client.json")
    supervisor = state.holder(up)
    assert supervisor is not None
    os.kill(supervisor, signal.SIGKILL)
    eventually(lambda: process.belonging(up) == [])
    assert state.read(up).phase == "down"
    control.start(up, only=["nothing"])
    control.wait_up(up)
    assert instance.at(up).secret("demo-client.json") == secret  # found in the database again, so kept


def test_stopping_leaves_no_process_and_no_scratch_folder(up: Path) -> None:
    scratch = instance.at(up).scratch
    assert len(process.belonging(up)) > 3
    assert scratch.is_dir()
    assert control.stop(up)
    assert process.belonging(up) == []
    assert not mentioned(up)
    assert not scratch.exists()
    assert not control.stop(up)  # there is nothing left to stop


def test_a_home_that_cannot_be_made_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(CannotStart, match="file"):
        control.start(tmp_path / "file" / "home")


def test_a_start_that_fails_says_which_part_and_leaves_nothing() -> None:
    home = Path(tempfile.mkdtemp(prefix="hoso-test-")).resolve()
    (home / "postgres").mkdir()
    (home / "postgres" / "PG_VERSION").write_text("7\n")  # data of a server from long ago
    control.start(home, only=["nothing"])
    with pytest.raises(CannotStart, match="postgres"):
        control.wait_up(home)
    eventually(lambda: process.belonging(home) == [])
    shutil.rmtree(home)
