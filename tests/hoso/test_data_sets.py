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

from config.settings import settings
from dossiers.db.engine import Db
from dossiers.store import ObjectStore
from hoso.cli.app import run
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
