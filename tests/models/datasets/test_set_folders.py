"""Sets as folders: what was written is read back, what was damaged is refused, what a person typed is judged."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from models.datasets import (
    DataSetDamaged,
    DataSetExists,
    DataSetInvalid,
    Facts,
    NewLine,
    copy_set,
    load_crop,
    read_set,
    write_set,
)
from models.datasets.folder import split_of
from models.datasets.written import FolderUnusable, new_folder

FACTS = Facts("own papers", "2028-11-01", "2026-11-24T00:00:00+00:00", "operator:test")


def crop_of(number: int) -> np.ndarray:
    return np.random.default_rng(number).integers(0, 255, (40, 160, 3), dtype=np.uint8)


def some_lines(count: int = 12) -> list[NewLine]:
    return [NewLine(crop_of(i), f"Dòng số {i}", "line", f"p{i // 3}", "m@1", f"Dong số {i}") for i in range(count)]


def test_what_was_written_is_read_back_to_the_pixel(tmp_path: Path) -> None:
    found = write_set(tmp_path / "s", "mine", 3, some_lines(), FACTS)
    assert (found.identity, len(found.lines)) == ("mine@v3", 12)
    by_text = {line.text: line for line in found.lines}
    for number in range(12):
        line = by_text[f"Dòng số {number}"]
        assert np.array_equal(load_crop(line), crop_of(number))
        assert (line.before, line.model_read, line.source) == (f"Dong số {number}", "m@1", "line")
    again = write_set(tmp_path / "again", "mine", 3, reversed(some_lines()), FACTS)
    assert again.digest == found.digest, "the same lines are the same set, whatever their order"
    assert {p.name: p.read_bytes() for p in (tmp_path / "s").glob("*.*")} == {
        p.name: p.read_bytes() for p in (tmp_path / "again").glob("*.*")
    }


def test_lines_of_one_provenance_are_never_on_both_sides(tmp_path: Path) -> None:
    lines = [NewLine(crop_of(i), f"Dòng {i}", "line", f"h{i // 4}") for i in range(160)]
    found = write_set(tmp_path / "s", "mine", 1, lines, FACTS)
    sides = {split: {line.provenance for line in found.part(split)} for split in ("train", "test")}
    assert sides["train"] and sides["test"] and not sides["train"] & sides["test"]
    assert 0.15 < sum(split_of(str(i)) == "test" for i in range(4000)) / 4000 < 0.25


@pytest.mark.parametrize("harm", ["a crop changed", "a crop gone", "a text changed", "the card changed", "no manifest"])
def test_a_set_that_was_damaged_is_refused(tmp_path: Path, harm: str) -> None:
    folder = tmp_path / "s"
    crop = write_set(folder, "mine", 1, some_lines(), FACTS).lines[0].image_path
    index = (folder / "lines.jsonl").read_text(encoding="utf-8")
    damage: dict[str, Callable[[], object]] = {
        "a crop changed": lambda: crop.write_bytes(crop.read_bytes()[:-1] + b"\0"),
        "a crop gone": crop.unlink,
        "a text changed": lambda: (folder / "lines.jsonl").write_text(index.replace("Dòng", "Dong"), encoding="utf-8"),
        "the card changed": lambda: (folder / "card.md").write_text("anything"),
        "no manifest": lambda: (folder / "manifest.json").write_text("{}"),
    }
    damage[harm]()
    with pytest.raises(DataSetDamaged):
        read_set(folder)


def test_a_version_is_never_written_over_and_a_failed_one_leaves_nothing(tmp_path: Path) -> None:
    write_set(tmp_path / "s", "mine", 1, some_lines(), FACTS)
    with pytest.raises(DataSetExists):
        write_set(tmp_path / "s", "mine", 2, some_lines(), FACTS)
    with pytest.raises(DataSetInvalid, match=r"U\+4E2D"):
        write_set(tmp_path / "t", "mine", 1, [NewLine(crop_of(1), "中", "line", "p")], FACTS)
    assert [path.name for path in tmp_path.iterdir()] == ["s"]


def labelled(folder: Path, *rows: str, head: str = "", encoding: str = "utf-8") -> Path:
    folder.mkdir()
    for number in range(4):
        cv2.imwrite(str(folder / f"{number}.png"), crop_of(number))
    (folder / "labels.tsv").write_text("\r\n".join([*([head] if head else []), *rows]), encoding=encoding)
    return folder


def test_labels_as_a_person_saves_them_are_read(tmp_path: Path) -> None:
    decomposed = unicodedata.normalize("NFD", "Nguyễn  Thị Hữu ")
    folder = labelled(
        tmp_path / "mine", f"0.png\t{decomposed}\t0.4\tNguyên Thị Hưu\tm@1", "", "# một ghi chú", "1.png\tHai",
        head="file\ttext\tconfidence\treading\tmodel", encoding="utf-8-sig",
    )  # fmt: skip
    found = read_set(folder)
    assert [(line.text, line.before, line.model_read) for line in found.lines] == [
        ("Nguyễn Thị Hữu", "Nguyên Thị Hưu", "m@1"),
        ("Hai", "", ""),
    ]
    assert (found.identity, found.version) == ("mine", 0)
    (folder / "labels.tsv").write_text("1.png\tBa", encoding="utf-8")
    assert read_set(folder).digest != found.digest


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("0.png", "line 1: no TAB"),
        ("9.png\tchữ", "line 1: there is no 9.png"),
        ("0.png\t ", "0.png: empty text"),
        ("0.png\tchữ 中", "0.png: not in the charset: U\\+4E2D"),
        ("../secret\tchữ", "leads out of the folder"),
        ("labels.tsv\tchữ", "labels.tsv: no image"),
    ],
)
def test_a_label_that_cannot_be_used_is_named_by_its_place(tmp_path: Path, row: str, said: str) -> None:
    with pytest.raises(DataSetInvalid, match=said) as refused:
        read_set(labelled(tmp_path / "mine", row))
    assert "chữ" not in refused.value.detail


def test_labels_in_another_encoding_and_folders_that_are_no_set_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataSetInvalid, match="UTF-8"):
        read_set(labelled(tmp_path / "a", "0.png\tNguyễn", encoding="utf-16"))
    with pytest.raises(DataSetInvalid, match="neither"):
        read_set(tmp_path)
    with pytest.raises(DataSetInvalid, match="no line"):
        read_set(labelled(tmp_path / "b", "# nothing yet"))


def test_transparency_is_white_paper_under_the_ink(tmp_path: Path) -> None:
    folder = labelled(tmp_path / "mine", "0.png\tMột", "1.png\tHai")
    ink = np.zeros((40, 160, 4), np.uint8)
    ink[10:30, 20:140, 3] = 255  # black strokes on nothing
    cv2.imwrite(str(folder / "0.png"), ink)
    Image.fromarray(ink[:, :, 3]).convert("P").save(folder / "1.png", transparency=0)
    written = write_set(tmp_path / "s", "mine", 1, [NewLine(load_crop(read_set(folder).lines[0]), "a", "", "")], FACTS)
    for line in (read_set(folder).lines[0], written.lines[0]):
        crop = load_crop(line)
        assert (crop[0, 0].tolist(), crop[20, 80].tolist()) == ([255] * 3, [0] * 3)
    assert load_crop(read_set(folder).lines[1])[0, 0].tolist() == [255] * 3


def test_a_table_that_a_spreadsheet_saved_is_read(tmp_path: Path) -> None:
    folder = labelled(tmp_path / "mine", '0.png\t"Theo điều 1, ""giấy tờ"" gồm"', '1.png\t"1101 Dung dịch"')
    assert [line.text for line in read_set(folder).lines] == ['Theo điều 1, "giấy tờ" gồm', '"1101 Dung dịch"']


def test_one_picture_with_two_texts_is_named_by_its_rows_and_equal_texts_are_one(tmp_path: Path) -> None:
    folder = labelled(tmp_path / "mine", "0.png\tMột", "1.png\tHai", "0.png\tMột ", "bản sao.png\tBa")
    (folder / "bản sao.png").write_bytes((folder / "1.png").read_bytes())
    with pytest.raises(DataSetInvalid, match="lines 2 and 4: two texts for one picture") as refused:
        read_set(folder)
    assert "Ba" not in refused.value.detail
    (folder / "labels.tsv").write_text("0.png\tMột\n1.png\tHai\n0.png\tMột", encoding="utf-8")
    assert {line.text for line in read_set(folder).lines} == {"Một", "Hai"}


@pytest.mark.parametrize("forms", [("NFD", "NFC"), ("NFC", "NFD")])
def test_names_of_files_are_found_however_their_accents_are_written(tmp_path: Path, forms: tuple[str, str]) -> None:
    on_disk, said = (unicodedata.normalize(form, "ảnh/dòng một.png") for form in forms)
    folder = labelled(tmp_path / "mine", f"{said}\tMột")
    (folder / on_disk).parent.mkdir()
    (folder / "0.png").rename(folder / on_disk)
    assert [line.text for line in read_set(folder).lines] == ["Một"]
    assert [line.text for line in copy_set(folder, tmp_path / "copy").lines] == ["Một"]


def test_all_rows_that_cannot_be_used_are_named_at_once(tmp_path: Path) -> None:
    folder = labelled(tmp_path / "mine", "8.png\tMột", "0.png\tHai", "9.png\tBa", "chữ")
    with pytest.raises(DataSetInvalid, match=r"line 1: .* line 3: .* line 4: no TAB"):
        read_set(folder)


@pytest.mark.parametrize("kind", ["a file", "a link", "a dead link", "under a file", "the folder one is in"])
def test_where_no_set_can_be_put_is_said_and_nothing_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    place, there = tmp_path / "place", tmp_path / "there"
    there.mkdir()
    if kind == "a file":
        place.write_text("mine")
    elif kind == "a link":
        place.symlink_to(there)
    elif kind == "a dead link":
        place.symlink_to(tmp_path / "nowhere")
    elif kind == "under a file":
        place.write_text("mine")
        place = place / "set"
    else:
        monkeypatch.chdir(there)
        place = Path()
    before = {path: path.is_symlink() or path.is_dir() or path.read_text() for path in tmp_path.rglob("*")}
    with pytest.raises((DataSetExists, FolderUnusable)) as refused:
        write_set(place, "mine", 1, some_lines(), FACTS)
    assert refused.value.detail == str(place)
    assert {path: path.is_symlink() or path.is_dir() or path.read_text() for path in tmp_path.rglob("*")} == before


def test_an_empty_folder_becomes_the_set_and_one_filled_meanwhile_stays(tmp_path: Path) -> None:
    (tmp_path / "s").mkdir()
    assert len(write_set(tmp_path / "s", "mine", 1, some_lines(), FACTS).lines) == 12
    with pytest.raises(DataSetExists), new_folder(tmp_path / "t"):
        (tmp_path / "t").mkdir()
        (tmp_path / "t" / "theirs").touch()
    assert sorted(str(path.relative_to(tmp_path)) for path in tmp_path.glob("[!s]*")) == ["t"]
    assert (tmp_path / "t" / "theirs").exists()


def test_a_folder_that_names_a_file_outside_of_itself_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "s"
    write_set(folder, "mine", 1, some_lines(), FACTS)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["files"]["../outside.png"] = "0" * 64
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(DataSetInvalid):
        read_set(folder)


def test_a_set_is_copied_byte_for_byte(tmp_path: Path) -> None:
    found = write_set(tmp_path / "s", "mine", 1, some_lines(), FACTS)
    assert copy_set(tmp_path / "s", tmp_path / "t").digest == found.digest
    plain = copy_set(labelled(tmp_path / "p", "0.png\tMột", "1.png\tHai"), tmp_path / "q")
    assert [line.text for line in plain.lines] == ["Một", "Hai"]
