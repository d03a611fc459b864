"""The page in a real Chromium, at the real database and store."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from config.settings import Settings
from dossiers.db import people
from dossiers.db.engine import Db
from dossiers.db.people import NewClient
from dossiers.dossier import Role
from dossiers.store import ObjectStore
from hoso.embedded import pki
from tests.api import made
from tests.api.conftest import submit
from tests.api.test_deciding import decide, sign  # noqa: F401 (a fixture)

playwright = pytest.importorskip("playwright.sync_api")
CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Debian's chromium is not installed")
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking",    "--disable-component-update", "--disable-sync",
]  # fmt: skip
SHOTS = os.environ.get("HOSO_SCREENSHOTS")  # a folder: pictures for the README are kept there


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[playwright.BrowserContext]:
    with playwright.sync_playwright() as driver:
        context = driver.chromium.launch_persistent_context(
            str(tmp_path_factory.mktemp("profile")),
            executable_path=CHROMIUM,
            args=FLAGS,
            viewport={"width": 1280, "height": 900},
        )
        yield context
        context.close()


@pytest.fixture
def page(browser: playwright.BrowserContext) -> Iterator[playwright.Page]:
    """A tab that fails the test when the page throws, logs an error or asks for anything from elsewhere."""
    browser.clear_cookies()
    tab = browser.new_page()
    problems: list[str] = []
    tab.on("pageerror", lambda error: problems.append(str(error)))
    tab.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
    tab.on(
        "request",
        lambda asked: (
            None if "://127.0.0.1:" in asked.url or asked.url.startswith("data:") else problems.append(asked.url)
        ),
    )
    yield tab
    tab.close()
    # A refused log-in is an error to the browser's console, not to us.
    assert [problem for problem in problems if "401" not in problem and "404" not in problem] == []


def shot(page: playwright.Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)


def log_in(page: playwright.Page, address: str, username: str, password: str) -> None:
    page.goto(f"{address}/")
    page.get_by_label("Tên đăng nhập").fill(username)
    page.get_by_label("Mật khẩu").fill(password)
    page.get_by_role("button", name="Đăng nhập").first.click()


@pytest.fixture
def viewer(database: Db, agency: str, home: Path, api_settings: Settings) -> tuple[str, str]:
    """Name and password of somebody who may look."""
    username, password = f"xem-{secrets.token_hex(4)}", secrets.token_urlsafe(9)
    with database.transaction() as session:
        people.create_officer(
            session, agency, username, password, full_name="Đỗ Thị Mai", position="Cán bộ một cửa",
            roles=[Role.VIEWER], certificate=pki.certificate_of(home, "canbo"),
        )  # fmt: skip
    return username, password


def test_logging_in_by_password_or_key_and_what_a_wrong_one_says(
    page: playwright.Page, address: str, viewer: tuple[str, str], client: NewClient
) -> None:
    log_in(page, address, viewer[0], "sai mật khẩu")
    assert "không đúng" in page.get_by_role("alert").inner_text()
    shot(page, "login")
    log_in(page, address, *viewer)
    page.get_by_role("heading", name="Hồ sơ của đơn vị").wait_for()
    assert page.evaluate("document.cookie") == "", "scripts cannot read the session"
    page.get_by_role("button", name="Đăng xuất").click()
    page.get_by_text("Đăng nhập bằng khóa API").click()
    page.get_by_label("Khóa API").fill(client.secret)
    page.get_by_role("button", name="Đăng nhập").last.click()
    page.get_by_role("heading", name="Hồ sơ của đơn vị").wait_for()
    page.goto(f"{address}/dossiers/KHONG-CO")
    assert "Không tìm thấy" in page.get_by_role("heading").inner_text()


def test_progress_moves_while_one_watches(
    page: playwright.Page, address: str, viewer: tuple[str, str], http: httpx.Client, database: Db, store: ObjectStore
) -> None:
    code = submit(http, "Tờ khai.pdf", reference="MC-2026-17").json()["code"]
    log_in(page, address, *viewer)
    page.get_by_role("link", name=code).click()
    assert (
        "Chưa có trang" in page.locator("#page").inner_text() or "chưa có trang" in page.locator("#page").inner_text()
    )
    made.read(database, store, code, pages=4, settled=2)
    page.locator(".thumb").nth(3).wait_for(timeout=6000)
    page.locator(".paper img").wait_for(timeout=6000)
    page.get_by_text("2/4 trang đã đọc").wait_for()
    shot(page, "live")
    made.packaged(database, store, code)
    page.locator(".lead .badge", has_text="Chờ cán bộ").wait_for(timeout=6000)
    page.locator(".steps li.st-current", has_text="Thẩm định").wait_for()
    page.locator(".value", has_text="Lê Minh Khôi").wait_for(timeout=6000)
    page.goto(f"{address}/")
    other = submit(http, "Giấy tờ.pdf").json()["code"]
    page.get_by_role("link", name=other).wait_for(timeout=6000)


@pytest.fixture
def finished(
    http: httpx.Client, database: Db, store: ObjectStore, person: Callable[..., object],
    sign: Callable[[str, bytes], bytes],  # noqa: F811
) -> str:  # fmt: skip
    """The code of a dossier that went the whole way."""
    code = str(submit(http, "Tờ khai.pdf", reference="MC-2026-9", procedure="khai-sinh").json()["code"])
    made.read(database, store, code, pages=3)
    made.packaged(database, store, code)
    officer, leader = person(Role.OFFICER, "canbo"), person(Role.LEADER, "lanhdao")
    assert decide(officer, code, "appraise", sign, "canbo").status_code == 200  # type: ignore[arg-type]
    made.drafted(database, store, code)
    assert decide(leader, code, "approve", sign, "lanhdao").status_code == 200  # type: ignore[arg-type]
    made.signed(database, store, code)
    made.completed(database, store, code)
    return code


def test_one_dossier_shows_steps_papers_data_and_the_verdict_on_its_signatures(
    page: playwright.Page, address: str, viewer: tuple[str, str], finished: str, http: httpx.Client, database: Db,
    store: ObjectStore,
) -> None:  # fmt: skip
    log_in(page, address, *viewer)
    page.goto(f"{address}/dossiers/{finished}")
    assert page.locator(".steps li.st-done").count() == 5
    assert "Nguyễn Văn Bình" in page.locator(".steps").inner_text()
    assert "Chữ ký hợp lệ" in page.locator(".verdict").inner_text()
    page.locator(".paper img").wait_for()
    field = page.locator(".value", has_text="Năm sinh của mẹ")
    assert "Cần cán bộ xem" in field.inner_text()
    field.hover()
    box = page.locator("rect.field.hot")
    box.wait_for()
    inner, outer = box.bounding_box(), page.locator(".paper").bounding_box()
    assert inner and outer and outer["x"] < inner["x"] < outer["x"] + outer["width"]
    shot(page, "dossier")
    page.locator("rect.field").first.hover()
    page.locator(".value.hot", has_text="Lê Minh Khôi").wait_for()
    page.get_by_role("tab", name="Dòng chữ").click()
    assert "TỜ KHAI ĐĂNG KÝ KHAI SINH" in page.locator("#pane-lines").inner_text()
    assert not page.locator("#pane-fields").is_visible()
    page.locator(".thumb").nth(1).click()
    page.locator('[data-open="2"]').wait_for()
    page.locator('.thumb[aria-current][data-page="2"]').wait_for()
    assert page.locator(".thumb[aria-current]").count() == 1
    with page.expect_response(lambda r: r.url.endswith("/result")) as got:
        page.evaluate("path => fetch(path)", f"/v1/dossiers/{finished}/result")
    assert got.value.status == 200
    made_of_three = submit(http, "Đơn.pdf", reference="MC-2026-10").json()["code"]
    made.read(database, store, made_of_three, pages=5, settled=3)
    http.post(f"/v1/dossiers/{submit(http, 'x.pdf').json()['code']}/cancel", json={"reason": "Người nộp rút hồ sơ"})
    page.goto(f"{address}/")
    shot(page, "list")


def test_english_by_a_switch_and_a_phone_without_sideways_scrolling(
    page: playwright.Page, address: str, viewer: tuple[str, str], finished: str
) -> None:
    log_in(page, address, *viewer)
    page.goto(f"{address}/dossiers/{finished}")
    page.get_by_role("link", name="English").click()
    page.get_by_text("Signatures valid").wait_for()
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.url.endswith(finished), "the switch stays where one was"
    page.set_viewport_size({"width": 390, "height": 844})
    for path, name in (("/", "phone-list"), (f"/dossiers/{finished}", "phone-dossier")):
        page.goto(f"{address}{path}")
        page.wait_for_load_state("networkidle") if path == "/" else page.locator(".paper img").wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        clipped = (
            "[...document.querySelectorAll('.list td, .badge')].filter(e => e.getBoundingClientRect().right > 377)"
        )
        assert page.evaluate(f"{clipped}.length") == 0
        shot(page, name)
    page.set_viewport_size({"width": 1280, "height": 900})


def test_the_page_can_be_used_by_keyboard_and_names_what_it_shows(
    page: playwright.Page, address: str, viewer: tuple[str, str], finished: str
) -> None:
    log_in(page, address, *viewer)
    page.goto(f"{address}/dossiers/{finished}")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.locator(".value").first.focus()
    page.locator("rect.field.hot").wait_for()
    page.locator("#tab-fields").focus()
    page.keyboard.press("ArrowRight")
    assert page.locator("#tab-lines").get_attribute("aria-selected") == "true"
    unnamed = page.evaluate(
        """() => [...document.querySelectorAll('a, button, input, select, progress')].filter(e =>
            !(e.innerText || '').trim() && !e.getAttribute('aria-label') && !e.title && !e.labels?.length).length"""
    )
    assert unnamed == 0


def test_the_served_api_documents_come_up_in_a_browser(page: playwright.Page, address: str) -> None:
    page.goto(f"{address}/docs")
    page.get_by_text("/v1/dossiers/{code}/result", exact=True).first.wait_for(timeout=15000)
