"""One run at a time in a folder: two would write over each other's checkpoint and log.

Guarantees that a lock goes with the process that took it, however that ends: nothing is left to be cleared by hand.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from dossiers.errors import Conflict

FILE = "run.lock"
_held: dict[Path, int] = {}
"""Descriptors by folder: open for as long as this process lives."""


class RunUnderWay(Conflict):
    """Another process trains in the run's folder; `detail` names the folder."""

    code = "training.under_way"
    vi = "Thư mục này đang có một lượt huấn luyện khác chạy. Hãy đợi hoặc dừng lượt đó, hoặc chọn thư mục khác (--out)."
    en = "Another run is under way in this folder. Wait for it or end it, or choose another folder (--out)."


def hold(run: Path) -> None:
    """Make the folder and keep it for this process; asking again does no harm. `RunUnderWay` when another has it."""
    run.mkdir(parents=True, exist_ok=True)
    folder = run.resolve()
    if folder in _held:
        return
    descriptor = os.open(folder / FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        raise RunUnderWay(str(run)) from error
    _held[folder] = descriptor
