"""Fetching what a dossier produced, as often as one likes, until its retention time has passed (then 410)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response, StreamingResponse

from api import results, views
from api.auth import Principal, Who
from api.errors import ResultGone, ResultNone, ResultNotReady
from api.problems import documented
from api.schemas.submission import Link
from api.services import Services, Use
from dossiers.db.tables import DossierRow
from dossiers.errors import NotFound, Unauthorised

router = APIRouter(prefix="/v1/dossiers/{code}", tags=["results"])
_ERRORS = documented(Unauthorised, NotFound, ResultNotReady, ResultNone, ResultGone)


def _pdf() -> dict[int | str, dict[str, Any]]:
    schema = {"schema": {"type": "string", "format": "binary"}, "example": "%PDF-1.7 ..."}
    return {200: {"content": {"application/pdf": schema}}, **_ERRORS}


def _json(example: Any) -> dict[int | str, dict[str, Any]]:
    return {200: {"content": {"application/json": {"schema": {"type": "object"}, "example": example}}}, **_ERRORS}


def _fetch(
    services: Services, principal: Principal, code: str, which: Callable[[DossierRow], str], kind: str, name: str
) -> Response:
    with services.db.transaction() as session:
        key = which(views.dossier_of(session, principal.agency, code))
    chunks: Iterator[bytes] = services.store.open_artifact(key)
    first = next(chunks, b"")  # so that a missing object is an error and not a cut-off answer
    headers = {
        "ETag": f'"{key.rsplit("/", 1)[-1].split(".")[0]}"',
        "Content-Disposition": f'inline; filename="{code}-{name}"',
        "Cache-Control": "private, no-cache",
    }
    return StreamingResponse(chain((first,), chunks), media_type=kind, headers=headers)


@router.get("/result", response_class=Response, responses=_pdf())
def result(code: str, services: Use, principal: Who) -> Response:
    """The signed result (PDF)."""
    return _fetch(services, principal, code, results.result_key, "application/pdf", "ket-qua.pdf")


@router.get("/result/link", response_model=Link, responses=_ERRORS)
def link(code: str, services: Use, principal: Who) -> Link:
    """An address that gives the signed result for a short while without credentials, straight from the store."""
    with services.db.transaction() as session:
        key = results.result_key(views.dossier_of(session, principal.agency, code))
    expires_at = datetime.now(UTC) + timedelta(seconds=services.settings.store.presign_s)
    return Link(url=services.store.presign_artifact(key, f"{code}-ket-qua.pdf"), expires_at=expires_at)


@router.get(
    "/result/validation",
    response_class=Response,
    responses=_json(
        {
            "verdict": "valid",
            "level": "B-LT",
            "moment": "2026-11-24T02:20:00+00:00",
            "signatures": [
                {"role": "leader", "level": "B-LT", "indication": "TOTAL-PASSED", "intact": True, "trusted": True}
            ],
        }
    ),
)
def validation(code: str, services: Use, principal: Who) -> Response:
    """The report on the result's signatures, made by checking it as a stranger would."""
    which = lambda row: results.artifact_key(row, row.validation_key)  # noqa: E731
    return _fetch(services, principal, code, which, "application/json", "kiem-tra-chu-ky.json")


@router.get("/package", response_class=Response, responses=_pdf())
def package(code: str, services: Use, principal: Who) -> Response:
    """The digitised dossier: a searchable PDF/A with the fields inside. This is what the officer appraises."""
    which = lambda row: results.artifact_key(row, row.package_key)  # noqa: E731
    return _fetch(services, principal, code, which, "application/pdf", "ho-so.pdf")


@router.get("/draft", response_class=Response, responses=_pdf())
def draft(code: str, services: Use, principal: Who) -> Response:
    """The result as it is laid before the leader, not signed yet."""
    which = lambda row: results.artifact_key(row, row.draft_key)  # noqa: E731
    return _fetch(services, principal, code, which, "application/pdf", "du-thao.pdf")


@router.get("/signed", response_class=Response, responses=_pdf())
def signed(code: str, services: Use, principal: Who) -> Response:
    """The result as the leader's signature left it: what the seal keeper looks at before releasing the seal."""
    which = lambda row: results.artifact_key(row, row.result_key)  # noqa: E731
    return _fetch(services, principal, code, which, "application/pdf", "da-ky.pdf")


@router.get(
    "/manifest",
    response_class=Response,
    responses=_json(
        {
            "schema": "hoso.manifest/1",
            "dossier": "H49.01-20261124-04817265",
            "artifacts": [{"role": "result", "key": "...", "sha256": "9f86d081...", "size": 92113, "name": ""}],
        }
    ),
)
def manifest(code: str, services: Use, principal: Who) -> Response:
    """Everything the dossier consists of, with hashes and sizes."""
    which = lambda row: results.artifact_key(row, row.manifest_key)  # noqa: E731
    return _fetch(services, principal, code, which, "application/json", "danh-muc.json")


@router.get(
    "/fields.json",
    response_class=Response,
    responses=_json({"schema": "hoso.fields/1", "dossier": "H49.01-20261124-04817265", "documents": []}),
)
def fields_file(code: str, services: Use, principal: Who) -> Response:
    """The fields as they are embedded in the package (with corrections, once the appraisal is done)."""
    which = lambda row: results.artifact_key(row, row.fields_key)  # noqa: E731
    return _fetch(services, principal, code, which, "application/json", "truong-du-lieu.json")
