"""An officer corrects lines in a real Chromium: the doubtful one first, by keyboard alone."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest
from sqlalchemy import select

from dossiers.db import people
from dossiers.db.data_set_tables import LineCorrectionRow
from dossiers.db.engine import Db
from dossiers.dossier import Role
from dossiers.store import ObjectStore
from hoso.embedded import pki
from tests.api.conftest import Person
from tests.api.made import row_of
from tests.api.test_deciding import code  # noqa: F401 (a fixture)
from tests.api.test_pages_in_browser import browser, log_in, page, pytestmark, shot  # noqa: F401 (fixtures)

playwright = pytest.importorskip("playwright.sync_api")
# Alt+↑ in the very moment in which the next line stands in the editor: a fast typist's key, which must not be lost.
UP_AT_ONCE = """() => new MutationObserver((_, observer) => {
  observer.disconnect();
  const key = { key: "ArrowUp", altKey: true, bubbles: true, cancelable: true };
  document.activeElement.dispatchEvent(new KeyboardEvent("keydown", key));
  document.body.dataset.pressed = document.querySelector("#editor input[name=text]").value;
}).observe(document.getElementById("editor").parentElement, { childList: true })"""
TRUTH = "Năm sinh của mẹ: 1996-04-19"


@pytest.fixture
def officer(database: Db, agency: str, home: object) -> tuple[str, str]:
    name, password = f"canbo-{agency}", "mat-khau-thu"
    with database.transaction() as session:
        people.create_officer(
            session, agency, name, password, full_name="Nguyễn Văn Bình", position="Công chức",
            roles=[Role.OFFICER], certificate=pki.certificate_of(home, "canbo"),  # type: ignore[arg-type]
        )  # fmt: skip
    return name, password


def test_the_doubtful_line_comes_first_and_is_corrected_without_a_mouse(
    page: playwright.Page, address: str, officer: tuple[str, str], code: str, database: Db  # noqa: F811
) -> None:  # fmt: skip
    log_in(page, address, *officer)
    page.goto(f"{address}/dossiers/{code}")
    opener = page.locator("#lines-open")
    assert opener.inner_text().split() == ["Sửa", "dòng", "chữ", "1"]
    opener.focus()
    page.keyboard.press("Enter")
    text = page.locator("#editor input[name=text]")
    text.wait_for()
    assert "1996-04-18" in text.input_value(), "the one in doubt"
    assert page.evaluate("document.activeElement.name") == "text"
    page.locator("polygon.line.hot").wait_for()
    crop = page.locator("#editor svg.crop image")
    assert crop.evaluate("e => e.getBoundingClientRect().width") > 1240 * 1.3, "enlarged"
    page.wait_for_timeout(300)
    shot(page, "line-editor")
    page.keyboard.press("Backspace")
    page.keyboard.type("9")
    page.keyboard.press("Enter")
    page.locator("#editor .done").wait_for()
    assert "Không còn dòng nào" in page.locator("#editor").inner_text()
    assert opener.inner_text().split() == ["Sửa", "dòng", "chữ"]
    row = page.locator("button.read", has_text=TRUTH)
    row.wait_for()
    assert "Cán bộ đã sửa" in row.inner_text()
    assert page.locator("polygon.line.officer").count() == 1
    with database.transaction() as session:
        found = session.scalars(
            select(LineCorrectionRow).where(LineCorrectionRow.dossier_id == row_of(database, code).id)
        ).one()
    assert (found.before, found.after) == ("Năm sinh của mẹ: 1996-04-18", TRUTH)
    page.wait_for_timeout(1500)  # the event of our own correction comes back by now
    assert page.locator("#editor .done").is_visible(), "the page is not fetched again under the editor"
    page.locator(".timeline", has_text="Cán bộ sửa dòng chữ").wait_for(timeout=8000)
    page.keyboard.press("Escape")
    page.reload()
    assert TRUTH in page.locator("#pane-lines").inner_text() or TRUTH in page.content()


def test_a_line_is_chosen_on_the_paper_walked_from_and_closed_and_a_colleague_is_not_overwritten(
    page: playwright.Page, address: str, officer: tuple[str, str], code: str, person: Callable[..., Person]  # noqa: F811
) -> None:  # fmt: skip
    log_in(page, address, *officer)
    page.goto(f"{address}/dossiers/{code}")
    page.get_by_role("link", name="English").click()
    page.get_by_role("button", name="Correct lines").wait_for()
    page.locator("polygon.line").first.click()
    text = page.locator("#editor input[name=text]")
    text.wait_for()
    assert text.input_value().startswith("CỘNG HÒA")
    page.evaluate(UP_AT_ONCE)
    page.keyboard.press("Alt+ArrowDown")
    page.locator('body[data-pressed]:not([data-pressed^="CỘNG"])').wait_for()
    page.locator('#editor input[name=text][value^="CỘNG"]').wait_for()
    colleague = person(Role.OFFICER).http
    url = f"/v1/dossiers/{code}/pages/1/lines/0"
    theirs = {"If-Match": colleague.get(url).headers["ETag"]}
    assert colleague.patch(url, json={"text": "CỘNG HOÀ"}, headers=theirs).status_code == 200
    page.wait_for_timeout(1200)
    page.locator("#editor input[name=text]").fill("bản của tôi")
    page.keyboard.press("Enter")
    alert = page.locator("#editor [role=alert]")
    alert.wait_for()
    assert "Somebody else changed it" in alert.inner_text()
    assert page.locator("#editor input[name=text]").input_value() == "bản của tôi", "what was typed is kept"
    page.keyboard.press("Escape")
    assert not page.locator("#editor").is_visible()
    assert colleague.get(url).json()["text"] == "CỘNG HOÀ"


def test_who_may_not_correct_sees_the_lines_and_no_editor(
    page: playwright.Page, address: str, officer: tuple[str, str], code: str, http: httpx.Client,  # noqa: F811
    database: Db, store: ObjectStore,
) -> None:  # fmt: skip
    assert http.post(f"/v1/dossiers/{code}/cancel", json={"reason": "Người nộp rút hồ sơ"}).status_code == 200
    log_in(page, address, *officer)
    page.goto(f"{address}/dossiers/{code}")
    page.locator(".paper img").wait_for()
    assert page.locator("#lines-open").count() == page.locator("button.read").count() == 0
    assert page.locator("p.read").count() > 5
