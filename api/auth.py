"""Who is asking: a client by API key or access token, an officer by session; and whether their role allows it.

The page keeps its credential in a cookie (HttpOnly, SameSite=Strict). A cookie is sent by the browser whoever wrote the
form, so a request that changes something by cookie must come from our own origin.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Literal
from urllib.parse import urlsplit

from fastapi import Depends, Request, Security
from fastapi.openapi.models import OAuthFlowClientCredentials, OAuthFlows
from fastapi.security import APIKeyHeader, HTTPBearer, OAuth2

from api.errors import CrossSite
from api.services import Services, services_of
from dossiers.db import people
from dossiers.db.trust import ClientRow, OfficerRow
from dossiers.dossier import Role
from dossiers.errors import Forbidden, Unauthorised

COOKIE = "hoso_session"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

_bearer = HTTPBearer(auto_error=False, description="Access token, officer's session token, or API key")
_api_key = APIKeyHeader(name="X-API-Key", auto_error=False, description="API key of a client")
_oauth = OAuth2(
    flows=OAuthFlows(clientCredentials=OAuthFlowClientCredentials(tokenUrl="/oauth/token", scopes={})),
    auto_error=False,
)


@dataclass(frozen=True, slots=True)
class Principal:
    """An authenticated client or officer. `name` is for the page, never for logs."""

    kind: Literal["client", "officer"]
    id: uuid.UUID
    agency: str
    roles: frozenset[str]
    name: str

    @property
    def actor(self) -> str:
        """As it stands in the audit log."""
        return f"{self.kind}:{self.id}"


def _client(row: ClientRow) -> Principal:
    return Principal("client", row.id, row.agency, frozenset(row.roles), row.name)


def _officer(row: OfficerRow) -> Principal:
    return Principal("officer", row.id, row.agency, frozenset(row.roles), row.full_name)


def principal_of(services: Services, credential: str) -> Principal | None:
    """Whose credential this is; None when it is nobody's."""
    with services.db.transaction() as session:
        if credential.startswith(people.SESSION_PREFIX):
            officer = people.officer_of_session(session, credential)
            return _officer(officer) if officer else None
        if credential.startswith(people.KEY_PREFIX):
            client = people.client_of_key(session, credential)
            return _client(client) if client else None
        client_id = services.tokens.read(credential)
        client = session.get(ClientRow, client_id) if client_id else None
        return _client(client) if client and client.revoked_at is None else None


def same_origin(request: Request) -> bool:
    """Whether a browser says that the request comes from our own page."""
    if site := request.headers.get("sec-fetch-site"):
        return site in ("same-origin", "none")
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc == request.headers.get("host")


def credential_of(request: Request) -> str:
    """The credential sent with a request. Raises `CrossSite` for a cookie that another site made the browser send."""
    if key := request.headers.get("x-api-key"):
        return key.strip()
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and value:
        return value.strip()
    cookie = request.cookies.get(COOKIE, "")
    if cookie and request.method not in _SAFE and not same_origin(request):
        raise CrossSite()
    return cookie


def authenticate(
    request: Request,
    _b: Annotated[object, Security(_bearer)],
    _k: Annotated[object, Security(_api_key)],
    _o: Annotated[object, Security(_oauth)],
) -> Principal:
    """The principal of a request. Raises `Unauthorised`."""
    credential = credential_of(request)
    principal = principal_of(services_of(request), credential) if credential else None
    if principal is None:
        raise Unauthorised()
    return principal


Who = Annotated[Principal, Depends(authenticate)]


def with_role(*roles: Role) -> Callable[[Principal], Principal]:
    """A dependency: the principal, who has one of these roles. Raises `Forbidden`."""
    allowed = frozenset(role.value for role in roles)

    def check(principal: Who) -> Principal:
        if not allowed & principal.roles:
            raise Forbidden(", ".join(sorted(allowed)))
        return principal

    return check


Submitter = Annotated[Principal, Depends(with_role(Role.CLIENT))]
Keeper = Annotated[Principal, Depends(with_role(Role.CLIENT, Role.OFFICER, Role.LEADER, Role.OPERATOR))]
