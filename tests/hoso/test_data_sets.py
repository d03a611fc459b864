"""`hoso data` as people use it: on a laptop without anything running, and at a system's database and store."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw
from rich.table import Table

from config.settings import settings
from dossiers.db.engine import Db
from dossiers.store import ObjectStore
from hoso.cli.app import run
from hoso.cli.common import emit
from hoso.embedded.instance import Instance
from models.datasets import read_set
from models.synthesis.fonts import load_font

Hoso = Callable[..., tuple[int, Any]]


@pytest.fixture
def hoso(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Hoso:
    """Run a `hoso data` command in this process: exit code and its JSON. Nothing runs at the home it sees."""
    monkeypatch.setenv("HOSO_HOME", str(tmp_path / "nowhere"))
    monkeypatch.delenv("HOSO_CONFIG", raising=False)

    def do(*words: str | Path) -> tuple[int, Any]:
        capsys.readouterr()
        code = run(["data", *map(str, words), "--json"])
        return code, json.loads(capsys.readouterr().out or "null")

    return do


@pytest.fixture
def system(
    instance: Instance, database: Db, store: ObjectStore, monkeypatch: pytest.MonkeyPatch, hoso: Hoso
) -> Iterator[None]:
    """The session's database and store, named by HOSO_CONFIG as in production."""
    monkeypatch.setenv("HOSO_CONFIG", str(instance.config_file("owner")))
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    folder = tmp_path / "mine"
    folder.mkdir()
    for number in range(5):
        crop = np.random.default_rng(number).integers(0, 255, (40, 160, 3), dtype=np.uint8)
        cv2.imwrite(str(folder / f"{number}.png"), crop)
    (folder / "labels.tsv").write_text("".join(f"{n}.png\tDòng số {n}\n" for n in range(5)), encoding="utf-8")
    return folder


def test_a_folder_becomes_a_set_without_anything_running_and_a_damaged_copy_is_refused(
    hoso: Hoso, labelled: Path, tmp_path: Path
) -> None:
    code, said = hoso("import", labelled, "mine", "--out", tmp_path / "set")
    assert (code, said["set"], said["lines"]) == (0, "mine@v1", 5)
    assert said["train"] + said["test"] == 5
    code, said = hoso("fetch", tmp_path / "set", "--out", tmp_path / "copy")
    assert (code, said["digest"]) == (0, read_set(tmp_path / "set").digest)
    crop = next((tmp_path / "copy" / "crops").iterdir())
    crop.write_bytes(crop.read_bytes()[:-1])
    code, said = hoso("fetch", tmp_path / "copy", "--out", tmp_path / "third")
    assert (code, said["error"]["code"]) == (2, "data.set_damaged")
    assert crop.name in said["error"]["detail"]
    assert not (tmp_path / "third").exists()
    assert hoso("show", tmp_path / "set")[1]["counts"]["import"] == 5


def test_pages_are_cut_into_lines_the_doubtful_first_corrected_and_taken_in(hoso: Hoso, tmp_path: Path) -> None:
    page, font = Image.new("RGB", (1240, 700), "white"), load_font("Tinos", "regular", 34)
    for number, text in enumerate(
        ("Ủy ban nhân dân phường An Hòa", "Kính gửi: Công an tỉnh", "Hà Nội, ngày 12 tháng 5")
    ):
        ImageDraw.Draw(page).text((120, 120 + 140 * number), text, "black", font)
    page.save(tmp_path / "page.png")
    code, said = hoso("lines", tmp_path / "page.png", "--out", tmp_path / "work", "--most", 2)
    assert (code, said["pages"], said["read"], said["written"]) == (0, 1, 3, 2)
    page.save(tmp_path / "bad.tif", compression="tiff_adobe_deflate")
    whole = (tmp_path / "bad.tif").read_bytes()
    third = len(whole) // 3
    (tmp_path / "bad.tif").write_bytes(whole[:third] + bytes(third) + whole[2 * third :])
    code, said = hoso("lines", tmp_path / "bad.tif", tmp_path / "page.png", "--out", tmp_path / "rest")
    assert (code, said["read"]) == (2, 3), "a page that cannot be drawn is told and costs the others nothing"
    assert [one["name"] for one in said["refused"]] == ["bad"]
    labels = tmp_path / "work" / "labels.tsv"
    head, *rows = [row.split("\t") for row in labels.read_text(encoding="utf-8").splitlines()]
    assert head == ["file", "text", "confidence", "reading", "model"]
    assert float(rows[0][2]) <= float(rows[1][2])
    rows[0][1] = "Đã sửa"
    labels.write_text("\n".join("\t".join(row) for row in rows[:1]), encoding="utf-8")
    code, said = hoso("import", tmp_path / "work", "mine", "--out", tmp_path / "set")
    (line,) = read_set(tmp_path / "set").lines
    assert (code, line.text) == (0, "Đã sửa")
    assert hoso("lines", tmp_path / "page.png", "--out", tmp_path / "work")[1]["error"]["code"] == "data.set_exists"


