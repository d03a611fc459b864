"""Lines corrected over the API: the reading stays, the correction stands beside it, nobody writes over another."""

from __future__ import annotations

import json
from collections.abc import Callable

import httpx
import pytest
from sqlalchemy import select

from dossiers.db import audit
from dossiers.db.data_set_tables import LineCorrectionRow
from dossiers.db.engine import Db
from dossiers.db.tables import EventRow
from dossiers.db.trust import AuditRow
from dossiers.dossier import Role
from dossiers.store import ObjectStore
from tests.api import made
from tests.api.conftest import Person, submit
from tests.api.test_deciding import code, decide, sign  # noqa: F401 (fixtures)

TRUTH = "Họ, chữ đệm, tên người mẹ: Nguyễn Thị Thu Uyễn"


def patch(who: httpx.Client, code: str, index: int, text: str, etag: str | None) -> httpx.Response:  # noqa: F811
    headers = {"If-Match": etag} if etag is not None else {}
    return who.patch(f"/v1/dossiers/{code}/pages/1/lines/{index}", json={"text": text}, headers=headers)


def test_a_correction_stands_beside_the_reading_which_never_changes(
    http: httpx.Client, code: str, person: Callable[..., Person], database: Db  # noqa: F811
) -> None:  # fmt: skip
    officer = person(Role.OFFICER)
    before = http.get(f"/v1/dossiers/{code}/pages/1/lines").content
    line = officer.http.get(f"/v1/dossiers/{code}/pages/1/lines/8")
    assert line.headers["ETag"] == line.json()["etag"]
    assert line.json()["text"] == line.json()["read"] != TRUTH
    answer = patch(officer.http, code, 8, f"  {TRUTH} ".replace("ễ", "e\u0302\u0303"), line.headers["ETag"])
    assert answer.status_code == 200, answer.text
    view = answer.json()
    assert (view["text"], view["read"]) == (TRUTH, line.json()["read"]), "NFC, and no space around"
    assert [(c["who"], c["after"]) for c in view["corrections"]] == [("Nguyễn Văn Bình", TRUTH)]
    assert answer.headers["ETag"] == view["etag"] != line.headers["ETag"]
    assert http.get(f"/v1/dossiers/{code}/pages/1/lines").content == before
    with database.transaction() as session:
        row = session.scalars(select(LineCorrectionRow).where(LineCorrectionRow.after == TRUTH)).all()[-1]
        assert (row.line, row.model, row.actor) == (8, "test@1", f"officer:{officer.id}")
        assert row.polygon == view["polygon"]
        kinds = session.scalars(select(EventRow.kind).where(EventRow.dossier_id == row.dossier_id)).all()
        written = session.scalars(select(AuditRow).where(AuditRow.dossier == code)).all()
        assert "line.corrected" in kinds
        assert [line.data for line in written if line.action == "line.corrected"] == [{"page": 1, "line": 8}]
        assert audit.verify(session).broken_at is None


def test_a_strangers_etag_is_refused_and_nothing_is_written(
    code: str, person: Callable[..., Person], database: Db  # noqa: F811
) -> None:  # fmt: skip
    officer, other = person(Role.OFFICER), person(Role.OFFICER)
    etag = officer.http.get(f"/v1/dossiers/{code}/pages/1/lines/3").headers["ETag"]
    neighbour = officer.http.get(f"/v1/dossiers/{code}/pages/1/lines/4").json()
    assert patch(other.http, code, 3, "Người kia nhanh hơn", etag).status_code == 200
    for stale in (etag, '"1"', "*", ""):
        answer = patch(officer.http, code, 3, "Bản của tôi", stale)
        assert (answer.status_code, answer.json()["code"]) == (412, "etag.mismatch")
    assert patch(officer.http, code, 3, "Bản của tôi", None).json()["code"] == "etag.required"
    assert officer.http.get(f"/v1/dossiers/{code}/pages/1/lines/3").json()["text"] == "Người kia nhanh hơn"
    assert officer.http.get(f"/v1/dossiers/{code}/pages/1/lines/4").json() == neighbour


