"""Where a message may go. A callback address comes from outside, so it must not lead inside.

The name is resolved once; the connection goes to that very address, so that a second answer of the name server cannot
lead it elsewhere between the check and the call. Redirects are never followed.
"""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class AddressRefused(Exception):
    """This address will not do, now or later; `args[0]` is a stable code."""


class AddressUnknown(Exception):
    """The name does not resolve at present."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where to connect (`ip`) and what to say there (`host`, `path`)."""

    ip: str
    port: int
    host: str
    tls: bool
    path: str


def is_public(ip: str) -> bool:
    """Whether an address belongs to the public network, also when an IPv4 one is wrapped in IPv6."""
    address = ipaddress.ip_address(ip.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(str(address.ipv4_mapped))
        if address.sixtofour is not None:
            return is_public(str(address.sixtofour))
        if address in _NAT64:
            return is_public(str(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)))
    return address.is_global and not address.is_multicast


def resolve(url: str, allow_private: bool) -> Target:
    """The target of a callback address. Raises `AddressRefused`, `AddressUnknown`."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise AddressRefused("address.invalid") from error
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
        raise AddressRefused("address.invalid")
    tls = parts.scheme == "https"
    port = port or (443 if tls else 80)
    try:
        found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise AddressUnknown("address.unknown") from error
    ips = [str(entry[4][0]) for entry in found]
    if not allow_private and not all(map(is_public, ips)):
        raise AddressRefused("address.private")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(ips[0], port, parts.hostname, tls, path)