def test_words_of_people_are_shown_as_they_are(
    hoso: Hoso, labelled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    permission = "Đồng ý số 12 [khoản 2 Điều 17], ký [dim] :key: [/xong] [/]"
    assert hoso("import", labelled, "mine", "--permission", permission, "--out", tmp_path / "bộ [mới]")[0] == 0
    assert run(["data", "show", str(tmp_path / "bộ [mới]")]) == 0
    assert f"| Permission | {permission} |" in capsys.readouterr().out
    named = labelled.rename(tmp_path / "của [tôi]")
    assert run(["data", "show", str(named)]) == 0
    assert "của [tôi]: " in capsys.readouterr().out
    assert run(["data", "import", str(named), "mine", "--out", str(tmp_path / "bộ [hai]")]) == 0
    assert run(["data", "fetch", str(tmp_path / "bộ [hai]"), "--out", str(tmp_path / "bộ [ba]")]) == 0
    shown = capsys.readouterr().out.replace("\n", "")
    assert "bộ [hai]" in shown and "bộ [ba]" in shown


def test_values_that_nobody_escaped_cost_neither_brackets_nor_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    for text in ("[dim]tệp [a/b] quet[1].pdf[/]", "[green]✓[/] [/xong] :key:", "hai [/] [/]", "set:[khoản]/x"):
        emit(None, False, text)
    table = Table("[cột]")
    table.add_row("[bold]set:[khoản][/]")
    emit(None, False, table)
    shown = capsys.readouterr().out
    assert shown.splitlines()[:4] == ["tệp [a/b] quet[1].pdf", "✓ [/xong] :key:", "hai [/] [/]", "set:[khoản]/x"]
    assert "[cột]" in shown and "set:[khoản]" in shown and "[bold]" not in shown


@pytest.mark.parametrize("kind", ["the folder one is in", "a link", "a file"])
def test_a_place_where_no_set_can_be_put_is_named(
    hoso: Hoso, labelled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "here")
    (tmp_path / "file").write_text("mine")
    monkeypatch.chdir(tmp_path / "here")
    places = {"the folder one is in": ".", "a link": tmp_path / "link", "a file": tmp_path / "file"}
    for words in (("import", labelled, "mine"), ("fetch", labelled)):
        code, said = hoso(*words, "--out", places[kind])
        assert code in (2, 5)
        assert said["error"]["code"] in ("data.folder_unusable", "data.set_exists")
        assert said["error"]["detail"] == str(places[kind])
    assert (tmp_path / "file").read_text() == "mine"
    assert not any((tmp_path / "here").iterdir()) and (tmp_path / "link").is_symlink()


def test_where_every_file_was_refused_the_reasons_are_said(
    hoso: Hoso, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "hỏng [1].pdf").write_bytes(b"%PDF-1.7 broken")
    code, said = hoso("lines", tmp_path / "hỏng [1].pdf", "--out", tmp_path / "work")
    assert (code, said["written"], [one["name"] for one in said["refused"]]) == (2, 0, ["hỏng [1].pdf"])
    assert run(["data", "lines", str(tmp_path / "hỏng [1].pdf"), "--out", str(tmp_path / "work")]) == 2
    shown = capsys.readouterr().out
    assert shown.index("hỏng [1].pdf: ") < shown.index("No line of text was read.")
    assert "labels.tsv" not in shown and not (tmp_path / "work").exists()


def test_pages_without_text_are_no_fault_of_labels(hoso: Hoso, tmp_path: Path) -> None:
    Image.new("RGB", (400, 400), "white").save(tmp_path / "trắng.png")
    code, said = hoso("lines", tmp_path / "trắng.png", "--out", tmp_path / "work")
    assert (code, said["error"]["code"]) == (2, "data.nothing_read")


@pytest.mark.parametrize(
    ("words", "code", "exit_code"),
    [
        (("export", "mine"), "data.permission_missing", 2),
        (("export", "Của Tôi", "--permission", "x"), "data.name_invalid", 2),
        (("show", "mine"), "instance.not_running", 3),
        (("import", "/nowhere", "mine"), "input.invalid", 2),
    ],
)
def test_errors_name_their_remedy(hoso: Hoso, words: tuple[str, ...], code: str, exit_code: int) -> None:
    assert hoso(*words) == (exit_code, {"error": hoso(*words)[1]["error"]})
    assert hoso(*words)[1]["error"]["code"] == code


def test_a_set_goes_into_a_system_and_comes_out_the_same(
    system: None, hoso: Hoso, labelled: Path, tmp_path: Path
) -> None:
    name = f"c-{secrets.token_hex(4)}"
    assert hoso("import", labelled, name)[1]["error"]["code"] == "data.permission_missing"
    code, first = hoso("import", labelled, name, "--permission", "own papers", "--max-days", 9)
    assert (code, first["version"], first["lines"]) == (0, 1, 5)
    code, said = hoso("fetch", name, "--out", tmp_path / "set")
    assert (code, said["set"], said["digest"]) == (0, f"{name}@v1", first["digest"])
    labels = labelled / "labels.tsv"
    labels.write_text(labels.read_text(encoding="utf-8").replace("số 0", "số không"), encoding="utf-8")
    assert hoso("import", labelled, name, "--permission", "own papers")[1]["version"] == 2
    versions = [entry["version"] for entry in hoso("list")[1] if entry["name"] == name]
    assert versions == [1, 2]
    assert hoso("fetch", f"{name}@v1", "--out", tmp_path / "again")[1]["digest"] == first["digest"]
    assert hoso("fetch", name, "--out", tmp_path / "new")[1]["set"] == f"{name}@v2"
    shown = hoso("show", f"{name}@v1")[1]
    assert (shown["permission"], shown["counts"]["lines"], shown["until"]) == ("own papers", 5, first["until"])
    assert hoso("show", f"{name}@v7")[1]["error"]["code"] == "data.set_unknown"
    assert hoso("show", "nobodys")[0] == 4
    assert hoso("forget", "KHONG-CO")[1]["error"]["code"] == "not_found"
    nothing = hoso("export", name, "--permission", "x", "--agency", "nobody")
    assert nothing[1]["error"]["code"] == "data.nothing"
