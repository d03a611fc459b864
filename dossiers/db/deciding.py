"""Recording a person's decision and what follows from it.

| step | accept | return | reject |
| --- | --- | --- | --- |
| appraise (thẩm định) | the draft of the result is composed | to the citizen, with the reason | ends, with the reason |
| approve (phê duyệt) | the leader's signature is intended | to the officer, with the reason | ends, with the reason |
| sign (văn thư) | the seal is intended | not possible | not possible |

The caller (the front) has verified the signature over the statement; the signer verifies all of them again, itself.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from sqlalchemy.orm import Session

from config.settings import Signing
from dossiers.db import audit, events, steps
from dossiers.db.tables import DossierRow
from dossiers.db.trust import ApprovalRow, OfficerRow
from dossiers.dossier import TERMINAL, Decision, Stage, State, Step
from dossiers.errors import Conflict, Forbidden, InputError


class NotYourTurn(Conflict):
    """The dossier is not waiting at this step."""

    code = "decision.wrong_step"
    vi = "Hồ sơ không chờ quyết định ở bước này. Hãy tải lại để xem bước hiện tại."
    en = "The dossier does not wait for a decision at this step. Reload to see where it stands."


class DocumentChanged(Conflict):
    """What was decided on is not what lies there now."""

    code = "decision.document_changed"
    vi = "Tài liệu đã thay đổi sau khi quyết định được ký. Hãy xem lại bản mới rồi ký lại."
    en = "The document changed after the decision was signed. Review the new one and sign again."


class FourEyes(Forbidden):
    """One person may not both appraise and approve."""

    code = "decision.four_eyes"
    vi = "Người phê duyệt phải khác người thẩm định. Hãy chuyển cho người có thẩm quyền khác."
    en = "The one who approves must not be the one who appraised. Pass it to another authorised person."


class ReasonMissing(InputError):
    """Return and reject need a reason the citizen can act on."""

    code = "decision.reason_missing"
    vi = "Trả lại hoặc từ chối phải nêu lý do. Hãy ghi lý do để người nộp biết cách khắc phục."
    en = "A return or a rejection needs a reason. Say it, so that the sender knows what to do."


class DecisionNotPossible(InputError):
    """This decision does not exist at this step."""

    code = "decision.not_possible"
    vi = "Bước này không có quyết định đó. Văn thư chỉ có thể đóng dấu; hãy liên hệ lãnh đạo nếu cần thu hồi."
    en = "This step knows no such decision. The seal keeper can only seal; ask the leader for a recall."


@dataclass(frozen=True, slots=True)
class SignedDecision:
    """A decision whose signature was verified. `document_sha256`: what the statement binds it to."""

    step: Step
    decision: Decision
    reason: str
    statement: bytes
    cms: bytes
    document_sha256: str


def document_of(dossier: DossierRow, step: Step) -> tuple[str, str]:
    """(object key, SHA-256) of what is decided on at `step`. Raises `NotYourTurn` when the dossier waits elsewhere."""
    if dossier.state != State.WAITING or dossier.step != step:
        raise NotYourTurn(f"{dossier.step}/{dossier.state}")
    key, sha256 = {
        Step.APPRAISE: (dossier.package_key, dossier.package_sha256),
        Step.APPROVE: (dossier.draft_key, dossier.draft_sha256),
        Step.SIGN: (dossier.result_key, dossier.result_sha256),
    }.get(step, (None, None))
    if key is None or sha256 is None:
        raise NotYourTurn(f"{dossier.step}/{dossier.state}")
    return key, sha256


def decide(
    session: Session, dossier_id: uuid.UUID, officer: OfficerRow, signed: SignedDecision, keys: Signing
) -> DossierRow:
    """Record the decision and move the dossier. Raises the errors of this module and `AlreadyEnded`."""
    dossier = steps.lock(session, dossier_id)
    if dossier.state in TERMINAL:
        raise steps.AlreadyEnded(dossier.state)
    key, sha256 = document_of(dossier, signed.step)
    if sha256 != signed.document_sha256:
        raise DocumentChanged(signed.step)
    if signed.decision is not Decision.ACCEPT and not signed.reason.strip():
        raise ReasonMissing(signed.step)
    if signed.step is Step.SIGN and signed.decision is not Decision.ACCEPT:
        raise DecisionNotPossible(signed.decision)
    if signed.step is Step.APPROVE:
        _four_eyes(session, dossier, officer)
    session.add(
        ApprovalRow(
            dossier_id=dossier.id,
            step=signed.step.value,
            decision=signed.decision.value,
            reason=signed.reason,
            officer_id=officer.id,
            certificate=officer.certificate,
            statement=signed.statement,
            cms=signed.cms,
            document_sha256=sha256,
        )
    )
    events.record(session, dossier.id, "decision.made", step=signed.step.value, decision=signed.decision.value)
    audit.append(
        session,
        f"officer:{officer.id}",
        f"dossier.{signed.step.value}.{signed.decision.value}",
        dossier.code,
        document_sha256=sha256,
    )
    _follow(session, dossier, signed, key, sha256, keys)
    return dossier


def _four_eyes(session: Session, dossier: DossierRow, officer: OfficerRow) -> None:
    appraisals = [row for row in steps.approvals(session, dossier.id) if row.step == Step.APPRAISE]
    if appraisals and appraisals[-1].officer_id == officer.id:
        raise FourEyes(dossier.code)


def _follow(
    session: Session, dossier: DossierRow, signed: SignedDecision, key: str, sha256: str, keys: Signing
) -> None:
    match signed.step, signed.decision:
        case Step.APPRAISE, Decision.RETURN:
            steps.move(session, dossier, Step.APPRAISE, State.RETURNED, signed.reason)
        case _, Decision.REJECT:
            steps.move(session, dossier, signed.step, State.REJECTED, signed.reason)
        case Step.APPROVE, Decision.RETURN:
            steps.move(session, dossier, Step.APPRAISE, State.WAITING, signed.reason)
        case Step.APPRAISE, Decision.ACCEPT:
            steps.move(session, dossier, Step.APPRAISE, State.PROCESSING)
            steps.enqueue(session, dossier, Stage.COMPOSE)
        case Step.APPROVE, Decision.ACCEPT:
            steps.move(session, dossier, Step.SIGN, State.PROCESSING)
            steps.intend(session, dossier, "leader", keys.leader_key, key, sha256)
        case Step.SIGN, Decision.ACCEPT:
            steps.move(session, dossier, Step.SIGN, State.PROCESSING)
            steps.intend(session, dossier, "seal", keys.seal_key, key, sha256)
