"""Corrections and decisions: with real certificates, over exact bytes, by two people."""

from __future__ import annotations

import base64
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from dossiers.db import audit
from dossiers.db.engine import Db
from dossiers.dossier import Role
from dossiers.store import ObjectStore
from hoso import wallet
from hoso.embedded import pki
from tests.api import made
from tests.api.conftest import Person, submit

PATH = {"appraise": "appraisal", "approve": "approval", "sign": "seal"}


@pytest.fixture
def code(http: httpx.Client, database: Db, store: ObjectStore) -> str:
    """A dossier that waits for its appraisal."""
    found = str(submit(http).json()["code"])
    made.read(database, store, found, pages=1)
    made.packaged(database, store, found)
    return found


@pytest.fixture
def sign(home: Path) -> Callable[[str, bytes], bytes]:
    def with_wallet(username: str, statement: bytes) -> bytes:
        p12, password = pki.wallet(home, username)
        with ThreadPoolExecutor(1) as apart:  # a browser's test has an event loop in its own thread
            return apart.submit(wallet.sign_statement, p12, password.read_text().strip(), statement).result()

    return with_wallet


def decide(
    who: Person, code: str, step: str, sign: Callable[[str, bytes], bytes], by: str, decision: str = "accept",
    reason: str = "", **override: str,
) -> httpx.Response:  # fmt: skip
    asked = who.http.get(
        f"/v1/dossiers/{code}/statement", params={"step": step, "decision": decision, "reason": reason}
    )
    if asked.status_code != 200:
        return asked
    statement = base64.b64decode(asked.json()["statement"])
    body = {
        "decision": decision,
        "reason": reason,
        "statement": asked.json()["statement"],
        "cms": base64.b64encode(sign(by, statement)).decode(),
        **override,
    }
    return who.http.post(f"/v1/dossiers/{code}/{PATH[step]}", json=body)


def test_three_people_take_a_dossier_to_its_seal(
    http: httpx.Client, code: str, person: Callable[..., Person], sign: Callable[[str, bytes], bytes], database: Db,
    store: ObjectStore,
) -> None:  # fmt: skip
    officer, leader = person(Role.OFFICER, "canbo"), person(Role.LEADER, "lanhdao")
    keeper = person(Role.SEAL_KEEPER, "vanthu")
    assert decide(leader, code, "approve", sign, "lanhdao").json()["code"] == "decision.wrong_step"
    answer = decide(officer, code, "appraise", sign, "canbo")
    assert (answer.status_code, answer.json()["state"]) == (200, "processing")
    assert decide(officer, code, "appraise", sign, "canbo").json()["code"] == "decision.wrong_step", "not twice"
    made.drafted(database, store, code)
    answer = decide(leader, code, "approve", sign, "lanhdao")
    assert (answer.json()["step"], answer.json()["state"]) == ("sign", "processing")
    made.signed(database, store, code)
    assert decide(keeper, code, "sign", sign, "vanthu").json()["step"] == "sign"
    shown = http.get(f"/v1/dossiers/{code}").json()["steps"]
    assert [(step["step"], step["decision"]) for step in shown[1:3]] == [("appraise", "accept"), ("approve", "accept")]
    assert all(step["who"] and step["at"] for step in shown[1:3])
    with database.transaction() as session:
        assert audit.verify(session).broken_at is None


def test_a_decision_needs_the_officers_own_signature_over_the_very_statement(
    code: str, person: Callable[..., Person], sign: Callable[[str, bytes], bytes]
) -> None:
    officer = person(Role.OFFICER, "canbo")
    stranger = decide(officer, code, "appraise", sign, "vanthu")
    assert (stranger.status_code, stranger.json()["code"]) == (422, "decision.signer_untrusted")
    asked = officer.http.get(f"/v1/dossiers/{code}/statement", params={"step": "appraise"}).json()["statement"]
    changed = base64.b64encode(base64.b64decode(asked).replace(b'"accept"', b'"reject"')).decode()
    attempts = {
        "decision.signature_invalid": {"statement": asked},  # signed was another statement: its nonce differs
        "decision.statement_invalid": {"statement": changed},
    }
    for expected, override in attempts.items():
        assert decide(officer, code, "appraise", sign, "canbo", **override).json()["code"] == expected
    spaced = base64.b64encode(base64.b64decode(asked) + b" ").decode()
    assert decide(officer, code, "appraise", sign, "canbo", statement=spaced).json()["code"].endswith("invalid")
    assert officer.http.get(f"/v1/dossiers/{code}").json()["state"] == "waiting"


