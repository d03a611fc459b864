"""Starting the embedded database and store and asking whether they serve; what supervisor and tests share."""

from __future__ import annotations

import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable

from hoso.embedded import postgres, seaweed
from hoso.embedded.errors import CannotStart
from hoso.embedded.instance import Instance


def wait_until(check: Callable[[], bool], child: subprocess.Popen[bytes], what: str, timeout_s: float) -> None:
    """Poll `check` until it holds. Raises `CannotStart` when the child ends or the time is over."""
    until = time.monotonic() + timeout_s
    while not check():
        if child.poll() is not None:
            raise CannotStart(f"{what} ended with status {child.returncode}")
        if time.monotonic() > until:
            raise CannotStart(f"{what} is not ready after {timeout_s:.0f} s")
        time.sleep(0.05)


def start_postgres(instance: Instance) -> subprocess.Popen[bytes]:
    """Start PostgreSQL without waiting."""
    password_file = instance.password_file("postgres")
    return postgres.start(instance.home, instance.sockets, password_file, instance.logs / "postgres.log")


def postgres_ready(instance: Instance) -> bool:
    return postgres.ready(instance.sockets, instance.secret("postgres.password"))


def start_store(instance: Instance) -> subprocess.Popen[bytes]:
    """Start SeaweedFS without waiting."""
    identity = instance.home / "config" / "s3.json"
    return seaweed.start(instance.home, instance.sockets, identity, instance.ports, instance.logs / "store.log")


def store_ready(instance: Instance) -> bool:
    """Whether the S3 gateway answers; that it can also write shows in making the buckets."""
    return answers(f"http://127.0.0.1:{instance.ports['s3']}/healthz")


def answers(url: str, timeout_s: float = 2.0) -> bool:
    """Whether a GET of our own loopback address gives 200."""
    try:
        with urllib.request.urlopen(url, timeout=timeout_s) as response:  # noqa: S310 - our own address
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError, ValueError):
        return False
