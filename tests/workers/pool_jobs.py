"""Jobs for the tests of the pool: importable by the actors, as the real ones are."""

from __future__ import annotations

import os
import signal
import time

import numpy as np

from dossiers.errors import InputError
from workers.jobs.tools import Tools

_HELD: list[object] = []


def answer(_tools: Tools, value: int) -> int:
    return 2 * value


def nap(_tools: Tools, seconds: float) -> str:
    time.sleep(seconds)
    return "rested"


def die(_tools: Tools) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def refuse(_tools: Tools) -> None:
    raise InputError("page 3")


def grow(_tools: Tools, mib: int) -> int:
    _HELD.append(np.ones((mib, 1024, 128)))
    return os.getpid()
