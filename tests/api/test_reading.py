"""Looking: lists, progress, streams, pages, results."""

from __future__ import annotations

import io
import json
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
from PIL import Image
from sqlalchemy import select

from config.settings import Settings
from dossiers.db import events
from dossiers.db.engine import Db
from dossiers.db.people import NewClient
from dossiers.db.tables import DossierRow
from dossiers.store import ObjectStore
from tests.api import made
from tests.api.conftest import serving, submit


def test_the_list_has_filters_and_a_cursor_that_misses_nothing_and_repeats_nothing(http: httpx.Client) -> None:
    codes = [submit(http, reference=f"ref-{n}").json()["code"] for n in range(7)]
    seen, cursor = [], None
    while True:
        page = http.get("/v1/dossiers", params={"limit": 3, **({"cursor": cursor} if cursor else {})}).json()
        seen += [item["code"] for item in page["items"]]
        if (cursor := page["next"]) is None:
            break
    assert seen == codes[::-1]
    assert http.post(f"/v1/dossiers/{codes[0]}/cancel", json={"reason": "rút"}).json()["state"] == "cancelled"

    def found(**filters: str) -> set[str]:
        return {item["code"] for item in http.get("/v1/dossiers", params=filters).json()["items"]}

    assert found(state="cancelled") == {codes[0]}
    assert found(q="ref-3") == found(q=codes[3][-8:]) == {codes[3]}
    assert found(q="%") == set()
    assert found(step="sign") == set()
    assert found(since=(datetime.now(UTC) + timedelta(minutes=1)).isoformat()) == set()
    assert http.get("/v1/dossiers", params={"cursor": "nonsense!"}).json()["code"] == "input.invalid"
    assert http.get("/v1/dossiers", params={"state": "nonsense"}).json()["code"] == "input.invalid"


def test_progress_is_told_page_by_page(http: httpx.Client, database: Db, store: ObjectStore) -> None:
    code = submit(http).json()["code"]
    made.read(database, store, code, pages=3, settled=1)
    progress = http.get(f"/v1/dossiers/{code}").json()["progress"]
    assert (progress["pages"], progress["pages_done"]) == (3, 1)
    assert 0 < progress["fraction"] < 1
    assert [(page["stage"], page["state"]) for page in progress["by_page"]] == [
        ("read", "done"),
        ("rasterise", "running"),
        ("rasterise", "running"),
    ]


def test_an_etag_tells_whether_anything_changed(http: httpx.Client, database: Db, store: ObjectStore) -> None:
    code = submit(http).json()["code"]
    etag = http.get(f"/v1/dossiers/{code}").headers["etag"]
    assert http.get(f"/v1/dossiers/{code}", headers={"If-None-Match": etag}).status_code == 304
    made.read(database, store, code, pages=1)
    assert http.get(f"/v1/dossiers/{code}", headers={"If-None-Match": etag}).status_code == 200


def _events(lines: Iterator[str], count: int) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    for line in lines:
        if line.startswith("data: "):
            found.append(json.loads(line[6:]))
        if len(found) == count:
            break
    return found


def test_a_stream_resumes_after_the_last_event_and_wakes_at_the_next(
    http: httpx.Client, database: Db, store: ObjectStore
) -> None:
    code = submit(http).json()["code"]
    made.read(database, store, code, pages=2)
    path = f"/v1/dossiers/{code}/events"
    with http.stream("GET", path) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        all_of_them = _events(answer.iter_lines(), 8)
    assert [event["kind"] for event in all_of_them] == ["dossier.accepted"] + ["stage.done"] * 7
    with http.stream("GET", path, headers={"Last-Event-ID": str(all_of_them[4]["id"])}) as answer:
        lines = answer.iter_lines()
        assert _events(lines, 3) == all_of_them[5:]

        def happen() -> None:
            time.sleep(0.4)
            with database.transaction() as session:
                events.record(session, made.row_of(database, code).id, "signature.made", role="leader")

        threading.Thread(target=happen).start()
        started = time.monotonic()
        assert _events(lines, 1)[0]["kind"] == "signature.made"
        assert time.monotonic() - started < 2, "woken by NOTIFY, well before the next poll"


