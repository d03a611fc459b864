"""How a dossier moves: the only place that changes its step and state.

Every function works in the caller's transaction with the dossier's row locked, so two movers never interleave, and the
first terminal state wins: nothing here leaves one, except `retry` from `failed`. Each move leaves an event, and where a
client would care a message in the outbox; each act of a person leaves an audit line.
"""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

from sqlalchemy import exists, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from dossiers.db import audit, events, outbox, queue
from dossiers.db.tables import DossierRow, StageRunRow
from dossiers.db.trust import ApprovalRow, SigningIntentRow
from dossiers.dossier import TERMINAL, RunState, Stage, State, Step
from dossiers.errors import Cancelled, Conflict, NotFound

UNSETTLED = (RunState.PENDING.value, RunState.LEASED.value)
PAGE_STAGES = tuple(stage.value for stage in Stage if stage.of_page)


class AlreadyEnded(Conflict):
    """The dossier is in a terminal state."""

    code = "dossier.ended"
    vi = "Hồ sơ đã kết thúc nên không thay đổi được nữa. Hãy nộp hồ sơ mới nếu cần."
    en = "The dossier has ended and cannot change. Submit a new one if needed."


class NotCancellable(Conflict):
    """The leader's signature exists or is being made: what is issued is recalled by another document, not cancelled
    (Nghị định 30/2020/NĐ-CP art. 18)."""

    code = "dossier.not_cancellable"
    vi = "Kết quả đã được phê duyệt để ký nên không hủy được. Hãy ban hành văn bản thu hồi hoặc thay thế."
    en = "The result is approved for signing and cannot be cancelled. Issue a document that recalls or replaces it."


class NothingToRetry(Conflict):
    """No failed work."""

    code = "dossier.nothing_to_retry"
    vi = "Hồ sơ không có phần nào bị lỗi để chạy lại. Hãy xem trạng thái hiện tại của hồ sơ."
    en = "The dossier has no failed work to run again. Look at its present state."


def lock(session: Session, dossier_id: uuid.UUID) -> DossierRow:
    """The dossier with its row locked to the end of the transaction. Raises `NotFound`."""
    query = select(DossierRow).where(DossierRow.id == dossier_id).with_for_update()
    row = session.scalars(query.execution_options(populate_existing=True)).first()
    if row is None:
        raise NotFound("dossier")
    return row


def lock_live(session: Session, dossier_id: uuid.UUID) -> DossierRow:
    """As `lock`, for work that only a living dossier may receive. Raises `Cancelled` when it has ended."""
    dossier = lock(session, dossier_id)
    if dossier.state in TERMINAL:
        raise Cancelled(dossier.state)
    return dossier


def move(session: Session, dossier: DossierRow, step: Step, state: State, reason: str = "") -> None:
    """Set step and state of a locked dossier, raise its version, leave an event and a message."""
    dossier.step, dossier.state, dossier.reason = step.value, state.value, reason
    dossier.version += 1
    dossier.updated_at = datetime.now(UTC)
    dossier.finished_at = dossier.updated_at if state in TERMINAL else None
    session.flush()
    events.record(session, dossier.id, "dossier.moved", step=step.value, state=state.value)
    if state is not State.PROCESSING:
        outbox.enqueue(session, dossier, f"dossier.{state.value}")


def enqueue(session: Session, dossier: DossierRow, stage: Stage, page: int | None = None) -> None:
    """Put a stage run in the queue; one that ran before is opened again with fresh attempts."""
    statement = insert(StageRunRow).values(
        dossier_id=dossier.id,
        client_id=dossier.client_id,
        stage=stage.value,
        page=page,
        state=RunState.PENDING.value,
        priority=dossier.priority,
        rank=dossier.rank,
        max_attempts=dossier.max_attempts,
    )
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["dossier_id", "stage", "page"],
            set_={
                "state": RunState.PENDING.value,
                "attempt": 0,
                "not_before": func.now(),
                "finished_at": None,
                "error_code": None,
                "error_detail": None,
            },
        )
    )
    queue.wake(session)


def after_stage(session: Session, dossier: DossierRow, stage: Stage, page: int | None) -> None:
    """What follows a stage that is done, or a page that is settled. The dossier is locked."""
    following = {
        Stage.RASTERISE: Stage.PREPARE,
        Stage.PREPARE: Stage.READ,
        Stage.UNDERSTAND: Stage.CHECK,
        Stage.CHECK: Stage.PACKAGE,
    }
    events.record(session, dossier.id, "stage.done", stage=stage.value, page=page)
    if stage in following:
        enqueue(session, dossier, following[stage], page)
    elif stage is Stage.READ:
        after_page(session, dossier)
    elif stage is Stage.PACKAGE:
        move(session, dossier, Step.APPRAISE, State.WAITING)
    elif stage is Stage.COMPOSE:
        move(session, dossier, Step.APPROVE, State.WAITING)
    elif stage is Stage.DELIVER:
        move(session, dossier, Step.RETURN, State.COMPLETED)


def after_page(session: Session, dossier: DossierRow) -> None:
    """A page is settled (read, or set aside): when none is left, the dossier can be understood."""
    session.flush()
    open_page = exists().where(
        StageRunRow.dossier_id == dossier.id, StageRunRow.stage.in_(PAGE_STAGES), StageRunRow.state.in_(UNSETTLED)
    )
    if not session.scalar(select(open_page)):
        enqueue(session, dossier, Stage.UNDERSTAND)


