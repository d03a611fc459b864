"""Whether what a dossier produced can be fetched: not yet, now, or no more."""

from __future__ import annotations

from datetime import UTC, datetime

from api.errors import ResultGone, ResultNone, ResultNotReady
from dossiers.db.tables import DossierRow
from dossiers.dossier import TERMINAL, State


def refuse_when_gone(dossier: DossierRow) -> None:
    """Raises `ResultGone` with the date once the retention time has passed, whether or not the janitor has been."""
    gone_at = dossier.expired_at
    if gone_at is None and dossier.expires_at is not None and dossier.expires_at <= datetime.now(UTC):
        gone_at = dossier.expires_at
    if gone_at is not None:
        raise ResultGone(gone_at)


def result_key(dossier: DossierRow) -> str:
    """The object of the signed result. Raises `ResultGone`, `ResultNotReady`, `ResultNone`."""
    refuse_when_gone(dossier)
    if dossier.state == State.COMPLETED and dossier.result_key:
        return dossier.result_key
    raise (ResultNone if dossier.state in TERMINAL else ResultNotReady)(f"{dossier.step}/{dossier.state}")


def artifact_key(dossier: DossierRow, key: str | None) -> str:
    """The object of another artifact. Raises `ResultGone`, `ResultNotReady`, `ResultNone`."""
    refuse_when_gone(dossier)
    if key is None:
        raise (ResultNone if dossier.state in TERMINAL else ResultNotReady)(f"{dossier.step}/{dossier.state}")
    return key
