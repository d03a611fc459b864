"""Which parts an instance has, in which order they start, how each is started, asked and ended."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hoso.embedded import parts, postgres, process, seaweed
from hoso.embedded.instance import Instance

Start = Callable[[Instance], "subprocess.Popen[bytes]"]
Ready = Callable[[Instance, int], bool]

_READY = re.compile(rb'"event": "ready"|INFO ready\b|: ready\b')


@dataclass(frozen=True, slots=True)
class Part:
    """One part. `ready(instance, offset)`: does it serve; `offset` is where its log began at this start.

    `stop` is the first signal at the end and `grace_s` how long it may take before SIGKILL.
    """

    name: str
    start: Start
    ready: Ready
    ready_s: float
    stop: signal.Signals = signal.SIGTERM
    grace_s: float = 5.0


def _python(name: str, kind: str, *arguments: str) -> Start:
    """A process of ours: `python -m ...` with the settings of its kind."""

    def start(at: Instance) -> subprocess.Popen[bytes]:
        words = [word.format(home=at.home, run=at.run) for word in arguments]
        with (at.logs / f"{name}.log").open("ab") as log:
            return process.spawn(
                [sys.executable, "-m", *words],
                home=at.home,
                part=name,
                log=log,
                env=at.environment(kind),
                cwd=at.run,
            )

    return start


def _url(path: str) -> Ready:
    return lambda at, _: parts.answers(f"{at.address}{path}")


def _pki_ready(at: Instance, _: int) -> bool:
    return parts.answers(at.settings("worker").signing.timestamp_url.split("/demo/")[0] + "/healthz")


def _said_ready(name: str) -> Ready:
    """A worker without a port says `ready` in its log when it takes work."""

    def ready(at: Instance, offset: int) -> bool:
        with (at.logs / f"{name}.log").open("rb") as log:
            log.seek(offset)
            return bool(_READY.search(log.read()))

    return ready


FOUNDATION = (
    Part("postgres", parts.start_postgres, lambda at, _: parts.postgres_ready(at), 60, postgres.STOP, 10),
    Part("store", parts.start_store, lambda at, _: parts.store_ready(at), 90, seaweed.STOP, 2),
    Part("pki", _python("pki", "owner", "hoso.embedded.pki", "serve", "--home", "{home}"), _pki_ready, 60),
)
HOUSE = (
    Part("api", _python("api", "api", "api"), _url("/healthz"), 60),
    Part(
        "dispatcher", _python("dispatcher", "worker", "workers.dispatcher"), _said_ready("dispatcher"), 180, grace_s=25
    ),
    Part("signer", _python("signer", "signer", "workers.signing"), _said_ready("signer"), 60, grace_s=10),
    Part("courier", _python("courier", "worker", "workers.courier"), _said_ready("courier"), 60),
)
ALL = (*FOUNDATION, *HOUSE)
ORDER_OF_ENDING = (("courier", "signer", "dispatcher", "api"), ("pki", "store", "postgres"))


def log_size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
