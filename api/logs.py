"""Structured logs, one JSON line an event, without personal data: routes as templates, identifiers, times, codes."""

from __future__ import annotations

import logging
import sys
from contextvars import ContextVar

import structlog

_request: ContextVar[str] = ContextVar("hoso_request", default="")


def request_id() -> str:
    """The trace id of the request being served."""
    return _request.get()


def bind_request(identifier: str) -> None:
    """Set the trace id for what follows in this context."""
    _request.set(identifier)


def configure() -> None:
    """Write JSON lines to standard output; the libraries' own access logs are silent (they hold raw addresses)."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stdout),
        cache_logger_on_first_use=True,
    )
    logging.getLogger("uvicorn.access").disabled = True


def logger() -> structlog.typing.FilteringBoundLogger:
    log: structlog.typing.FilteringBoundLogger = structlog.get_logger("api")
    return log