def test_one_person_may_not_both_appraise_and_approve(
    code: str, person: Callable[..., Person], sign: Callable[[str, bytes], bytes], database: Db, store: ObjectStore
) -> None:
    from dossiers.db.trust import OfficerRow

    both = person(Role.OFFICER, "canbo")
    with database.transaction() as session:
        session.get_one(OfficerRow, both.id).roles = ["officer", "leader"]
    assert decide(both, code, "appraise", sign, "canbo").status_code == 200
    made.drafted(database, store, code)
    answer = decide(both, code, "approve", sign, "canbo")
    assert (answer.status_code, answer.json()["code"]) == (403, "decision.four_eyes")


def test_returning_and_rejecting_need_a_reason_and_the_reason_is_shown(
    code: str, person: Callable[..., Person], sign: Callable[[str, bytes], bytes]
) -> None:
    officer = person(Role.OFFICER, "canbo")
    assert decide(officer, code, "appraise", sign, "canbo", "return").json()["code"] == "decision.reason_missing"
    reason = "Thiếu bản sao giấy chứng sinh. Đề nghị bổ sung."
    assert decide(officer, code, "appraise", sign, "canbo", "return", reason).json()["state"] == "returned"
    shown = officer.http.get(f"/v1/dossiers/{code}").json()
    assert (shown["reason"], shown["steps"][1]["state"]) == (reason, "returned")
    assert decide(officer, code, "appraise", sign, "canbo").status_code == 409


def test_a_decision_about_an_older_document_is_refused(
    code: str, person: Callable[..., Person], sign: Callable[[str, bytes], bytes], database: Db, store: ObjectStore
) -> None:
    from sqlalchemy import select

    from dossiers.db.tables import DossierRow

    officer = person(Role.OFFICER, "canbo")
    asked = officer.http.get(f"/v1/dossiers/{code}/statement", params={"step": "appraise"}).json()["statement"]
    cms = base64.b64encode(sign("canbo", base64.b64decode(asked))).decode()
    with database.transaction() as session:
        row = session.scalars(select(DossierRow).where(DossierRow.code == code)).one()
        row.package_sha256 = "0" * 64
    body = {"decision": "accept", "statement": asked, "cms": cms}
    answer = officer.http.post(f"/v1/dossiers/{code}/appraisal", json=body)
    assert (answer.status_code, answer.json()["code"]) == (409, "decision.document_changed")


def _field(officer: Person, code: str, key: str) -> dict[str, object]:
    items = officer.http.get(f"/v1/dossiers/{code}/fields").json()["items"]
    return next(item for item in items if item["key"] == key)


def test_a_correction_says_who_when_before_and_after(code: str, person: Callable[..., Person]) -> None:
    officer = person(Role.OFFICER)
    field = _field(officer, code, "child_dob")
    path = f"/v1/dossiers/{code}/fields/{field['id']}"
    missing = officer.http.patch(path, json={"value": "03/10/2026"})
    assert (missing.status_code, missing.json()["code"]) == (428, "etag.required")
    wrong = officer.http.patch(path, json={"value": "32/13/2026"}, headers={"If-Match": str(field["etag"])})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "field.value_invalid")
    assert "32/13" not in wrong.text
    done = officer.http.patch(path, json={"value": "03/10/2026"}, headers={"If-Match": str(field["etag"])})
    assert (done.status_code, done.json()["value"], done.json()["source"]) == (200, "2026-10-03", "officer")
    correction = done.json()["corrections"][0]
    assert (correction["before"], correction["after"], correction["who"]) == (
        "2026-10-02",
        "2026-10-03",
        "Nguyễn Văn Bình",
    )
    assert done.headers["etag"] == done.json()["etag"] != field["etag"]
    stale = officer.http.patch(path, json={"value": "04/10/2026"}, headers={"If-Match": str(field["etag"])})
    assert (stale.status_code, stale.json()["code"]) == (412, "etag.mismatch")


def test_of_two_corrections_at_once_one_wins_and_the_other_is_told(code: str, person: Callable[..., Person]) -> None:
    officer = person(Role.OFFICER)
    field = _field(officer, code, "child_name")
    path = f"/v1/dossiers/{code}/fields/{field['id']}"

    def patch(name: str) -> int:
        return officer.http.patch(path, json={"value": name}, headers={"If-Match": str(field["etag"])}).status_code

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(patch, ["Lê An", "Lê Bình", "Lê Chi", "Lê Dung"])) == [200, 412, 412, 412]


def test_fields_are_closed_once_the_appraisal_is_signed(
    code: str, person: Callable[..., Person], sign: Callable[[str, bytes], bytes]
) -> None:
    officer = person(Role.OFFICER, "canbo")
    field = _field(officer, code, "child_name")
    assert decide(officer, code, "appraise", sign, "canbo").status_code == 200
    answer = officer.http.patch(
        f"/v1/dossiers/{code}/fields/{field['id']}", json={"value": "X"}, headers={"If-Match": str(field["etag"])}
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "field.not_correctable")