def test_the_same_text_confirms_a_reading_once(code: str, person: Callable[..., Person]) -> None:  # noqa: F811
    officer = person(Role.OFFICER)
    line = officer.http.get(f"/v1/dossiers/{code}/pages/1/lines/2").json()
    first = patch(officer.http, code, 2, line["read"], line["etag"]).json()
    assert [(c["before"], c["after"]) for c in first["corrections"]] == [(line["read"], line["read"])]
    again = patch(officer.http, code, 2, line["read"], first["etag"]).json()
    assert again["etag"] == first["etag"]


@pytest.mark.parametrize("text", ["", " \t ", "dòng\x07", "đảo\u202engược", "x" * 1001])
def test_what_cannot_stand_on_paper_is_refused(
    code: str, person: Callable[..., Person], text: str  # noqa: F811
) -> None:  # fmt: skip
    officer = person(Role.OFFICER)
    etag = officer.http.get(f"/v1/dossiers/{code}/pages/1/lines/1").headers["ETag"]
    answer = patch(officer.http, code, 1, text, etag)
    assert (answer.status_code, answer.json()["code"]) == (422, "line.text_invalid")
    assert "đảo" not in answer.text


def test_only_officers_of_the_agency_and_only_while_the_dossier_waits_for_its_appraisal(
    http: httpx.Client, code: str, person: Callable[..., Person], sign: Callable[[str, bytes], bytes]  # noqa: F811
) -> None:  # fmt: skip
    officer, leader = person(Role.OFFICER), person(Role.LEADER)
    stranger = person(Role.OFFICER, of="T-other")
    etag = http.get(f"/v1/dossiers/{code}/pages/1/lines/0").headers["ETag"]
    assert patch(http, code, 0, "x", etag).status_code == 403
    assert patch(leader.http, code, 0, "x", etag).status_code == 403
    assert patch(stranger.http, code, 0, "x", etag).status_code == 404
    assert patch(officer.http, code, 999, "x", etag).status_code == 404
    unread = submit(http).json()["code"]
    assert patch(officer.http, unread, 0, "x", etag).status_code == 404
    assert decide(officer, code, "appraise", sign, "canbo").status_code == 200
    answer = patch(officer.http, code, 0, "x", etag)
    assert (answer.status_code, answer.json()["code"]) == (409, "line.not_correctable")


def test_a_page_read_anew_does_not_take_corrections_of_the_old_reading(
    code: str, person: Callable[..., Person], database: Db, store: ObjectStore  # noqa: F811
) -> None:  # fmt: skip
    officer = person(Role.OFFICER)
    etag = officer.http.get(f"/v1/dossiers/{code}/pages/1/lines/0").headers["ETag"]
    dossier = made.row_of(database, code)
    with database.transaction() as session:
        page = session.merge(dossier).pages[0]
        data = store.get_artifact(page.lines_key or "").replace(b"0.6", b"0.7")
        page.lines_key = store.put_artifact(dossier.id, "read", data, "json", "application/json").key
    assert patch(officer.http, code, 0, "cũ", etag).json()["code"] == "etag.mismatch"


def test_a_line_read_unsurely_is_in_doubt_until_somebody_has_read_it_again(
    code: str, person: Callable[..., Person]  # noqa: F811
) -> None:  # fmt: skip
    officer = person(Role.OFFICER)
    lines = [officer.http.get(f"/v1/dossiers/{code}/pages/1/lines/{index}").json() for index in range(11)]
    (doubtful,) = [line for line in lines if line["in_doubt"]]
    assert (doubtful["index"], doubtful["confidence"]) == (9, 0.71)
    assert not patch(officer.http, code, 9, doubtful["read"], doubtful["etag"]).json()["in_doubt"]


def test_a_page_without_a_line_has_no_line_to_edit(
    code: str, person: Callable[..., Person], database: Db, store: ObjectStore  # noqa: F811
) -> None:  # fmt: skip
    dossier = made.row_of(database, code)
    with database.transaction() as session:
        page = session.merge(dossier).pages[0]
        reading = {**json.loads(store.get_artifact(page.lines_key or "")), "lines": []}
        page.lines_key = store.put_artifact(dossier.id, "read", json.dumps(reading).encode(), "json", "x/json").key
    as_htmx = {"HX-Request": "true"}
    officer = person(Role.OFFICER)
    assert officer.http.get(f"/dossiers/{code}/pages/1/lines/0", headers=as_htmx).status_code == 404
    assert officer.http.get(f"/dossiers/{code}/pages/1/lines/doubtful", headers=as_htmx).status_code == 200
