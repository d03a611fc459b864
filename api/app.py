"""The application, put together. Two of them at the same database and store answer the same."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from api import documents, problems
from api.middleware import Surroundings
from api.routes import (
    auth,
    content,
    decisions,
    dossiers,
    events,
    fields,
    health,
    line_pages,
    lines,
    pages,
    results,
    submit,
    uploads,
    webhooks,
)
from api.services import Services
from config.settings import Settings

VERSION = "0.1.0"
DESCRIPTION = """\
Hồ sơ vào, kết quả đã ký ra. *A dossier goes in, a signed result comes out.*

Every error is a problem (RFC 9457) with a stable `code` and a sentence in Vietnamese and English; `/errors` lists them.
Clients send an API key (`X-API-Key`) or an access token from `/oauth/token`; officers the token from `/v1/session`.
"""


def create_app(settings: Settings) -> FastAPI:
    """The front. Opens no connection: it starts while database, store and workers are down."""
    services = Services(settings)

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        services.listener.start()
        yield
        await services.listener.stop()
        services.close()

    app = FastAPI(
        title="Hoso",
        version=VERSION,
        description=DESCRIPTION,
        lifespan=life,
        docs_url=None,
        redoc_url=None,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.services = services
    documents.install(app)
    problems.install(app, pages.error_page)
    for room in (
        submit,
        dossiers,
        events,
        content,
        fields,
        lines,
        decisions,
        results,
        uploads,
        auth,
        webhooks,
        health,
        line_pages,
        pages,
    ):
        app.include_router(room.router)
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"), name="static")
    app.add_middleware(Surroundings, services=services)
    return app
