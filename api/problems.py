"""Every error on the wire is an RFC 9457 problem with a stable code and one sentence in Vietnamese and in English.

Nothing internal leaves: a `detail` is shown for errors of the sender (4xx) alone, and validation errors name the place,
never the value that was sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from api.errors import Malformed, MethodNotAllowed, TooLarge, UnsupportedMediaType
from api.logs import request_id
from dossiers.errors import Forbidden, HosoError, InputError, NotFound, Unauthorised

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = 5
_BY_STATUS: dict[int, type[HosoError]] = {
    400: Malformed,
    401: Unauthorised,
    403: Forbidden,
    404: NotFound,
    405: MethodNotAllowed,
    413: TooLarge,
    415: UnsupportedMediaType,
    422: InputError,
}


class Problem(BaseModel):
    """What went wrong (RFC 9457)."""

    model_config = ConfigDict(extra="forbid")

    type: str = Field(description="Address that explains the code")
    title: str = Field(description="The status in words")
    status: int
    code: str = Field(description="Stable: match on this")
    detail: str = Field(description="Which file, field or part")
    vi: str = Field(description="What is wrong and what to do, in Vietnamese")
    en: str = Field(description="What is wrong and what to do, in English")
    retryable: bool = Field(description="Whether the same request may succeed later")
    trace_id: str = Field(description="Give this to the operators; also in X-Request-Id")
    errors: list[dict[str, str]] | None = Field(None, description="Of a validation error: each place and why")
    gone_at: str | None = Field(None, description="Of 410: when the files were removed")


def body_of(error: type[HosoError], detail: str, trace_id: str, **more: Any) -> dict[str, Any]:
    """The problem as JSON."""
    problem = Problem(
        type=f"/errors#{error.code}",
        title=HTTPStatus(error.status).phrase,
        status=error.status,
        code=error.code,
        detail=detail if error.status < 500 and detail else error.en,
        vi=error.vi,
        en=error.en,
        retryable=error.retryable,
        trace_id=trace_id,
        **more,
    )
    return problem.model_dump(exclude_none=True)


def response_of(error: HosoError | type[HosoError], **more: Any) -> Response:
    """The problem as a response."""
    kind, detail = (error, "") if isinstance(error, type) else (type(error), error.detail)
    headers = {}
    if kind.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if kind.status in (429, 503) or (kind.retryable and kind.status == 409):
        headers["Retry-After"] = str(RETRY_AFTER_S)
    more = {**getattr(error, "extra", {}), **more}
    return JSONResponse(body_of(kind, detail, request_id(), **more), kind.status, headers, MEDIA_TYPE)


def documented(*errors: type[HosoError]) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route: each error with its example, by status."""
    found: dict[int | str, dict[str, Any]] = {}
    for error in errors:
        entry = found.setdefault(
            error.status,
            {
                "description": HTTPStatus(error.status).phrase,
                "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": {}}},
            },
        )
        example = body_of(error, "", "5f0c2f4b8a7d4d0e9b6a1c3d2e4f5a6b")
        entry["content"][MEDIA_TYPE]["examples"][error.code] = {"summary": error.en, "value": example}
    return found


def all_errors() -> list[type[HosoError]]:
    """Every error class that this process knows, by code."""

    def walk(kind: type[HosoError]) -> Iterator[type[HosoError]]:
        yield kind
        for child in kind.__subclasses__():
            yield from walk(child)

    return sorted({kind.code: kind for kind in walk(HosoError)}.values(), key=lambda kind: kind.code)


def _places(error: RequestValidationError) -> list[dict[str, str]]:
    return [
        {"at": ".".join(str(part) for part in item["loc"]), "why": item["type"], "message": item["msg"].split("\n")[0]}
        for item in error.errors()
        if "loc" in item
    ]


def _wants_page(request: Request) -> bool:
    machine = ("/v1/", "/oauth/", "/healthz", "/readyz", "/metrics")
    return not request.url.path.startswith(machine) and "text/html" in request.headers.get("accept", "")


def install(app: FastAPI, page_of: Callable[[Request, type[HosoError]], Response]) -> None:
    """Make the application answer all its errors so; `page_of` renders them where a person looks at a page.

    Unexpected ones are caught in `api.middleware`.
    """

    async def ours(request: Request, error: Exception) -> Response:
        assert isinstance(error, HosoError)
        return page_of(request, type(error)) if _wants_page(request) else response_of(error)

    async def invalid(_: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return response_of(InputError, errors=_places(error))

    async def plain(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if _wants_page(request):
            return page_of(request, _BY_STATUS.get(error.status_code, HosoError))
        if isinstance(error.__cause__, HosoError):  # raised while the framework was reading the body
            return response_of(error.__cause__)
        response = response_of(_BY_STATUS.get(error.status_code, HosoError))
        response.headers.update(error.headers or {})
        return response

    app.add_exception_handler(HosoError, ours)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, plain)
