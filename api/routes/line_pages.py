"""The editor of lines inside the page: fragments for htmx, keyboard first. What it saves goes the API's way."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from api import line_desk, line_edits
from api.auth import Principal
from api.errors import EtagMismatch
from api.page_view import PageFull, page_view
from api.routes.pages import must_log_in, render, visitor
from api.services import Use
from dossiers.dossier import Role
from dossiers.errors import Conflict, Forbidden, HosoError, InputError, NotFound

router = APIRouter(prefix="/dossiers/{code}/pages/{number}/lines", include_in_schema=False)


@router.get("/doubtful")
def doubtful(code: str, number: int, request: Request, services: Use) -> Response:
    """The editor at the most doubtful line."""
    principal = visitor(request, services)
    if principal is None:
        return must_log_in(request)
    page = _page(services, principal, code, number)
    return _editor(request, principal, code, page, line_desk.first_of(page))


@router.get("/{index}")
def one(code: str, number: int, index: int, request: Request, services: Use) -> Response:
    """The editor at this line; a plain visit gets the page."""
    if not request.headers.get("hx-request"):
        return RedirectResponse(f"/dossiers/{code}/pages/{number}", 303)
    principal = visitor(request, services)
    if principal is None:
        return must_log_in(request)
    return _editor(request, principal, code, _page(services, principal, code, number, index), index)


@router.post("/{index}")
def save(
    code: str,
    number: int,
    index: int,
    request: Request,
    services: Use,
    text: Annotated[str, Form(max_length=4000)] = "",
    etag: Annotated[str, Form(max_length=100)] = "",
) -> Response:
    """Save this line and go on to the next doubtful one; a refusal is shown above what was typed."""
    principal = visitor(request, services)
    if principal is None:
        return must_log_in(request)
    if Role.OFFICER.value not in principal.roles:
        raise Forbidden(Role.OFFICER.value)
    error: HosoError | None = None
    try:
        line_edits.correct_line(services, principal, code, number, index, text, etag)
    except (Conflict, InputError, EtagMismatch) as refused:
        error = refused
    page = _page(services, principal, code, number, index)
    if error is not None:
        return _editor(request, principal, code, page, index, error=error, typed=text)
    return _editor(request, principal, code, page, line_desk.next_of(page, index), saved=index)


def _page(services: Use, principal: Principal, code: str, number: int, index: int | None = None) -> PageFull:
    page = page_view(services, principal, code, number)
    if page is None or (index is not None and not 0 <= index < len(page.lines)):
        raise NotFound()
    return page


def _editor(
    request: Request,
    principal: Principal,
    code: str,
    page: PageFull,
    index: int | None,
    *,
    error: HosoError | None = None,
    typed: str = "",
    saved: int | None = None,
) -> Response:
    desk = line_desk.desk(page, index)
    saved_line = page.lines[saved] if saved is not None else None
    return render(
        request,
        "editor.html",
        principal=principal,
        code=code,
        page=page,
        desk=desk,
        error=error,
        typed=typed,
        saved=saved_line,
    )