def set_aside(session: Session, dossier: DossierRow, stage: Stage, page: int | None, code: str) -> None:
    """A run was quarantined: without a page the dossier goes on, without a dossier stage it has failed."""
    events.record(session, dossier.id, "stage.quarantined", stage=stage.value, page=page, code=code)
    if stage.of_page:
        after_page(session, dossier)
    else:
        fail(session, dossier, code)


def fail(session: Session, dossier: DossierRow, code: str) -> None:
    """The machine gives up: `reason` holds the error's code; a retry goes on from here."""
    _stop_work(session, dossier)
    move(session, dossier, Step(dossier.step), State.FAILED, code)
    audit.append(session, "worker", "dossier.failed", dossier.code, reason=code)


def cancel(session: Session, dossier_id: uuid.UUID, actor: str, reason: str) -> DossierRow:
    """End a dossier on request; its places in the queue are free at commit. Cancelling twice is no error.

    Raises `AlreadyEnded`, `NotCancellable`.
    """
    dossier = lock(session, dossier_id)
    if dossier.state == State.CANCELLED:
        return dossier
    if dossier.state in TERMINAL:
        raise AlreadyEnded(dossier.state)
    if dossier.step in (Step.SIGN, Step.RETURN):
        raise NotCancellable(dossier.step)
    _stop_work(session, dossier)
    move(session, dossier, Step(dossier.step), State.CANCELLED, reason)
    audit.append(session, actor, "dossier.cancelled", dossier.code)
    return dossier


def _stop_work(session: Session, dossier: DossierRow) -> None:
    """Take every open run from its holder: capacity is computed from leases, so it is free at once."""
    session.execute(
        update(StageRunRow)
        .where(StageRunRow.dossier_id == dossier.id, StageRunRow.state.in_(UNSETTLED))
        .values(state=RunState.CANCELLED.value, lease_owner=None, lease_until=None, finished_at=func.now())
    )
    queue.wake(session)


def retry(session: Session, dossier_id: uuid.UUID, actor: str, deadline_s: float) -> DossierRow:
    """Run failed work again: what made the dossier fail, or pages that were set aside before its appraisal.

    Raises `NothingToRetry`, `AlreadyEnded`.
    """
    dossier = lock(session, dossier_id)
    if dossier.state in TERMINAL and dossier.state != State.FAILED:
        raise AlreadyEnded(dossier.state)
    pages_may_change = dossier.step in (Step.RECEIVE, Step.APPRAISE)
    runs = session.scalars(
        select(StageRunRow).where(
            StageRunRow.dossier_id == dossier.id,
            StageRunRow.state.in_((RunState.QUARANTINED.value, RunState.CANCELLED.value)),
        )
    ).all()
    again = [run for run in runs if pages_may_change or not Stage(run.stage).of_page]
    intents = session.scalars(
        select(SigningIntentRow).where(SigningIntentRow.dossier_id == dossier.id, SigningIntentRow.state == "failed")
    ).all()
    if not again and not intents:
        raise NothingToRetry(dossier.state)
    dossier.deadline_at = datetime.now(UTC) + timedelta(seconds=deadline_s)
    for run in again:
        enqueue(session, dossier, Stage(run.stage), run.page)
    for intent in intents:
        intent.state, intent.attempt = "intent", 0
        intent.not_before = datetime.now(UTC)
    if intents:
        session.execute(text("SELECT pg_notify(:channel, '')"), {"channel": SIGN_CHANNEL})
    step = Step.RECEIVE if any(Stage(run.stage).of_page for run in again) else Step(dossier.step)
    move(session, dossier, step, State.PROCESSING)
    audit.append(session, actor, "dossier.retried", dossier.code)
    return dossier


SIGN_CHANNEL = "hoso_sign"  # payload: none; the signer may lease an intent


def intend(session: Session, dossier: DossierRow, role: str, key_label: str, document_key: str, sha256: str) -> None:
    """Write a signing intent; the same one twice is one (role, key and document are its identity)."""
    session.execute(
        insert(SigningIntentRow)
        .values(
            id=uuid.uuid4(),
            dossier_id=dossier.id,
            role=role,
            key_label=key_label,
            document_key=document_key,
            document_sha256=sha256,
            state="intent",
        )
        .on_conflict_do_nothing()
    )
    session.execute(text("SELECT pg_notify(:channel, '')"), {"channel": SIGN_CHANNEL})


def signed(session: Session, intent: SigningIntentRow) -> None:
    """A signature is published (`result_key` and `result_sha256` of the intent are set): move its dossier on.

    After the leader's the seal keeper is awaited; after the seal the result is delivered. Raises `Cancelled`.
    """
    dossier = lock_live(session, intent.dossier_id)
    dossier.result_key, dossier.result_sha256 = intent.result_key, intent.result_sha256
    events.record(session, dossier.id, "signature.made", role=intent.role, level=intent.level)
    if intent.role == "leader":
        move(session, dossier, Step.SIGN, State.WAITING)
    else:
        move(session, dossier, Step.RETURN, State.PROCESSING)
        enqueue(session, dossier, Stage.DELIVER)


def signing_failed(session: Session, intent: SigningIntentRow, code: str) -> None:
    """The signer refused or gave up: the dossier fails with the reason and can be retried."""
    dossier = lock(session, intent.dossier_id)
    if dossier.state not in TERMINAL:
        events.record(session, dossier.id, "signature.failed", role=intent.role, code=code)
        fail(session, dossier, code)


def approvals(session: Session, dossier_id: uuid.UUID) -> list[ApprovalRow]:
    """All decisions on a dossier, oldest first."""
    query = select(ApprovalRow).where(ApprovalRow.dossier_id == dossier_id).order_by(ApprovalRow.at)
    return list(session.scalars(query))
