"""What to do with a failed run: try again, or set it aside and tell the officer why."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import Enum

from dossiers.db.queue import Lease
from dossiers.document import Finding, Severity
from dossiers.errors import HosoError, Unavailable
from workers.pool import WorkerHung, WorkerLost


def seconds_left(lease: Lease) -> float:
    """Until the dossier's one deadline."""
    return (lease.deadline_at - datetime.now(UTC)).total_seconds()


class Verdict(Enum):
    """`AGAIN`: another attempt. `LATER`: a part of the system is away, which is no fault of the run: its attempt does
    not count, the dossier's deadline bounds the waiting. `ASIDE`: no further attempt."""

    AGAIN = "again"
    LATER = "later"
    ASIDE = "aside"


def verdict(lease: Lease, error: Exception) -> Verdict:
    """What the error means for the run. An unexpected error may pass (a bug that always fails uses the attempts up)."""
    if isinstance(error, Unavailable) and not isinstance(error, WorkerLost | WorkerHung):
        return Verdict.LATER
    hopeless = isinstance(error, HosoError) and not error.retryable and type(error) is not HosoError
    if hopeless or lease.attempt >= lease.max_attempts:
        return Verdict.ASIDE
    return Verdict.AGAIN


def finding_of(lease: Lease, error: Exception) -> Finding:
    """What the officer reads about a run that was set aside."""
    cause = error if isinstance(error, HosoError) else HosoError()
    if lease.page is None:
        return Finding(cause.code, Severity.ERROR, cause.vi, cause.en)
    return Finding(
        "page.set_aside",
        Severity.ERROR,
        f"Trang {lease.page} không xử lý được ({cause.code}). {cause.vi} Các trang khác vẫn được xử lý.",
        f"Page {lease.page} could not be processed ({cause.code}). {cause.en} The other pages were processed.",
        page=lease.page,
    )
