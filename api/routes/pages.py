"""The page to look at: dossiers with live progress; one dossier with papers, data, steps and result."""

from __future__ import annotations

import json
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api import views
from api.auth import COOKIE, Principal, credential_of, principal_of, same_origin
from api.errors import BadCredentials, CrossSite, TooManyAttempts
from api.page_view import PageFull, dossier_page, page_view
from api.rendering import LANGUAGES, names, translator
from api.routes import dossiers
from api.routes.auth import address_of, log_in
from api.services import Services, Use, services_of
from dossiers.db import people
from dossiers.dossier import State, Step
from dossiers.errors import HosoError, Unauthorised

router = APIRouter(include_in_schema=False)
LANGUAGE = "hoso_lang"


def _language(request: Request) -> str:
    chosen = request.cookies.get(LANGUAGE, "")
    return chosen if chosen in LANGUAGES else LANGUAGES[0]


def render(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A template in the visitor's language."""
    services, language = services_of(request), _language(request)
    values.setdefault("principal", None)
    body = services.templates.get_template(template).render(
        t=translator(language),
        lang=language,
        path=request.url.path,
        demo=services.settings.signing.demo_pki,
        **names(language),
        **values,
    )
    return HTMLResponse(body, status)


def visitor(request: Request, services: Services) -> Principal | None:
    """Who looks; None when nobody is logged in."""
    credential = credential_of(request)
    return principal_of(services, credential) if credential else None


def must_log_in(request: Request) -> Response:
    """To the log-in, by redirect or as htmx does it."""
    if request.headers.get("hx-request"):
        return Response(status_code=401, headers={"HX-Redirect": "/login"})
    return RedirectResponse("/login", 303)


def error_page(request: Request, error: type[HosoError]) -> Response:
    """An error for a person."""
    if error.status == Unauthorised.status:
        return must_log_in(request)
    return render(request, "error.html", error.status, error=error)


@router.get("/login")
def login_form(request: Request) -> HTMLResponse:
    return render(request, "login.html", error=None)


@router.post("/login")
def login(
    request: Request,
    services: Use,
    username: Annotated[str, Form(max_length=100)] = "",
    password: Annotated[str, Form(max_length=500)] = "",
    key: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """By officer's password or by API key; the credential goes into a cookie that scripts cannot read."""
    if not same_origin(request):
        raise CrossSite()
    try:
        if key:
            address = f"address:{address_of(request)}"
            services.logins.check(address)
            principal = principal_of(services, key.strip())
            if principal is None or principal.kind != "client":
                services.logins.failed(address)
                raise BadCredentials()
            token, life = services.tokens.issue(principal.id), services.settings.api.token_s
        else:
            token = log_in(services, address_of(request), username, password).token
            life = services.settings.api.session_s
    except (BadCredentials, TooManyAttempts) as error:
        return render(request, "login.html", error.status, error=error)
    response = RedirectResponse("/", 303)
    secure = services.settings.api.public_url.startswith("https:")
    response.set_cookie(COOKIE, token, max_age=life, httponly=True, samesite="strict", secure=secure)
    return response


@router.post("/logout")
def logout(request: Request, services: Use) -> Response:
    token = credential_of(request)
    with services.db.transaction() as session:
        people.close_session(session, token)
    response = RedirectResponse("/login", 303)
    response.delete_cookie(COOKIE)
    return response


@router.get("/lang/{language}")
def choose_language(language: str, request: Request) -> Response:
    """Switch and go back to where the visitor was."""
    target = urlsplit(request.headers.get("referer", "")).path
    response = RedirectResponse(target if target.startswith("/") and not target.startswith("//") else "/", 303)
    if language in LANGUAGES:
        response.set_cookie(LANGUAGE, language, max_age=365 * 86400, httponly=True, samesite="lax")
    return response


@router.get("/")
def index(
    request: Request,
    services: Use,
    q: Annotated[str, Query(max_length=100)] = "",
    step: str = "",
    state: str = "",
    cursor: str = "",
) -> Response:
    """The list; asked by htmx it is the rows alone."""
    principal = visitor(request, services)
    if principal is None:
        return must_log_in(request)
    found = dossiers.find(
        services,
        principal,
        state=State(state) if state in set(State) else None,
        step=Step(step) if step in set(Step) else None,
        procedure=None,
        since=None,
        q=q or None,
        cursor=cursor or None,
        limit=30,
    )
    chosen = {"q": q, "step": step, "state": state, "cursor": cursor}
    template = "rows.html" if request.headers.get("hx-request") else "list.html"
    return render(
        request, template, principal=principal, found=found, chosen=chosen, steps=list(Step), states=list(State)
    )


@router.get("/dossiers/{code}")
def dossier(code: str, request: Request, services: Use, page: int = 1) -> Response:
    """One dossier."""
    return _dossier(code, request, services, "dossier.html", page)


@router.get("/dossiers/{code}/live")
def live(code: str, request: Request, services: Use, page: int = 1) -> Response:
    """The parts that move, for htmx."""
    return _dossier(code, request, services, "live.html", page)


def _dossier(code: str, request: Request, services: Services, template: str, page: int) -> Response:
    principal = visitor(request, services)
    if principal is None:
        return must_log_in(request)
    with services.db.transaction() as session:
        row = views.dossier_of(session, principal.agency, code)
        shown = dossier_page(session, row)
    validation = None
    if shown.validation_key and not shown.gone_at:
        validation = json.loads(services.store.get_artifact(shown.validation_key))
    full: PageFull | None = None
    if template == "dossier.html":
        full = page_view(services, principal, code, min(max(page, 1), max(len(shown.pages), 1)))
    return render(
        request, template, principal=principal, d=shown.view, shown=shown, validation=validation, page=full, number=page
    )


@router.get("/dossiers/{code}/pages/{number}")
def page(code: str, number: int, request: Request, services: Use) -> Response:
    """One page with boxes, fields and lines, for htmx; a plain visit gets the whole dossier at that page."""
    if not request.headers.get("hx-request"):
        return _dossier(code, request, services, "dossier.html", number)
    principal = visitor(request, services)
    if principal is None:
        return must_log_in(request)
    return render(
        request, "page.html", principal=principal, page=page_view(services, principal, code, number), code=code
    )
