"""The queue keeps its guarantees when workers die, dawdle and race."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, text

from dossiers.db import queue, steps
from dossiers.db.engine import Db
from dossiers.db.queue import Lease
from dossiers.db.tables import StageRunRow
from dossiers.dossier import Stage
from dossiers.errors import LeaseLost
from tests.dossiers.db.conftest import NewDossier, add_client

ALL = list(Stage)


def take(db: Db, owner: str = "a", limit: int = 10, lease_s: float = 30, per_client: int = 100) -> list[Lease]:
    with db.transaction() as session:
        return queue.lease(session, owner, ALL, limit, lease_s, per_client)


def run_of(db: Db, lease: Lease) -> StageRunRow:
    with db.transaction() as session:
        return session.get_one(StageRunRow, lease.run_id)


def let_expire(db: Db) -> None:
    with db.transaction() as session:
        session.execute(text("UPDATE stage_runs SET lease_until = now() - interval '1 second' WHERE state = 'leased'"))


def test_a_run_is_leased_to_one_owner_even_when_many_ask_at_once(db: Db, new_dossier: NewDossier) -> None:
    for _ in range(20):
        new_dossier()
    barrier = threading.Barrier(4)

    def worker(number: int) -> list[int]:
        barrier.wait()
        taken: list[int] = []
        while found := take(db, f"w{number}", limit=2):
            taken += [lease.run_id for lease in found]
        return taken

    with ThreadPoolExecutor(4) as threads:
        taken = [run for runs in threads.map(worker, range(4)) for run in runs]
    assert len(taken) == 20
    assert len(set(taken)) == 20


def test_an_attempt_is_counted_before_the_work(db: Db, new_dossier: NewDossier) -> None:
    new_dossier()
    (lease,) = take(db)
    assert run_of(db, lease).attempt == 1


def test_a_result_from_a_dead_lease_is_refused_and_rolls_back(db: Db, new_dossier: NewDossier) -> None:
    dossier = new_dossier()
    (late,) = take(db, "late")
    let_expire(db)
    with db.transaction() as session:
        (taken_over,) = queue.expired(session)
        queue.postpone(session, taken_over, "worker.lost", "", 0)
    (fresh,) = take(db, "fresh")
    assert fresh.token > late.token
    with pytest.raises(LeaseLost), db.transaction() as session:
        steps.lock(session, dossier.id).reference = "written by a dead worker"
        session.flush()
        queue.complete(session, late)
    with db.transaction() as session:
        queue.complete(session, fresh)
        assert steps.lock(session, dossier.id).reference == ""
    assert run_of(db, fresh).state == "done"


def test_a_heartbeat_keeps_a_lease_and_tells_what_was_lost(db: Db, new_dossier: NewDossier) -> None:
    new_dossier()
    new_dossier()
    kept, lost = take(db, lease_s=0.2)
    with db.transaction() as session:
        session.execute(text("UPDATE stage_runs SET token = token + 1 WHERE id = :id"), {"id": lost.run_id})
    with db.transaction() as session:
        assert queue.heartbeat(session, [kept, lost], 30) == {kept.run_id}
    with db.transaction() as session:
        assert kept.run_id not in {lease.run_id for lease in queue.expired(session)}


def test_a_postponed_run_waits_and_an_uncounted_attempt_is_given_back(db: Db, new_dossier: NewDossier) -> None:
    new_dossier()
    (lease,) = take(db)
    with db.transaction() as session:
        queue.postpone(session, lease, "unavailable.store", "", wait_s=60, counted=False)
    assert take(db) == []
    row = run_of(db, lease)
    assert (row.state, row.attempt, row.error_code) == ("pending", 0, "unavailable.store")


def test_higher_priority_goes_first_then_clients_take_turns_then_the_older_dossier(
    db: Db, new_dossier: NewDossier
) -> None:
    other = add_client(db, "nơi khác")
    flood = [new_dossier().id for _ in range(6)]
    late = new_dossier(client_id=other).id
    urgent = new_dossier(priority=5).id
    first = [lease.dossier_id for lease in take(db, limit=3)]
    assert first[0] == urgent
    assert set(first) == {urgent, late, flood[0]}
    assert [lease.dossier_id for lease in take(db, limit=2)] == flood[1:3]


def test_a_client_holds_no_more_than_its_share(db: Db, new_dossier: NewDossier) -> None:
    for _ in range(5):
        new_dossier()
    assert len(take(db, per_client=2)) == 2
    assert take(db, per_client=2) == []
    other = add_client(db, "nơi khác")
    new_dossier(client_id=other)
    assert len(take(db, per_client=2)) == 1


def test_cancelling_frees_the_places_at_once_and_refuses_the_late_result(db: Db, new_dossier: NewDossier) -> None:
    dossier = new_dossier()
    (lease,) = take(db, per_client=1)
    waiting = new_dossier()
    assert take(db, per_client=1) == []
    with db.transaction() as session:
        steps.cancel(session, dossier.id, "client:x", "không cần nữa")
    (next_lease,) = take(db, per_client=1)
    assert next_lease.dossier_id == waiting.id
    with pytest.raises(LeaseLost), db.transaction() as session:
        queue.complete(session, lease)
    with db.transaction() as session:
        assert queue.heartbeat(session, [lease], 30) == set()


def test_giving_back_costs_no_attempt(db: Db, new_dossier: NewDossier) -> None:
    new_dossier()
    (lease,) = take(db)
    with db.transaction() as session:
        queue.give_back(session, lease)
    (again,) = take(db)
    assert (again.attempt, again.token) == (1, lease.token + 1)


def test_one_dossier_has_one_run_of_each_stage_and_page(db: Db, new_dossier: NewDossier) -> None:
    dossier = new_dossier()
    with db.transaction() as session:
        row = steps.lock(session, dossier.id)
        for _ in range(2):
            steps.enqueue(session, row, Stage.UNDERSTAND)
            steps.enqueue(session, row, Stage.READ, 1)
    with db.transaction() as session:
        runs = session.scalars(select(StageRunRow).where(StageRunRow.dossier_id == dossier.id)).all()
        assert sorted(run.stage for run in runs) == ["ingest", "read", "understand"]
