"""Lines one by one: looking at one, and correcting it beside the image."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Response

from api import line_edits
from api.auth import Principal, Who, with_role
from api.errors import EtagMismatch, EtagRequired, LineNotCorrectable, LineTextInvalid, PageNotReady, ResultGone
from api.problems import documented
from api.schemas.lines import LineView, NewText
from api.services import Use
from dossiers.dossier import Role
from dossiers.errors import Forbidden, InputError, NotFound, Unauthorised

router = APIRouter(prefix="/v1/dossiers/{code}/pages/{number}/lines", tags=["content"])
Officer = Annotated[Principal, Depends(with_role(Role.OFFICER))]
Index = Annotated[int, Path(ge=0, description="Place in the page's reading, from 0")]
_ETAG: dict[int | str, dict[str, Any]] = {
    200: {"headers": {"ETag": {"schema": {"type": "string"}, "description": "For the next If-Match"}}}
}


@router.get(
    "/{index}",
    response_model=LineView,
    responses={**_ETAG, **documented(Unauthorised, NotFound, PageNotReady, ResultGone)},
)
def line(code: str, number: int, index: Index, response: Response, services: Use, principal: Who) -> LineView:
    """One line as it stands: the reading, and what officers made of it."""
    view = line_edits.line_view(services, principal, code, number, index)
    response.headers["ETag"] = view.etag
    return view


@router.patch(
    "/{index}",
    response_model=LineView,
    responses={
        **_ETAG,
        **documented(
            Unauthorised,
            Forbidden,
            NotFound,
            PageNotReady,
            LineNotCorrectable,
            ResultGone,
            EtagRequired,
            EtagMismatch,
            LineTextInvalid,
            InputError,
        ),
    },
)
def correct_line(
    code: str,
    number: int,
    index: Index,
    body: NewText,
    response: Response,
    services: Use,
    officer: Officer,
    if_match: Annotated[str | None, Header(description="The line's etag")] = None,
) -> LineView:
    """Say what stands in a line, while the dossier waits for its appraisal; the same text confirms the reading.

    Fields do not follow: correct those that the line holds as well. The stored reading stays as the machine made it.
    """
    if if_match is None:
        raise EtagRequired()
    view = line_edits.correct_line(services, officer, code, number, index, body.text, if_match)
    response.headers["ETag"] = view.etag
    return view