def test_two_fronts_give_the_same_answers(
    http: httpx.Client, api_settings: Settings, client: NewClient, database: Db, store: ObjectStore
) -> None:
    code = submit(http, key="two").json()["code"]
    made.read(database, store, code, pages=1)
    with serving(api_settings) as address, httpx.Client(base_url=address, headers=http.headers) as second:
        assert second.get(f"/v1/dossiers/{code}").json() == http.get(f"/v1/dossiers/{code}").json()
        assert submit(second, key="two").json()["code"] == code
        token = http.post(
            "/oauth/token",
            data={"grant_type": "client_credentials", "client_id": str(client.id), "client_secret": client.secret},
        ).json()["access_token"]
        other = second.get("/v1/session", headers={"X-API-Key": token})
        assert other.json()["id"] == str(client.id)
        with second.stream("GET", f"/v1/dossiers/{code}/events") as answer:
            assert _events(answer.iter_lines(), 1)[0]["kind"] == "dossier.accepted"


def test_pages_have_images_lines_and_fields_with_boxes_inside_the_image(
    http: httpx.Client, database: Db, store: ObjectStore
) -> None:
    code = submit(http).json()["code"]
    made.read(database, store, code, pages=2)
    made.packaged(database, store, code)
    base = f"/v1/dossiers/{code}"
    page = http.get(f"{base}/pages").json()["items"][0]
    image = http.get(page["image"])
    assert (image.headers["content-type"], image.content) == ("image/jpeg", made.picture(1)[0])
    assert http.get(page["image"], headers={"If-None-Match": image.headers["etag"]}).status_code == 304
    with Image.open(io.BytesIO(http.get(page["image"], params={"width": 200}).content)) as small:
        assert small.size == (200, 283)
    assert len(http.get(page["lines_url"]).json()["lines"]) == page["lines"]
    fields = http.get(f"{base}/fields").json()["items"]
    assert len(fields) == len(made.LABELS)
    for field in fields:
        left, top, right, bottom = field["box"]
        assert 0 <= left < right <= page["width"] and 0 <= top < bottom <= page["height"]
    document = http.get(f"{base}/documents").json()["items"][0]
    assert (document["kind"], document["fields"], document["in_doubt"]) == ("to_khai_dang_ky_khai_sinh", 8, 1)
    assert http.get(f"{base}/pages/9/image").status_code == 404


def test_a_result_can_be_fetched_again_and_again_and_then_is_gone_with_its_date(
    http: httpx.Client, database: Db, store: ObjectStore
) -> None:
    code = submit(http).json()["code"]
    made.read(database, store, code, pages=1)
    base = f"/v1/dossiers/{code}"
    early = http.get(f"{base}/result")
    assert (early.status_code, early.json()["code"], early.json()["retryable"]) == (409, "result.not_ready", True)
    made.packaged(database, store, code)
    made.signed(database, store, code)
    assert http.get(f"{base}/result").status_code == 409, "signed by the leader alone it is no result yet"
    assert http.get(f"{base}/signed").content.startswith(b"%PDF"), "the seal keeper sees what is to be sealed"
    made.completed(database, store, code)
    first, second = http.get(f"{base}/result"), http.get(f"{base}/result")
    assert first.content == second.content == b"%PDF sealed " + code.encode()
    assert first.headers["content-type"] == "application/pdf"
    assert http.get(f"{base}/result/validation").json()["verdict"] == "valid"
    link = http.get(f"{base}/result/link").json()
    assert httpx.get(link["url"]).content == first.content, "the address alone gives the result"
    assert httpx.get(link["url"].split("?")[0]).status_code == 403, "and only with its signature"
    for path in ("package", "manifest", "fields.json"):
        assert http.get(f"{base}/{path}").status_code == 200, path
    passed = datetime.now(UTC) - timedelta(days=2)
    with database.transaction() as session:
        session.scalars(select(DossierRow).where(DossierRow.code == code)).one().expires_at = passed
    for path in ("result", "result/validation", "package", "manifest", "fields.json", "pages/1/image"):
        gone = http.get(f"{base}/{path}")
        assert (gone.status_code, gone.json()["code"]) == (410, "result.gone"), path
        assert datetime.fromisoformat(gone.json()["gone_at"]) == passed
    assert http.get(base).status_code == 200


def test_a_cancelled_dossier_has_no_result_and_cannot_be_retried(http: httpx.Client) -> None:
    code = submit(http).json()["code"]
    for _ in range(2):
        assert http.post(f"/v1/dossiers/{code}/cancel", json={"reason": "rút hồ sơ"}).json()["state"] == "cancelled"
    ended = http.get(f"/v1/dossiers/{code}/result")
    assert (ended.status_code, ended.json()["code"], ended.json()["retryable"]) == (409, "result.none", False)
    assert http.post(f"/v1/dossiers/{code}/retry").json()["code"] == "dossier.ended"
