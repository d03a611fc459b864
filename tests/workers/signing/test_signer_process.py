"""The signer as a process: what it signs, what it refuses, and that killing it anywhere signs nothing twice."""

from __future__ import annotations

import hashlib
import json
import signal
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import delete

from dossiers.certificates import Trust
from dossiers.db import steps
from dossiers.db.trust import SigningIntentRow
from dossiers.dossier import State, Step
from hoso.embedded import pki
from tests.workers.signing.office import Office
from workers.pdfa.clauses import violations
from workers.signing.signature import value_of
from workers.signing.validate import validate_result


def actions(office: Office, dossier: object, role: str) -> list[str]:
    return [action for action, data in office.audited(dossier) if data.get("role") == role]  # type: ignore[arg-type]


def test_a_dossier_gets_the_leaders_signature_then_the_seal(office: Office, trust: Trust, draft: bytes) -> None:
    signer = office.start_signer()
    dossier = office.approved()
    office.wait(dossier, Step.SIGN, State.WAITING)
    office.decide(dossier, Step.SIGN)
    office.wait(dossier, Step.RETURN, State.PROCESSING)

    result = office.result(dossier)
    report = validate_result(result, trust)
    assert report.verdict == "valid", report
    assert [(found.role, found.level) for found in report.signatures] == [("leader", "B-LT"), ("seal", "B-LT")]
    assert result.startswith(draft), "the approved bytes are inside the result, untouched"
    assert violations(result) == []
    assert actions(office, dossier, "leader") == ["signature.intended", "signature.made", "signature.published"]
    assert actions(office, dossier, "seal") == ["signature.intended", "signature.made", "signature.published"]
    signer.send_signal(signal.SIGTERM)
    assert signer.wait(15) == 0


@pytest.mark.parametrize(
    ("fault", "repeated"),
    [("before-token", True), ("after-token", True), ("stored", False), ("before-publish", False), ("published", False)],
)
def test_a_killed_signer_never_signs_twice(office: Office, trust: Trust, fault: str, repeated: bool) -> None:
    dossier = office.approved()
    assert office.start_signer(fault).wait(60) == -signal.SIGKILL
    kept = office.intent(dossier, "leader").cms
    assert (kept is None) is repeated

    office.start_signer()
    office.wait(dossier, Step.SIGN, State.WAITING)
    office.decide(dossier, Step.SIGN)
    office.wait(dossier, Step.RETURN, State.PROCESSING)

    report = validate_result(office.result(dossier), trust)
    assert report.verdict == "valid"
    assert [found.role for found in report.signatures] == ["leader", "seal"]
    told = actions(office, dossier, "leader")
    assert told.count("signature.repeated") == int(repeated), "what cannot be known is said openly"
    assert told.count("signature.made") == 1
    assert told.count("signature.published") == 1
    asked = {data["attributes_sha256"] for _action, data in office.audited(dossier) if data["role"] == "leader"
             and "attributes_sha256" in data}  # fmt: skip
    assert len(asked) == 1, "the same bytes were signed again, not others"
    final = office.intent(dossier, "leader").cms
    assert final is not None
    if kept is not None:
        assert value_of(final) == value_of(kept), "the stored signature was embedded again"


def test_a_revoked_key_signs_nothing(office: Office) -> None:
    home = office.instance.home
    pki.revoke(home, "leader")
    try:
        dossier = office.approved()
        office.start_signer()
        office.wait(dossier, Step.SIGN, State.FAILED)
        intent = office.intent(dossier, "leader")
        assert intent.error_code == "signing.certificate_revoked"
        assert intent.prepared_key is None, "refused before anything was prepared"
        assert intent.cms is None
        assert actions(office, dossier, "leader") == ["signature.failed"]
    finally:
        pki.unrevoke(home, "leader")


def test_an_officer_whose_certificate_was_revoked_cannot_approve(office: Office) -> None:
    home = office.instance.home
    dossier = office.approved()
    pki.revoke(home, "lanhdao")
    try:
        office.start_signer()
        office.wait(dossier, Step.SIGN, State.FAILED)
        assert office.intent(dossier, "leader").error_code == "signing.approval_invalid"
    finally:
        pki.unrevoke(home, "lanhdao")


