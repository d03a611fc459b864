"""How dossiers move: pages join, terminal states stay, idempotency holds, decisions follow the table."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from config.settings import Signing
from dossiers.db import deciding, intake, queue, steps
from dossiers.db.deciding import SignedDecision
from dossiers.db.engine import Db
from dossiers.db.tables import DossierRow, EventRow, StageRunRow
from dossiers.db.trust import ApprovalRow, OfficerRow, OutboxRow, SigningIntentRow
from dossiers.dossier import Decision, Stage, State, Step
from dossiers.errors import Cancelled
from tests.dossiers.db.conftest import NewDossier, add_client
from tests.dossiers.db.test_queue import take


def finish(db: Db, *stages: Stage) -> None:
    """Complete every ready run of `stages`, as workers would."""
    with db.transaction() as session:
        leases = queue.lease(session, "w", list(stages), 100, 30, 100)
    for lease in leases:
        with db.transaction() as session:
            dossier = steps.lock_live(session, lease.dossier_id)
            queue.complete(session, lease)
            steps.after_stage(session, dossier, lease.stage, lease.page)


def at_appraisal(db: Db, dossier: DossierRow, pages: int = 2) -> None:
    with db.transaction() as session:
        row = steps.lock(session, dossier.id)
        for number in range(1, pages + 1):
            steps.enqueue(session, row, Stage.RASTERISE, number)
        row.package_key, row.package_sha256 = "package", "a" * 64
    for stage in (Stage.RASTERISE, Stage.PREPARE, Stage.READ, Stage.UNDERSTAND, Stage.CHECK, Stage.PACKAGE):
        finish(db, stage)


def state_of(db: Db, dossier: DossierRow) -> tuple[str, str]:
    with db.transaction() as session:
        row = session.get_one(DossierRow, dossier.id)
        return row.step, row.state


def officer(db: Db, name: str) -> OfficerRow:
    row = OfficerRow(
        id=uuid.uuid4(),
        agency="H49.01",
        username=name,
        full_name=name,
        position="",
        roles=["officer", "leader"],
        password_hash="",
        certificate="",
    )
    with db.transaction() as session:
        session.add(row)
    return row


def decide(
    db: Db,
    dossier: DossierRow,
    who: OfficerRow,
    step: Step,
    decision: Decision = Decision.ACCEPT,
    sha256: str = "a" * 64,
    reason: str = "",
) -> None:
    signed = SignedDecision(step, decision, reason, b"statement", b"cms", sha256)
    with db.transaction() as session:
        deciding.decide(session, dossier.id, session.get_one(OfficerRow, who.id), signed, Signing())


def test_the_last_page_brings_the_dossier_on_whichever_page_it_is(db: Db, new_dossier: NewDossier) -> None:
    dossier = new_dossier()
    at_appraisal(db, dossier, pages=5)
    assert state_of(db, dossier) == ("appraise", "waiting")


def test_two_pages_that_end_at_the_same_moment_join_exactly_once(db: Db, new_dossier: NewDossier) -> None:
    dossiers = [new_dossier() for _ in range(6)]
    with db.transaction() as session:
        for dossier in dossiers:
            row = steps.lock(session, dossier.id)
            for page in (1, 2):
                steps.enqueue(session, row, Stage.READ, page)
    with db.transaction() as session:
        leases = queue.lease(session, "w", [Stage.READ], 100, 30, 100)

    def end(lease: queue.Lease) -> None:
        with db.transaction() as session:
            row = steps.lock_live(session, lease.dossier_id)
            queue.complete(session, lease)
            steps.after_stage(session, row, lease.stage, lease.page)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(end, leases))
    with db.transaction() as session:
        joined = session.scalar(
            select(func.count()).select_from(StageRunRow).where(StageRunRow.stage == Stage.UNDERSTAND.value)
        )
    assert joined == 6


def test_a_page_that_is_set_aside_does_not_hold_its_dossier_up(db: Db, new_dossier: NewDossier) -> None:
    dossier = new_dossier()
    with db.transaction() as session:
        row = steps.lock(session, dossier.id)
        steps.enqueue(session, row, Stage.READ, 1)
    (lease,) = [x for x in take(db) if x.stage is Stage.READ]
    with db.transaction() as session:
        row = steps.lock_live(session, dossier.id)
        queue.quarantine(session, lease, "page.undecodable", "")
        steps.set_aside(session, row, Stage.READ, 1, "page.undecodable")
    assert any(x.stage is Stage.UNDERSTAND for x in take(db))


def test_the_same_idempotency_key_at_once_is_one_dossier(db: Db, new_dossier: NewDossier) -> None:
    with ThreadPoolExecutor(6) as threads:
        found = {d.id for d in threads.map(lambda _: new_dossier(key="k", body="same"), range(6))}
    assert len(found) == 1


def test_the_same_idempotency_key_with_another_body_is_a_conflict(db: Db, new_dossier: NewDossier) -> None:
    new_dossier(key="k", body="one")
    with pytest.raises(intake.IdempotencyConflict):
        new_dossier(key="k", body="two")


def test_another_clients_key_is_another_dossier(db: Db, new_dossier: NewDossier) -> None:
    assert new_dossier(key="k").id != new_dossier(key="k", client_id=add_client(db, "khác")).id


def test_the_first_terminal_state_wins(db: Db, new_dossier: NewDossier) -> None:
    dossier = new_dossier()
    with db.transaction() as session:
        steps.cancel(session, dossier.id, "client:x", "")
    with db.transaction() as session:
        steps.cancel(session, dossier.id, "client:x", "")  # twice is no error
    with pytest.raises(Cancelled), db.transaction() as session:
        steps.lock_live(session, dossier.id)
    with pytest.raises(steps.AlreadyEnded), db.transaction() as session:
        steps.retry(session, dossier.id, "client:x", 60)
    assert state_of(db, dossier)[1] == "cancelled"


def test_a_failed_dossier_goes_on_from_where_it_failed(db: Db, new_dossier: NewDossier) -> None:
    dossier = new_dossier()
    (lease,) = take(db)
    with db.transaction() as session:
        row = steps.lock_live(session, dossier.id)
        queue.quarantine(session, lease, "internal", "")
        steps.set_aside(session, row, lease.stage, None, "internal")
    assert state_of(db, dossier) == ("receive", "failed")
    with db.transaction() as session:
        steps.retry(session, dossier.id, "client:x", 60)
    (again,) = take(db)
    assert (again.stage, again.attempt) == (Stage.INGEST, 1)


def test_decisions_lead_to_the_leaders_and_then_the_seals_intent(db: Db, new_dossier: NewDossier) -> None:
    dossier, clerk, leader = new_dossier(), officer(db, "cán bộ"), officer(db, "lãnh đạo")
    finish(db, Stage.INGEST)
    at_appraisal(db, dossier)
    decide(db, dossier, clerk, Step.APPRAISE)
    with db.transaction() as session:
        row = steps.lock(session, dossier.id)
        row.draft_key, row.draft_sha256 = "draft", "b" * 64
    finish(db, Stage.COMPOSE)
    assert state_of(db, dossier) == ("approve", "waiting")
    with pytest.raises(deciding.DocumentChanged):
        decide(db, dossier, leader, Step.APPROVE, sha256="c" * 64)
    with pytest.raises(deciding.FourEyes):
        decide(db, dossier, clerk, Step.APPROVE, sha256="b" * 64)
    decide(db, dossier, leader, Step.APPROVE, sha256="b" * 64)
    with pytest.raises(steps.NotCancellable), db.transaction() as session:
        steps.cancel(session, dossier.id, "client:x", "")
    with db.transaction() as session:
        intent = session.scalars(select(SigningIntentRow)).one()
        assert (intent.role, intent.document_sha256) == ("leader", "b" * 64)
        intent.result_key, intent.result_sha256 = "signed", "d" * 64
        steps.signed(session, intent)
    assert state_of(db, dossier) == ("sign", "waiting")
    decide(db, dossier, leader, Step.SIGN, sha256="d" * 64)
    with db.transaction() as session:
        roles = session.scalars(select(SigningIntentRow.role).order_by(SigningIntentRow.created_at)).all()
        assert roles == ["leader", "seal"]


def test_a_return_needs_a_reason_and_a_decision_its_turn(db: Db, new_dossier: NewDossier) -> None:
    dossier, clerk = new_dossier(), officer(db, "cán bộ")
    with pytest.raises(deciding.NotYourTurn):
        decide(db, dossier, clerk, Step.APPRAISE)
    finish(db, Stage.INGEST)
    at_appraisal(db, dossier)
    with pytest.raises(deciding.ReasonMissing):
        decide(db, dossier, clerk, Step.APPRAISE, Decision.RETURN)
    decide(db, dossier, clerk, Step.APPRAISE, Decision.RETURN, reason="Thiếu giấy chứng sinh")
    assert state_of(db, dossier) == ("appraise", State.RETURNED.value)


def test_a_leader_who_returns_sends_it_back_to_the_officer(db: Db, new_dossier: NewDossier) -> None:
    dossier, clerk, leader = new_dossier(), officer(db, "cán bộ"), officer(db, "lãnh đạo")
    finish(db, Stage.INGEST)
    at_appraisal(db, dossier)
    decide(db, dossier, clerk, Step.APPRAISE)
    with db.transaction() as session:
        row = steps.lock(session, dossier.id)
        row.draft_key, row.draft_sha256 = "draft", "b" * 64
    finish(db, Stage.COMPOSE)
    decide(db, dossier, leader, Step.APPROVE, Decision.RETURN, "b" * 64, "Sai tên")
    assert state_of(db, dossier) == ("appraise", "waiting")
    decide(db, dossier, clerk, Step.APPRAISE)
    finish(db, Stage.COMPOSE)
    assert state_of(db, dossier) == ("approve", "waiting")
    with db.transaction() as session:
        assert session.scalar(select(func.count()).select_from(ApprovalRow)) == 3


def test_a_move_tells_the_client_in_the_same_transaction(db: Db, new_dossier: NewDossier) -> None:
    told = add_client(db, "có webhook", webhook_url="https://example.vn/hoso", webhook_secret="whsec_x")
    dossier = new_dossier(client_id=told)
    with db.transaction() as session:
        steps.cancel(session, dossier.id, "client:x", "")
    with db.transaction() as session:
        message = session.scalars(select(OutboxRow)).one()
        assert message.kind == "dossier.cancelled"
        assert message.payload["data"]["code"] == dossier.code
        kinds = session.scalars(select(EventRow.kind).order_by(EventRow.id)).all()
        assert kinds == ["dossier.accepted", "dossier.moved"]
