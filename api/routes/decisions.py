"""The decisions of people: appraisal, approval, release of the seal. Each is a signed statement about exact bytes.

The front checks the signature against the officer's own certificate and the trusted roots; the signer will check all
of it again, itself. What is decided on must be what lies there now.
"""

from __future__ import annotations

import base64
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from sqlalchemy.orm import Session

from api import views
from api.auth import Principal, Who, with_role
from api.problems import documented
from api.schemas.people import Decided, SignedStatement, StatementView
from api.services import Services, Use
from dossiers.certificates import fingerprint, load_pem
from dossiers.db import deciding
from dossiers.db.deciding import SignedDecision
from dossiers.db.tables import DossierRow
from dossiers.db.trust import OfficerRow
from dossiers.decisions import (
    DecisionSignatureInvalid,
    DecisionSignerUntrusted,
    StatementInvalid,
    make_statement,
    parse,
    verify_statement,
)
from dossiers.dossier import Decision, Role, Step
from dossiers.errors import Forbidden, InputError, NotFound, Unauthorised

router = APIRouter(prefix="/v1/dossiers/{code}", tags=["decisions"])
ROLE_OF = {Step.APPRAISE: Role.OFFICER, Step.APPROVE: Role.LEADER, Step.SIGN: Role.SEAL_KEEPER}
_ERRORS = documented(
    Unauthorised,
    Forbidden,
    deciding.FourEyes,
    NotFound,
    deciding.NotYourTurn,
    deciding.DocumentChanged,
    StatementInvalid,
    DecisionSignatureInvalid,
    DecisionSignerUntrusted,
    deciding.ReasonMissing,
    deciding.DecisionNotPossible,
    InputError,
)


def _own_step(principal: Principal, step: Step) -> None:
    role = ROLE_OF.get(step)
    if role is None:
        raise deciding.NotYourTurn(step)
    if principal.kind != "officer" or role.value not in principal.roles:
        raise Forbidden(role.value)


@router.get("/statement", response_model=StatementView, responses=_ERRORS)
def statement(
    code: str,
    services: Use,
    principal: Who,
    step: Annotated[Step, Query()],
    decision: Annotated[Decision, Query()] = Decision.ACCEPT,
    reason: Annotated[str, Query(max_length=2000)] = "",
) -> StatementView:
    """The canonical bytes that an officer signs to decide at `step`, about what lies there now."""
    _own_step(principal, step)
    with services.db.transaction() as session:
        dossier = views.dossier_of(session, principal.agency, code)
        _, sha256 = deciding.document_of(dossier, step)
    made = make_statement(
        dossier=code,
        agency=principal.agency,
        step=step.value,
        decision=decision.value,
        reason=reason.strip(),
        document_sha256=sha256,
        officer=str(principal.id),
    )
    encoded = base64.b64encode(made.to_bytes()).decode()
    return StatementView(step=step, decision=decision, statement=encoded, document_sha256=sha256)


def _decide(services: Services, principal: Principal, code: str, step: Step, body: SignedStatement) -> Decided:
    said = parse(body.statement)
    expected = {
        "dossier": code,
        "agency": principal.agency,
        "step": step.value,
        "decision": body.decision.value,
        "reason": body.reason.strip(),
        "officer": str(principal.id),
    }
    if wrong := [key for key, value in expected.items() if getattr(said, key) != value]:
        raise StatementInvalid(", ".join(wrong))
    signer = verify_statement(body.statement, body.cms, services.trust)
    with services.db.transaction() as session:
        dossier = views.dossier_of(session, principal.agency, code)
        officer = session.get_one(OfficerRow, principal.id)
        if fingerprint(load_pem(officer.certificate.encode())) != signer.fingerprint:
            raise DecisionSignerUntrusted("not the officer's own certificate")
        signed = SignedDecision(step, body.decision, said.reason, body.statement, body.cms, said.document_sha256)
        return _recorded(session, services, dossier, officer, signed)


def _recorded(
    session: Session, services: Services, dossier: DossierRow, officer: OfficerRow, signed: SignedDecision
) -> Decided:
    row = deciding.decide(session, dossier.id, officer, signed, services.settings.signing)
    return Decided(code=row.code, step=row.step, state=row.state, version=row.version)


@router.post("/appraisal", response_model=Decided, responses=_ERRORS)
def appraise(
    code: str,
    body: SignedStatement,
    services: Use,
    officer: Annotated[Principal, Depends(with_role(Role.OFFICER))],
) -> Decided:
    """Thẩm định: accept, return to the citizen with a reason, or reject with a reason."""
    _own_step(officer, Step.APPRAISE)
    return _decide(services, officer, code, Step.APPRAISE, body)


@router.post("/approval", response_model=Decided, responses=_ERRORS)
def approve(
    code: str,
    body: SignedStatement,
    services: Use,
    leader: Annotated[Principal, Depends(with_role(Role.LEADER))],
) -> Decided:
    """Phê duyệt: accept (the leader's signature follows), return to the officer, or reject. Four eyes."""
    _own_step(leader, Step.APPROVE)
    return _decide(services, leader, code, Step.APPROVE, body)


@router.post("/seal", response_model=Decided, responses=_ERRORS)
def seal(
    code: str,
    body: SignedStatement,
    services: Use,
    keeper: Annotated[Principal, Depends(with_role(Role.SEAL_KEEPER))],
) -> Decided:
    """Văn thư releases the organisation's seal over the result that the leader signed."""
    _own_step(keeper, Step.SIGN)
    return _decide(services, keeper, code, Step.SIGN, body)