@pytest.mark.parametrize("forgery", ["signature of another", "another document", "another dossier", "other bytes"])
def test_a_forged_approval_is_refused(office: Office, forgery: str) -> None:
    """The front is taken over: it records approvals that the leader never signed."""
    dossier = office.appraised()
    true = office.statement(dossier, Step.APPROVE, "lanhdao")
    said = {
        "signature of another": true,
        "another document": replace(true, document_sha256=hashlib.sha256(b"another").hexdigest()),
        "another dossier": replace(true, dossier="H49.01-20261124-99999999"),
        "other bytes": true,
    }[forgery].to_bytes()
    signer = "canbo" if forgery == "signature of another" else "lanhdao"
    cms = office.sign(signer, said if forgery != "other bytes" else b"something else")
    office.decide(dossier, Step.APPROVE, statement=said, cms=cms)
    office.start_signer()
    office.wait(dossier, Step.SIGN, State.FAILED)
    intent = office.intent(dossier, "leader")
    assert (intent.error_code, intent.cms, intent.prepared_key) == ("signing.approval_invalid", None, None)


def test_the_seal_needs_the_seal_keepers_own_release(office: Office) -> None:
    """Nobody but the seal keeper releases the seal (NĐ 30/2020 art. 32.2): the leader's word does not do."""
    office.start_signer()
    dossier = office.approved()
    office.wait(dossier, Step.SIGN, State.WAITING)
    said = office.statement(dossier, Step.SIGN, "vanthu").to_bytes()
    office.decide(dossier, Step.SIGN, statement=said, cms=office.sign("lanhdao", said))
    office.wait(dossier, Step.SIGN, State.FAILED)
    assert office.intent(dossier, "seal").error_code == "signing.approval_invalid"


def test_the_seal_goes_on_no_document_that_the_leader_has_not_signed(office: Office) -> None:
    """NĐ 30/2020 art. 32.2(d). The database is made to claim that the bare draft is the leader-signed result."""
    dossier = office.approved()
    with office.db.transaction() as session:
        row = steps.lock(session, dossier)
        session.execute(delete(SigningIntentRow).where(SigningIntentRow.dossier_id == dossier))
        row.result_key, row.result_sha256 = row.draft_key, row.draft_sha256
        steps.move(session, row, Step.SIGN, State.WAITING)
    office.decide(dossier, Step.SIGN)
    office.start_signer()
    office.wait(dossier, Step.SIGN, State.FAILED)
    intent = office.intent(dossier, "seal")
    assert (intent.error_code, intent.cms) == ("signing.leader_signature_missing", None)


def test_without_a_timestamp_authority_the_signature_is_kept_and_completed_later(office: Office, trust: Trust) -> None:
    dossier = office.approved()
    absent = office.start_signer(timestamp_url="http://127.0.0.1:9/tsa")
    while (intent := office.intent(dossier, "leader")).error_code is None:
        assert absent.poll() is None
    assert intent.error_code == "signing.timestamp_unavailable"
    assert intent.cms is not None
    absent.terminate()
    absent.wait(15)
    office.start_signer()
    office.wait(dossier, Step.SIGN, State.WAITING)
    final = office.intent(dossier, "leader").cms
    assert final is not None
    assert value_of(final) == value_of(intent.cms)
    assert validate_result(office.result(dossier), trust).level == "B-LT"


def test_two_signers_never_share_a_token(office: Office) -> None:
    office.start_signer()
    dossier = office.approved()
    office.wait(dossier, Step.SIGN, State.WAITING)
    assert office.start_signer().wait(90) == 5  # Conflict
    assert "signing.token_busy" in (office.folder / "signer.log").read_text()


def test_neither_pin_nor_names_stand_in_the_log_or_on_the_command_line(office: Office) -> None:
    signer = office.start_signer()
    dossier = office.approved()
    office.wait(dossier, Step.SIGN, State.WAITING)
    pin = office.instance.secret("token-pin")
    process = Path("/proc") / str(signer.pid)
    shown = (office.folder / "signer.log").read_bytes() + (process / "cmdline").read_bytes()
    shown += (process / "environ").read_bytes()
    assert pin.encode() not in shown
    assert "Nguyệt".encode() not in shown
    assert pin not in json.dumps([data for _action, data in office.audited(dossier)])
