"""The shape of a check and of what it finds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Health = Literal["ok", "warning", "failed", "skipped"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found. `remedy` is a sentence (or a command) for everything that is not `ok`."""

    name: str
    health: Health
    said: str
    remedy: str = ""


Check = Callable[[], Finding]


def ok(name: str, said: str) -> Finding:
    return Finding(name, "ok", said)


def warning(name: str, said: str, remedy: str) -> Finding:
    return Finding(name, "warning", said, remedy)


def failed(name: str, said: str, remedy: str) -> Finding:
    return Finding(name, "failed", said, remedy)


def skipped(name: str, said: str, remedy: str = "") -> Finding:
    return Finding(name, "skipped", said, remedy)


def guarded(name: str, check: Check, remedy: str) -> Finding:
    """Run a check; whatever it raises is a failure with that remedy."""
    try:
        return check()
    except Exception as error:  # a doctor does not faint: what it cannot check, it reports
        return failed(name, f"{type(error).__name__}: {error}"[:300], remedy)
