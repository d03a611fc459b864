"""Who may: credentials, roles, agencies, and pages of other sites."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx
import jwt
import pytest

from config.settings import Settings, secret
from dossiers.db import people
from dossiers.db.engine import Db
from dossiers.db.people import NewClient
from dossiers.db.trust import ClientRow, OfficerRow, SessionRow
from dossiers.dossier import Role
from dossiers.store import ObjectStore
from tests.api import made
from tests.api.conftest import Person, changed, new_client, serving, submit


def token_of(address: str, client: NewClient) -> httpx.Response:
    form = {"grant_type": "client_credentials", "client_id": str(client.id), "client_secret": client.secret}
    return httpx.post(f"{address}/oauth/token", data=form)


def test_nothing_is_told_without_credentials(address: str) -> None:
    for path in ("/v1/dossiers", "/v1/dossiers/X", "/v1/dossiers/X/events", "/v1/webhooks/messages", "/v1/session"):
        answer = httpx.get(f"{address}{path}")
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthorised"), path
        assert answer.headers["www-authenticate"] == "Bearer"
    assert httpx.post(f"{address}/v1/dossiers", files={"files": b"x"}).status_code == 401


def test_a_client_gets_in_by_key_in_either_header_and_by_access_token(address: str, client: NewClient) -> None:
    answer = token_of(address, client)
    assert answer.status_code == 200
    token = answer.json()["access_token"]
    for headers in (
        {"X-API-Key": client.secret},
        {"Authorization": f"Bearer {client.secret}"},
        {"Authorization": f"Bearer {token}"},
    ):
        who = httpx.get(f"{address}/v1/session", headers=headers).json()
        assert (who["kind"], who["id"]) == ("client", str(client.id))
    basic = httpx.post(
        f"{address}/oauth/token", data={"grant_type": "client_credentials"}, auth=(str(client.id), client.secret)
    )
    assert basic.status_code == 200


def test_secrets_and_passwords_are_stored_hashed(
    database: Db, client: NewClient, person: Callable[..., Person]
) -> None:
    officer = person(Role.OFFICER)
    token = officer.http.headers["authorization"].split()[1]
    with database.transaction() as session:
        assert client.secret not in session.get_one(ClientRow, client.id).secret_hash
        assert session.get_one(OfficerRow, officer.id).password_hash.startswith("$argon2id$")
        hashes = session.query(SessionRow.token_hash).filter_by(officer_id=officer.id).all()
    assert hashes and token not in str(hashes)


def test_wrong_forged_expired_and_revoked_credentials_are_all_the_same_401(
    address: str, client: NewClient, database: Db, api_settings: Settings
) -> None:
    key = secret(api_settings.api.token_key_file)
    now = datetime.now(UTC)
    claims = {"iss": "hoso", "aud": "hoso-api", "sub": str(client.id), "iat": now, "exp": now + timedelta(hours=1)}
    good = jwt.encode(claims, key, algorithm="HS256")
    assert httpx.get(f"{address}/v1/session", headers={"Authorization": f"Bearer {good}"}).status_code == 200
    bad = [
        client.secret[:-1] + ("A" if client.secret[-1] != "A" else "B"),
        "hoso_",
        "hosos_nothing",
        jwt.encode(claims, "x" * 43, algorithm="HS256"),
        jwt.encode(claims, "", algorithm="none"),
        jwt.encode(claims | {"exp": now - timedelta(seconds=1)}, key, algorithm="HS256"),
        jwt.encode(claims | {"aud": "another"}, key, algorithm="HS256"),
        jwt.encode({k: v for k, v in claims.items() if k != "exp"}, key, algorithm="HS256"),
    ]
    for credential in bad:
        answer = httpx.get(f"{address}/v1/session", headers={"Authorization": f"Bearer {credential}"})
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthorised"), credential
    with database.transaction() as session:
        people.revoke_client(session, client.id)
    for credential in (client.secret, good):
        assert httpx.get(f"{address}/v1/session", headers={"X-API-Key": credential}).status_code == 401


def test_another_agency_sees_exactly_what_it_would_see_of_nothing(
    http: httpx.Client, address: str, database: Db, store: ObjectStore
) -> None:
    code = submit(http).json()["code"]
    made.read(database, store, code, pages=1)
    stranger = new_client(database, "KHAC")
    with httpx.Client(base_url=address, headers={"X-API-Key": stranger.secret}) as other:
        for path in ("", "/events", "/documents", "/fields", "/pages", "/pages/1/image", "/pages/1/lines", "/result"):
            theirs, nothing = other.get(f"/v1/dossiers/{code}{path}"), other.get(f"/v1/dossiers/T-0-0{path}")
            assert theirs.status_code == nothing.status_code == 404, path
            assert {**theirs.json(), "trace_id": ""} == {**nothing.json(), "trace_id": ""}
        for path in ("/cancel", "/retry"):
            assert other.post(f"/v1/dossiers/{code}{path}", json={}).status_code == 404
        assert other.get("/v1/dossiers").json()["items"] == []
    assert http.get(f"/v1/dossiers/{code}/pages/1/image").status_code == 200


def test_roles_decide(
    http: httpx.Client, address: str, database: Db, agency: str, person: Callable[..., Person]
) -> None:
    code = submit(http).json()["code"]
    viewer = new_client(database, agency, Role.VIEWER)
    signed = {"decision": "accept", "statement": "e30=", "cms": "e30="}
    with httpx.Client(base_url=address, headers={"X-API-Key": viewer.secret}) as looking:
        assert looking.get(f"/v1/dossiers/{code}").status_code == 200
        assert submit(looking).json()["code"] == "forbidden"
        assert looking.post(f"/v1/dossiers/{code}/cancel", json={}).json()["code"] == "forbidden"
    officer = person(Role.OFFICER)
    assert submit(officer.http).status_code == 403
    for path, who in (("approval", officer.http), ("seal", officer.http), ("appraisal", http)):
        assert who.post(f"/v1/dossiers/{code}/{path}", json=signed).json()["code"] == "forbidden", path


def test_an_officer_logs_out_and_the_token_is_dead(person: Callable[..., Person]) -> None:
    officer = person(Role.OFFICER)
    assert officer.http.get("/v1/session").json()["kind"] == "officer"
    assert officer.http.delete("/v1/session").status_code == 204
    assert officer.http.get("/v1/session").status_code == 401


def test_guessing_passwords_is_slowed_down_and_unknown_names_look_like_wrong_passwords(
    api_settings: Settings, person: Callable[..., Person]
) -> None:
    officer = person(Role.OFFICER)
    with serving(api_settings) as address:
        answers = [
            httpx.post(f"{address}/v1/session", json={"username": name, "password": "sai"})
            for name in [officer.username] * 5 + ["khong-co"] * 6
        ]
    assert [answer.status_code for answer in answers] == [401] * 10 + [429]
    assert len({answer.json()["code"] for answer in answers[:10]}) == 1
    assert int(answers[-1].headers["retry-after"]) > 0


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "https://ke-xau.example"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 404),
        ({"Origin": "{own}"}, 404),
    ],
)
def test_a_cookie_changes_nothing_from_another_site(
    address: str, client: NewClient, headers: dict[str, str], status: int
) -> None:
    token = token_of(address, client).json()["access_token"]
    with httpx.Client(base_url=address, cookies={"hoso_session": token}) as browser:
        assert browser.get("/v1/dossiers").status_code == 200
        sent = {name: value.format(own=address) for name, value in headers.items()}
        assert browser.post("/v1/dossiers/X/cancel", json={}, headers=sent).status_code == status


def test_the_front_without_a_token_key_says_so(api_settings: Settings, client: NewClient) -> None:
    with serving(changed(api_settings, "api", token_key_file=None)) as address:
        answer = token_of(address, client)
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable.token_key")
        assert httpx.get(f"{address}/v1/session", headers={"X-API-Key": client.secret}).status_code == 200
