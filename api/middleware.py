"""Around every request: a trace id, a limit on small bodies, a log line, metrics, and no internals on a crash."""

from __future__ import annotations

import re
import time
import traceback
import uuid
from typing import TYPE_CHECKING, Any

from api import problems
from api.errors import TooLarge
from api.logs import bind_request, logger
from dossiers.errors import HosoError

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from api.services import Services

_ID = re.compile(r"^[A-Za-z0-9._-]{8,64}$")
_STREAMED = ("POST", "/v1/dossiers")  # has its own limit, see api.intake
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
DOCS_POLICY = PAGE_POLICY.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
_SILENT = frozenset({"/healthz", "/readyz", "/metrics", "/static"})


def _header(scope: Scope, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


def _where(error: BaseException) -> list[str]:
    """File and line of each frame; never the message, which may hold values of citizens."""
    return [
        f"{frame.filename.rsplit('/', 2)[-1]}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)
    ][-8:]


class Surroundings:
    """Plain ASGI, so that streams stay streams."""

    def __init__(self, app: ASGIApp, services: Services) -> None:
        self._app, self._services = app, services

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = _header(scope, b"x-request-id")
        trace = given if _ID.match(given) else uuid.uuid4().hex
        bind_request(trace)
        started, status = time.perf_counter(), 0

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = message.setdefault("headers", [])
                headers.append((b"x-request-id", trace.encode()))
                headers.append((b"x-content-type-options", b"nosniff"))
                headers.append((b"referrer-policy", b"same-origin"))
                policy = DOCS_POLICY if scope["path"] == "/docs" else PAGE_POLICY
                headers.append((b"content-security-policy", policy.encode()))
                if not any(key.lower() == b"cache-control" for key, _ in headers):
                    headers.append((b"cache-control", b"no-store"))
            await send(message)

        try:
            await self._app(scope, self._limited(scope, receive), answer)
        except Exception as error:
            if status or not isinstance(error, HosoError):
                logger().error("request.crashed", trace_id=trace, error=type(error).__name__, at=_where(error))
            # With the head out, all that is left is to cut the connection: the server does so when an answer is not
            # completed. To raise would have it write the message, which may hold values of citizens.
            if not status:
                await problems.response_of(error if isinstance(error, HosoError) else HosoError)(scope, receive, answer)
        finally:
            self._note(scope, status, time.perf_counter() - started, trace)

    def _limited(self, scope: Scope, receive: Receive) -> Receive:
        if (scope["method"], scope["path"]) == _STREAMED:
            return receive
        limit, seen = self._services.settings.limits.json_bytes, 0
        if int(_header(scope, b"content-length") or 0) > limit:
            raise TooLarge(f"limit {limit} bytes")

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > limit:
                raise TooLarge(f"limit {limit} bytes")
            return message

        return counted

    def _note(self, scope: Scope, status: int, seconds: float, trace: str) -> None:
        route: Any = scope.get("route")
        template = getattr(route, "path", "unmatched")
        metrics = self._services.metrics
        metrics.requests.labels(scope["method"], template, str(status)).inc()
        if "events" not in template:
            metrics.seconds.labels(scope["method"], template).observe(seconds)
        if template not in _SILENT:
            logger().info(
                "request",
                trace_id=trace,
                method=scope["method"],
                route=template,
                status=status,
                ms=round(seconds * 1000, 1),
            )
