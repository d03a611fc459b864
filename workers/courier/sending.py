"""One delivery: signed as Standard Webhooks wants it, within one time limit, to one address."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import threading
from datetime import UTC, datetime
from typing import Any

import certifi
from standardwebhooks.webhooks import Webhook

from workers.courier.addresses import AddressRefused, AddressUnknown, Target, resolve


class Failed(Exception):
    """Not delivered. `code` is stable and holds nothing of the answer; `final`: another attempt would fail as well."""

    def __init__(self, code: str, *, final: bool = False) -> None:
        super().__init__(code)
        self.code, self.final = code, final


class _Pinned(http.client.HTTPConnection):
    """Connects to the address that was checked, whatever the name says by now."""

    def __init__(self, target: Target, timeout_s: float) -> None:
        super().__init__(target.host, target.port, timeout=timeout_s)
        self._target = target
        self.default_port = 443 if target.tls else 80  # what may be left out of the Host header

    def connect(self) -> None:
        self.sock = socket.create_connection((self._target.ip, self._target.port), self.timeout)
        if self._target.tls:
            context = ssl.create_default_context()
            context.load_verify_locations(certifi.where())
            self.sock = context.wrap_socket(self.sock, server_hostname=self._target.host)

    def cut(self) -> None:
        """The time is over, whatever the other side still drips."""
        if self.sock is not None:
            try:
                self.sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                return


def send(message_id: str, url: str, payload: dict[str, Any], key: str, timeout_s: float, allow_private: bool) -> None:
    """Deliver one message; any 2xx is success. Raises `Failed`."""
    try:
        target = resolve(url, allow_private)
    except AddressRefused as error:
        raise Failed(str(error), final=True) from error
    except AddressUnknown as error:
        raise Failed(str(error)) from error
    body = json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
    now = datetime.now(UTC)
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Hoso-Webhooks/1",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(key).sign(message_id, now, body),
    }
    connection = _Pinned(target, timeout_s)
    clock = threading.Timer(timeout_s, connection.cut)
    clock.start()
    try:
        connection.request("POST", target.path, body.encode(), headers)
        status = connection.getresponse().status
    except TimeoutError as error:
        raise Failed("timeout") from error
    except ssl.SSLError as error:
        raise Failed("tls") from error
    except (OSError, http.client.HTTPException) as error:
        raise Failed("connection") from error
    finally:
        clock.cancel()
        connection.close()
    if 300 <= status < 400:
        raise Failed("redirect")
    if not 200 <= status < 300:
        raise Failed(f"http.{status}", final=status == 410)  # 410: the receiver wants no more (Standard Webhooks)
