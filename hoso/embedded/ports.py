"""Loopback ports that stay the same over restarts and do not collide with another instance's.

They are taken from below the kernel's range of outgoing ports: a port that a part listened on yesterday cannot be the
source port of somebody's connection when the part comes back.
"""

from __future__ import annotations

import secrets
import socket
from collections.abc import Iterable, Mapping

from hoso.embedded.errors import CannotStart

_LOWEST, _COUNT = 20_000, 10_000


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether somebody could listen there now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def assign(names: Iterable[str], kept: Mapping[str, int]) -> dict[str, int]:
    """A free port for each name: the kept one when it is still free, else a new one. Raises `CannotStart`."""
    ports: dict[str, int] = {}
    for name in names:
        port = kept.get(name, 0)
        for _ in range(200):
            if port and port not in ports.values() and is_free(port):
                break
            port = _LOWEST + secrets.randbelow(_COUNT)
        else:
            raise CannotStart("no free loopback port")
        ports[name] = port
    return ports
