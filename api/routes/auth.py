"""Credentials: access tokens for clients (OAuth 2 client credentials), sessions for officers."""

from __future__ import annotations

import base64
import binascii
import uuid
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from api.auth import Who, credential_of, same_origin
from api.errors import BadCredentials, CrossSite, Malformed, TooManyAttempts
from api.problems import documented
from api.schemas.people import AccessToken, Login, SessionView, Whoami
from api.services import Services, Use
from api.tokens import TokenKeyMissing
from dossiers.db import audit, people
from dossiers.errors import InputError, Unauthorised

router = APIRouter(tags=["credentials"])


def address_of(request: Request) -> str:
    """Who connects, for the brake alone; never logged."""
    return request.client.host if request.client else "unknown"


@router.post(
    "/oauth/token",
    response_model=AccessToken,
    responses=documented(Malformed, BadCredentials, TooManyAttempts, InputError, TokenKeyMissing),
    openapi_extra={
        "requestBody": {
            "content": {
                "application/x-www-form-urlencoded": {
                    "example": {
                        "grant_type": "client_credentials",
                        "client_id": "0b8a0e5e-5f43-4d0e-8b2a-1f0d1c2b3a4d",
                        "client_secret": "hoso_...",
                    }
                }
            }
        }
    },
)
def token(
    request: Request,
    services: Use,
    grant_type: Annotated[str, Form(pattern="^client_credentials$")],
    client_id: Annotated[str, Form(max_length=100)] = "",
    client_secret: Annotated[str, Form(max_length=500)] = "",
) -> AccessToken:
    """Client credentials grant (RFC 6749, section 4.4): id and secret in the form, or by HTTP Basic."""
    if not client_id:
        client_id, client_secret = _basic(request)
    names = (f"client:{client_id}", f"address:{address_of(request)}")
    services.logins.check(*names)
    try:
        identifier = uuid.UUID(client_id)
    except ValueError:
        identifier = uuid.UUID(int=0)
    with services.db.transaction() as session:
        client = people.client_of_secret(session, identifier, client_secret)
    if client is None:
        services.logins.failed(*names)
        raise BadCredentials()
    return AccessToken(access_token=services.tokens.issue(client.id), expires_in=services.tokens.life_s)


def _basic(request: Request) -> tuple[str, str]:
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        name, _, password = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return name, password


def log_in(services: Services, address: str, username: str, password: str) -> SessionView:
    """A new session. Raises `BadCredentials`, `TooManyAttempts`."""
    names = (f"officer:{username.casefold()}", f"address:{address}")
    services.logins.check(*names)
    with services.db.transaction() as session:
        officer = people.officer_of_password(session, username, password)
        if officer is not None:
            life = services.settings.api.session_s
            opened, end = people.open_session(session, officer, life)
            return SessionView(
                token=opened,
                expires_at=end,
                officer=officer.id,
                full_name=officer.full_name,
                position=officer.position,
                agency=officer.agency,
                roles=list(officer.roles),
            )
        audit.append(session, "nobody", "session.refused")
    services.logins.failed(*names)
    raise BadCredentials()


@router.post(
    "/v1/session",
    status_code=201,
    response_model=SessionView,
    responses=documented(Malformed, BadCredentials, CrossSite, InputError, TooManyAttempts),
)
def login(body: Login, request: Request, services: Use) -> SessionView:
    """An officer logs in; send the token as a bearer token. (The page has its own form and keeps it in a cookie.)"""
    if request.headers.get("origin") and not same_origin(request):
        raise CrossSite()
    return log_in(services, address_of(request), body.username, body.password)


@router.get("/v1/session", response_model=Whoami, responses=documented(Unauthorised))
def whoami(principal: Who) -> Whoami:
    """Whose credential this is."""
    return Whoami(
        kind=principal.kind,
        id=principal.id,
        agency=principal.agency,
        roles=sorted(principal.roles),
        name=principal.name,
    )


@router.delete("/v1/session", status_code=204, responses=documented(Unauthorised, CrossSite))
def logout(request: Request, services: Use, _principal: Who) -> Response:
    """End the session whose token is sent."""
    with services.db.transaction() as session:
        people.close_session(session, credential_of(request))
    return Response(status_code=204)
