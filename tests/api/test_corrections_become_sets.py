"""What officers correct over the API becomes training lines, and goes again when it has to."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from sqlalchemy import select

from config.settings import settings
from dossiers.db import audit, data_sets
from dossiers.db.engine import Db
from dossiers.db.trust import AuditRow
from dossiers.dossier import Role
from dossiers.store import ObjectStore
from hoso.cli.app import run
from hoso.embedded.instance import Instance
from models.cropping import crop_lines
from models.datasets import DataSetDamaged, erasure, gathered, load_crop, stored
from models.datasets.folder import decode
from tests.api import made
from tests.api.conftest import Person, submit
from tests.api.test_deciding import code  # noqa: F401 (a fixture)

TRUTH = "Họ, chữ đệm, tên người mẹ: Nguyễn Thị Thu Uyển"
CARD = "Số định danh của mẹ: 001196012345"


@pytest.fixture
def officer(person: Callable[..., Person]) -> httpx.Client:
    return person(Role.OFFICER).http


def correct(officer: httpx.Client, code: str, index: int, text: str | None = None) -> dict[str, Any]:  # noqa: F811
    url = f"/v1/dossiers/{code}/pages/1/lines/{index}"
    line = officer.get(url).json()
    answer = officer.patch(url, json={"text": text or line["read"]}, headers={"If-Match": line["etag"]})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def correct_field(officer: httpx.Client, code: str, key: str, value: str) -> None:  # noqa: F811
    (field,) = [f for f in officer.get(f"/v1/dossiers/{code}/fields").json()["items"] if f["key"] == key]
    url = f"/v1/dossiers/{code}/fields/{field['id']}"
    answer = officer.patch(url, json={"value": value}, headers={"If-Match": field["etag"]})
    assert answer.status_code == 200, answer.text


@pytest.fixture
def export(database: Db, store: ObjectStore, agency: str) -> Callable[..., Any]:
    name = f"s-{secrets.token_hex(4)}"

    def make(*, mask: bool = False, gathering: gathered.Gathering | None = None) -> Any:
        found = gathering or gathered.gather(database, store, agency, mask=mask)
        order = stored.Order(name, "Văn bản đồng ý số 12/ĐY-UBND", "operator:test", 30, agency, mask)
        return stored.export(database, store, order, found)

    return make


def test_a_corrected_line_comes_out_as_its_crop_and_its_text(
    officer: httpx.Client, code: str, export: Callable[..., Any], database: Db, store: ObjectStore,  # noqa: F811
    tmp_path: Path,
) -> None:  # fmt: skip
    line = correct(officer, code, 8, TRUTH)
    correct(officer, code, 3)
    row = export()
    found = stored.fetch(database, store, f"{row.name}@v1", tmp_path / "set", "operator:test")
    by_text = {one.text: one for one in found.lines}
    assert set(by_text) == {TRUTH, officer.get(f"/v1/dossiers/{code}/pages/1/lines/3").json()["text"]}
    corrected = by_text[TRUTH]
    assert (corrected.before, corrected.model_read, corrected.source) == (line["read"], "test@1", "line")
    page = made.row_of(database, code)
    with database.transaction() as session:
        image = decode(store.get_artifact(session.merge(page).pages[0].image_key or ""))
    assert image is not None
    (crop,) = crop_lines(image, [tuple((x, y) for x, y in line["polygon"])])  # type: ignore[list-item]
    assert np.array_equal(load_crop(corrected), crop)
    assert len({one.provenance for one in found.lines}) == len({one.split for one in found.lines}) == 1
    told = "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "set").glob("*.*"))
    assert code not in told and str(page.id) not in told, "the dossier cannot be told from the set"
    manifest = json.loads((tmp_path / "set" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["permission"] == "Văn bản đồng ý số 12/ĐY-UBND"
    assert (manifest["counts"]["lines"], manifest["models"], manifest["version"]) == (2, ["test@1"], 1)
    assert export().version == 2, "a version never changes; the next export is the next one"
    with database.transaction() as session:
        lines = session.scalars(select(AuditRow).where(AuditRow.action.like("data_set.%"))).all()
        of_set = [entry for entry in lines if entry.data.get("name") == row.name]
        assert [entry.action for entry in of_set] == ["data_set.made", "data_set.fetched", "data_set.made"]
        assert not any("Uyển" in json.dumps(entry.data, ensure_ascii=False) for entry in lines)
        assert audit.verify(session).broken_at is None


def test_forgetting_a_dossier_takes_its_lines_out_of_store_and_manifest_and_leaves_the_others(
    officer: httpx.Client, http: httpx.Client, code: str, export: Callable[..., Any], database: Db,  # noqa: F811
    store: ObjectStore, tmp_path: Path, agency: str,
) -> None:  # fmt: skip
    other = str(submit(http).json()["code"])
    made.read(database, store, other, pages=1)
    made.packaged(database, store, other)
    correct(officer, code, 8, TRUTH)
    correct(officer, code, 4)
    kept = correct(officer, other, 5, "Giới tính: Nữ")
    row = export()
    assert sum(name.startswith("crops/") for name in store.set_files(row.name, 1)) == 3
    (reduced,) = erasure.forget(database, store, code, "operator:test")
    assert (reduced.lines, reduced.crops) == (2, 2)
    assert sum(name.startswith("crops/") for name in store.set_files(row.name, 1)) == 1
    found = stored.fetch(database, store, row.name, tmp_path / "set", "operator:test")
    assert [one.text for one in found.lines] == [kept["text"]]
    manifest = json.loads((tmp_path / "set" / "manifest.json").read_text(encoding="utf-8"))
    assert [(gone["lines"], gone["reason"]) for gone in manifest["removed"]] == [(2, "erasure")]
    assert manifest["counts"]["lines"] == 1
    assert [line.dossier_id for line in gathered.gather(database, store, agency).lines] == [
        made.row_of(database, other).id
    ], "the next export leaves it out, too"
    assert erasure.forget(database, store, code, "operator:test") == [], "once is enough"
    with database.transaction() as session:
        entry = session.scalars(
            select(AuditRow).where(AuditRow.action == "data_set.forgotten", AuditRow.dossier == code)
        ).first()
        assert entry is not None and entry.data == {"lines": 2, "sets": 1}


def test_a_dossier_forgotten_while_its_set_was_written_is_not_in_it(
    officer: httpx.Client, code: str, export: Callable[..., Any], database: Db, store: ObjectStore,  # noqa: F811
    agency: str,
) -> None:  # fmt: skip
    correct(officer, code, 8, TRUTH)
    gathering = gathered.gather(database, store, agency)
    erasure.forget(database, store, code, "operator:test")
    row = export(gathering=gathering)
    assert row.lines == 0
    assert not any(name.startswith("crops/") for name in store.set_files(row.name, row.version))
    with pytest.raises(stored.NothingToLearn):
        export()


def test_a_deleted_dossier_leaves_its_sets_when_the_janitor_comes(
    officer: httpx.Client, code: str, export: Callable[..., Any], database: Db, store: ObjectStore  # noqa: F811
) -> None:  # fmt: skip
    correct(officer, code, 8, TRUTH)
    row = export()
    with database.transaction() as session:  # what is asked of the janitor is what the cascade leaves behind
        session.execute(
            data_sets.DataSetLineRow.__table__.delete().where(data_sets.DataSetLineRow.data_set_id == row.id)
        )
        assert [found.name for found in data_sets.to_reduce(session) if found.name == row.name] == [row.name]
    erasure.reduce_set(database, store, row.name, row.version, "janitor")
    assert not any(name.startswith("crops/") for name in store.set_files(row.name, row.version))
    with database.transaction() as session:
        assert row.name not in [found.name for found in data_sets.to_reduce(session)]


def test_a_field_that_can_be_understood_in_one_way_teaches_its_line_and_others_are_counted(
    officer: httpx.Client, code: str, database: Db, store: ObjectStore, agency: str  # noqa: F811
) -> None:  # fmt: skip
    correct_field(officer, code, "father_name", "Lê Hoàng Phúc Anh")
    correct_field(officer, code, "mother_name", "Nguyễn Thị Thu Uyển")
    correct_field(officer, code, "child_gender", "Nữ")
    correct_field(officer, code, "child_name", "Lê Minh Khởi")
    correct(officer, code, 3, "Họ, chữ đệm, tên: Lê Minh Khới")
    found = gathered.gather(database, store, agency)
    assert {(line.source, line.text) for line in found.lines} == {
        ("field", TRUTH),
        ("field", "Họ, chữ đệm, tên người cha: Lê Hoàng Phúc Anh"),
        ("line", "Họ, chữ đệm, tên: Lê Minh Khới"),
    }, "what was said of a line goes before what was said of a field in it"
    assert found.skipped == {
        "field of a kind that is not one printed text": 1,
        "field in a line that was corrected itself": 1,
    }


def test_masked_sets_hold_no_number_of_a_person(
    officer: httpx.Client, code: str, database: Db, store: ObjectStore, agency: str  # noqa: F811
) -> None:  # fmt: skip
    correct(officer, code, 8, CARD)
    correct(officer, code, 5, "Điện thoại: 0912 345 678")
    correct(officer, code, 2)
    assert len(gathered.gather(database, store, agency).lines) == 3
    found = gathered.gather(database, store, agency, mask=True)
    assert [line.place for line in found.lines] == [2]
    assert found.skipped == {"masked: personal_id": 1, "masked: phone": 1}


def test_text_outside_the_charset_is_counted_and_left_out(
    officer: httpx.Client, code: str, database: Db, store: ObjectStore, agency: str  # noqa: F811
) -> None:  # fmt: skip
    correct(officer, code, 8, "Chữ 中")
    found = gathered.gather(database, store, agency)
    assert (found.lines, found.skipped) == ([], {"not in the charset: U+4E2D": 1})


def test_a_crop_damaged_in_the_store_is_refused_and_leaves_no_folder(
    officer: httpx.Client, code: str, export: Callable[..., Any], database: Db, store: ObjectStore,  # noqa: F811
    tmp_path: Path,
) -> None:  # fmt: skip
    correct(officer, code, 8, TRUTH)
    row = export()
    crop = next(name for name in store.set_files(row.name, 1) if name.startswith("crops/"))
    store.put_set_file(row.name, 1, crop, store.get_set_file(row.name, 1, crop)[:-1])
    with pytest.raises(DataSetDamaged, match=crop):
        stored.fetch(database, store, row.name, tmp_path / "set", "operator:test")
    manifest = store.get_set_file(row.name, 1, "manifest.json").replace(b'"masked": false', b'"masked": true')
    store.put_set_file(row.name, 1, "manifest.json", manifest)
    with pytest.raises(DataSetDamaged, match=r"manifest\.json"):
        stored.fetch(database, store, row.name, tmp_path / "set", "operator:test")
    assert list(tmp_path.iterdir()) == []


def test_an_operator_exports_and_forgets_at_the_command_line(
    officer: httpx.Client, code: str, agency: str, instance: Instance, store: ObjectStore,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setenv("HOSO_CONFIG", str(instance.config_file("owner")))
    settings.cache_clear()
    correct(officer, code, 8, TRUTH)
    name = f"s-{secrets.token_hex(4)}"
    words = [
        "data",
        "export",
        name,
        "--permission",
        "Văn bản số 12",
        "--agency",
        agency,
        "--max-days",
        "9999",
        "--json",
    ]
    capsys.readouterr()
    assert run(words) == 0
    made_set = json.loads(capsys.readouterr().out)
    assert (made_set["name"], made_set["version"], made_set["lines"], made_set["skipped"]) == (name, 1, 1, {})
    longest = datetime.now(UTC).date() + timedelta(days=instance.settings("owner").retention.training_days)
    assert made_set["until"] == longest.isoformat(), "never longer than the setting says"
    assert run(["data", "export", name, "--permission", "x", "--agency", agency, "--since", "2099-01-01"]) == 5
    assert run(["data", "forget", code]) == 0
    said = capsys.readouterr()
    assert f"{name}@v1" in said.out and "Uyển" not in said.out + said.err
    assert not any(file.startswith("crops/") for file in store.set_files(name, 1))
    settings.cache_clear()


def test_without_a_permission_nothing_is_exported(agency: str) -> None:
    for nothing in ("", "   "):
        with pytest.raises(stored.PermissionMissing):
            stored.Order("s", nothing, "operator:test", 30, agency)
