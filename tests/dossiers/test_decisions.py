"""Statements have one spelling; a signature serves its own statement and nothing else."""

from __future__ import annotations

import asyncio
import json
import unicodedata
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta

import pytest

from dossiers.certificates import Trust, fingerprint, load_pem
from dossiers.decisions import (
    DecisionSignatureInvalid,
    DecisionSignerUntrusted,
    Statement,
    StatementInvalid,
    make_statement,
    parse,
    verify_statement,
)
from hoso.embedded import pki
from hoso.embedded.instance import Instance
from hoso.wallet import WalletUnusable, sign_statement


@pytest.fixture(scope="module")
def trust(instance: Instance) -> Trust:
    return Trust.load(pki.trust_folder(instance.home))


@pytest.fixture
def statement() -> Statement:
    return make_statement(
        dossier="H49.01-20261124-00000001", agency="H49.01", step="approve", decision="accept",
        document_sha256="ab" * 32, officer="1", reason="Đủ điều kiện",
    )  # fmt: skip


def sign(instance: Instance, username: str, said: bytes) -> bytes:
    p12, password = pki.wallet(instance.home, username)
    return sign_statement(p12, password.read_text(), said)


def test_the_signer_is_who_the_certificate_says(instance: Instance, trust: Trust, statement: Statement) -> None:
    said = statement.to_bytes()
    signer = verify_statement(said, sign(instance, "lanhdao", said), trust)
    assert signer.fingerprint == fingerprint(load_pem(pki.certificate_of(instance.home, "lanhdao").encode()))
    assert signer.name.startswith("Trần Thị Minh Nguyệt")
    assert "DEMO" in signer.name


def test_it_can_be_verified_where_an_event_loop_runs(instance: Instance, trust: Trust, statement: Statement) -> None:
    said = statement.to_bytes()
    cms = sign(instance, "canbo", said)

    async def handler() -> str:
        return verify_statement(said, cms, trust).name

    assert asyncio.run(handler())


def test_a_signature_serves_no_other_statement(instance: Instance, trust: Trust, statement: Statement) -> None:
    cms = sign(instance, "lanhdao", statement.to_bytes())
    other = replace(statement, document_sha256="cd" * 32).to_bytes()
    with pytest.raises(DecisionSignatureInvalid):
        verify_statement(other, cms, trust)


@pytest.mark.parametrize("cms", [b"", b"no signature", b"0" * 70_000, b"\x30\x80"])
def test_anything_else_is_no_signature(trust: Trust, statement: Statement, cms: bytes) -> None:
    with pytest.raises(DecisionSignatureInvalid):
        verify_statement(statement.to_bytes(), cms, trust)


def test_a_certificate_of_another_house_is_not_trusted(instance: Instance, trust: Trust, statement: Statement) -> None:
    said = statement.to_bytes()
    stranger = Trust((trust.keys["seal"],), (), {})
    with pytest.raises(DecisionSignerUntrusted):
        verify_statement(said, sign(instance, "lanhdao", said), stranger)


def test_an_expired_certificate_is_not_trusted(instance: Instance, trust: Trust, statement: Statement) -> None:
    said = statement.to_bytes()
    cms = sign(instance, "lanhdao", said)
    with pytest.raises(DecisionSignerUntrusted):
        verify_statement(said, cms, trust, datetime.now(UTC) + timedelta(days=6 * 365))


def test_a_statement_survives_the_trip(statement: Statement) -> None:
    assert parse(statement.to_bytes()) == statement


def test_a_statement_has_one_spelling(statement: Statement) -> None:
    content = asdict(statement)
    for other in (
        json.dumps(content).encode(),
        statement.to_bytes() + b" ",
        json.dumps(content | {"more": "x"}, sort_keys=True, separators=(",", ":")).encode(),
        unicodedata.normalize("NFD", statement.to_bytes().decode()).encode(),
        replace(statement, version="hoso.decision/2").to_bytes(),
        replace(statement, at="2026-11-24T00:00:00").to_bytes(),
        statement.to_bytes().replace(b'"officer":"1"', b'"officer":1'),
        b"[]",
        b"\xff",
    ):
        with pytest.raises(StatementInvalid):
            parse(other)


def test_a_wrong_password_says_so(instance: Instance, statement: Statement) -> None:
    p12, _password = pki.wallet(instance.home, "canbo")
    with pytest.raises(WalletUnusable):
        sign_statement(p12, "wrong", statement.to_bytes())
