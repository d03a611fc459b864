"""For operators and orchestrators: alive, ready, measured; and what there is: procedures, error codes, documents."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse, JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel, ConfigDict

from api.auth import Who
from api.problems import all_errors, documented
from api.services import Use
from config.catalogue import procedures
from dossiers.db import migrate
from dossiers.errors import Unauthorised, Unavailable

router = APIRouter(tags=["operations"])


class Health(BaseModel):
    """`ok`, or which part does not answer."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"status": "ok", "parts": {"database": "ok", "schema": "ok", "store": "ok"}}]}
    )

    status: str
    parts: dict[str, str] = {}


class ProcedureView(BaseModel):
    code: str
    national_code: str
    name: str
    name_en: str
    deadline_working_days: int


class ProcedureList(BaseModel):
    """The procedures of this installation."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "items": [
                        {
                            "code": "khai-sinh",
                            "national_code": "1.001193",
                            "name": "Đăng ký khai sinh",
                            "name_en": "Birth registration",
                            "deadline_working_days": 1,
                        }
                    ]
                }
            ]
        }
    )

    items: list[ProcedureView]


@router.get("/healthz", response_model=Health)
def alive() -> Health:
    """This process answers."""
    return Health(status="ok")


@router.get("/readyz", response_model=Health, responses={503: {"model": Health, "description": "A part is away"}})
def ready(services: Use) -> Any:
    """This process can accept dossiers: database with the present schema, and object store. Workers do not matter."""
    parts = {"database": "ok", "schema": "ok", "store": "ok"}
    try:
        with services.db.transaction():
            pass
        if not migrate.present(services.db.engine):
            parts["schema"] = "not migrated"
    except Exception:  # whatever the driver raises, the answer is that it is not ready
        parts["database"] = parts["schema"] = "away"
    try:
        services.store.ping()
    except Unavailable:
        parts["store"] = "away"
    well = all(state == "ok" for state in parts.values())
    health = Health(status="ok" if well else "unavailable", parts=parts)
    return health if well else JSONResponse(health.model_dump(), 503)


@router.get(
    "/metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}, "example": "hoso_database_up 1.0\n"}}}},
)
def metrics(services: Use) -> Response:
    """Prometheus text format; counts and times only."""
    return Response(generate_latest(services.metrics.registry), media_type=CONTENT_TYPE_LATEST)


@router.get("/v1/procedures", response_model=ProcedureList, responses=documented(Unauthorised), tags=["dossiers"])
def catalogue(_principal: Who) -> ProcedureList:
    """What can be submitted."""
    return ProcedureList(
        items=[
            ProcedureView(
                code=found.code,
                national_code=found.national_code,
                name=found.name_vi,
                name_en=found.name_en,
                deadline_working_days=found.deadline_working_days,
            )
            for found in procedures().values()
        ]
    )


@router.get("/errors", response_class=HTMLResponse, include_in_schema=False)
def errors(services: Use) -> HTMLResponse:
    """What each error code means; the `type` of a problem points here."""
    return HTMLResponse(services.templates.get_template("errors.html").render(errors=all_errors()))


@router.get("/docs", response_class=HTMLResponse, include_in_schema=False)
def docs(services: Use) -> HTMLResponse:
    """The API documents, from files of our own."""
    return HTMLResponse(services.templates.get_template("docs.html").render())
