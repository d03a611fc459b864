"""Correcting a field: who, when, before and after; never over somebody else's change."""

from __future__ import annotations

import unicodedata
import uuid
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Response

from api import views
from api.auth import Principal, with_role
from api.errors import EtagMismatch, EtagRequired, NotCorrectable, ValueInvalid
from api.problems import documented
from api.routes.content import field_views
from api.schemas.dossier import FieldView, NewValue
from api.services import Use
from config.catalogue import forms
from dossiers.db import audit, events, steps
from dossiers.db.tables import CorrectionRow, DocumentRow, FieldRow
from dossiers.dossier import Role, State, Step
from dossiers.errors import Forbidden, InputError, NotFound, Unauthorised
from dossiers.values.kinds import parse

router = APIRouter(prefix="/v1/dossiers/{code}/fields", tags=["content"])
Officer = Annotated[Principal, Depends(with_role(Role.OFFICER))]


@router.patch(
    "/{field_id}",
    response_model=FieldView,
    responses={
        200: {"headers": {"ETag": {"schema": {"type": "string"}, "description": "For the next If-Match"}}},
        **documented(
            Unauthorised, Forbidden, NotFound, NotCorrectable, EtagRequired, EtagMismatch, ValueInvalid, InputError
        ),
    },
)
def correct(
    code: str,
    field_id: uuid.UUID,
    body: NewValue,
    response: Response,
    services: Use,
    officer: Officer,
    if_match: Annotated[str | None, Header(description="The field's etag")] = None,
) -> FieldView:
    """Set a field's value while the dossier waits for its appraisal. The value is normalised and checked."""
    if if_match is None:
        raise EtagRequired()
    with services.db.transaction() as session:
        dossier = steps.lock(session, views.dossier_of(session, officer.agency, code).id)
        field = session.get(FieldRow, field_id)
        if field is None or field.dossier_id != dossier.id:
            raise NotFound()
        if (dossier.step, dossier.state) != (Step.APPRAISE, State.WAITING):
            raise NotCorrectable(f"{dossier.step}/{dossier.state}")
        if if_match.strip() != f'"{field.version}"':
            raise EtagMismatch()
        value = _judged(session.get_one(DocumentRow, field.document_id).kind, field.key, body.value)
        if value != field.value or field.in_doubt:
            session.add(
                CorrectionRow(
                    dossier_id=dossier.id, field_id=field.id, actor=officer.actor, before=field.value, after=value
                )
            )
            field.value, field.source = value, "officer"
            field.confidence, field.in_doubt = 1.0, False
            field.version += 1
            dossier.version += 1
            dossier.updated_at = datetime.now(UTC)
            events.record(session, dossier.id, "field.corrected", field=str(field.id), page=field.page)
            audit.append(session, officer.actor, "field.corrected", dossier.code, field=str(field.id), key=field.key)
            session.flush()
        view = field_views(session, dossier.id, field.id)[0]
    response.headers["ETag"] = view.etag
    return view


def _judged(kind: str, key: str, value: str) -> str:
    """The value in its normalised form. Raises `ValueInvalid` with the reason's code, never with the value."""
    value = unicodedata.normalize("NFC", value).strip()
    form = forms().get(kind)
    known = form.field(key) if form else None
    if known is None:
        return value
    parsed = parse(known.type, value, options=known.options)
    if not parsed.ok:
        raise ValueInvalid(f"{parsed.reason_code}: {parsed.en}")
    return parsed.value
