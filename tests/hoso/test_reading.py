"""`hoso read`: lines in pixels of the page as given, whatever way up it came; what cannot be read is said."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import unicodedata
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from config.settings import Settings
from dossiers.errors import HosoError
from dossiers.page import Cell, Line, PageReading, Table
from hoso.cli.read import _write_tables
from hoso.reading import formats
from hoso.reading.pages import Page, PageReader, list_pages, read_all
from tests.hoso.support import ROOT, hoso, said
from workers.pdfa.fonts import FOLDER

WORDS = ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "Kính gửi: Ủy ban nhân dân phường")


@pytest.fixture(scope="module")
def scan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clean page of a few Vietnamese lines, 200 dpi."""
    page = Image.new("RGB", (1654, 1200), "white")
    draw, font = ImageDraw.Draw(page), ImageFont.truetype(str(FOLDER / "Tinos-Regular.ttf"), 46)
    for place, words in enumerate(WORDS * 3):
        draw.text((150, 80 + 110 * place), words, font=font, fill="black")
    path = tmp_path_factory.mktemp("scan") / "trang.png"
    page.save(path, dpi=(200, 200))
    return path


@pytest.fixture(scope="module")
def reader() -> PageReader:
    return PageReader(Settings())


def _read(reader: PageReader, path: Path, folder: Path) -> Any:
    folder.mkdir(exist_ok=True)
    (page,) = list_pages([path], Settings().limits, folder).pages
    return reader.read(page)


def test_a_page_on_its_head_gives_the_same_lines_at_the_turned_places(
    reader: PageReader, scan: Path, tmp_path: Path
) -> None:
    upright = _read(reader, scan, tmp_path / "a")
    turned_file = tmp_path / "turned.png"
    cv2.imwrite(str(turned_file), cv2.rotate(cv2.imread(str(scan)), cv2.ROTATE_180))
    turned = _read(reader, turned_file, tmp_path / "b")
    assert turned.rotation == 180
    assert [line.text for line in turned.lines] == [line.text for line in upright.lines]
    for a, b in zip(upright.lines, turned.lines, strict=True):
        there = np.array([1653, 1199]) - np.array(b.polygon)
        assert np.abs(there - np.array(a.polygon)).max() < 8


def test_lines_carry_vietnamese_text_inside_the_page(reader: PageReader, scan: Path, tmp_path: Path) -> None:
    reading = _read(reader, scan, tmp_path / "w")
    assert (reading.width, reading.height) == (1654, 1200)
    texts = [line.text for line in reading.lines]
    assert len(texts) == 9
    assert sum(text in WORDS for text in texts) >= 7
    for line in reading.lines:
        assert all(-5 <= x <= 1659 and -5 <= y <= 1205 for x, y in line.polygon)


def test_hocr_is_well_formed_and_its_words_lie_in_their_line(reader: PageReader, scan: Path, tmp_path: Path) -> None:
    reading = _read(reader, scan, tmp_path / "h")
    page = ElementTree.fromstring(formats.hocr(reading, 'a "b" & c').split("\n", 2)[2])  # without the DOCTYPE
    words = [e.text for e in page.iter("{http://www.w3.org/1999/xhtml}span") if e.get("class") == "ocrx_word"]
    assert " ".join(str(word) for word in words) == " ".join(line.text for line in reading.lines)


def test_a_table_is_written_as_csv_with_merged_cells_in_their_first_place() -> None:
    place = ((0.0, 0.0), (9.0, 0.0), (9.0, 5.0), (0.0, 5.0))
    cells = ("Bảng 1", None), ("Họ và", Cell(0, 0, 0, 1, 2)), ("tên", Cell(0, 0, 0, 1, 2)), ('2, "b"', Cell(0, 1, 1))
    reading = PageReading(tuple(Line(text, place, 1.0, "", cell) for text, cell in cells), 9, 9, tables=(Table(2, 3),))
    assert formats.tables_csv(reading) == ['Họ và tên,,\r\n,"2, ""b""",\r\n']


@pytest.fixture(scope="module")
def listing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page with a ruled table of two rows, one cell empty, between two lines, 2 degrees askew."""
    page = Image.new("RGB", (1654, 1200), "white")
    draw, font = ImageDraw.Draw(page), ImageFont.truetype(str(FOLDER / "Tinos-Regular.ttf"), 46)
    for y, words in ((150, WORDS[0]), (900, WORDS[2])):
        draw.text((150, y), words, font=font, fill="black")
    for row, texts in enumerate((("Số", "Họ và tên", "Ghi chú"), ("1", "Nguyễn Thị Hoa", ""))):
        for (left, right), words in zip(((150, 300), (300, 900), (900, 1300)), texts, strict=True):
            draw.rectangle((left, 400 + 120 * row, right, 520 + 120 * row), outline="black", width=4)
            draw.text((left + 25, 430 + 120 * row), words, font=font, fill="black")
    path = tmp_path_factory.mktemp("listing") / "bang.png"
    page.rotate(2, fillcolor="white", resample=Image.Resampling.BICUBIC).save(path, dpi=(200, 200))
    return path


def test_tables_are_in_the_json_and_in_a_file_each_when_asked_for(listing: Path, tmp_path: Path) -> None:
    assert hoso("read", listing, "--out", tmp_path, "--csv").returncode == 0
    content = json.loads((tmp_path / "bang.json").read_text(encoding="utf-8"))
    assert content["tables"] == [{"rows": 2, "columns": 3}]
    cells = [(line["cell"]["row"], line["cell"]["column"]) for line in content["lines"] if "cell" in line]
    assert cells == [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1)]
    written = (tmp_path / "bang.table-1.csv").read_text(encoding="utf-8-sig")
    assert written.splitlines() == ["Số,Họ và tên,Ghi chú", "1,Nguyễn Thị Hoa,"]


def test_csv_files_of_an_earlier_reading_go_and_those_of_other_pages_stay(tmp_path: Path) -> None:
    _write_tables(tmp_path, "bản [sao]", ["a\r\n"] * 3)
    for other in ("bản s", "bản [sao].table-1", "bản [sao]-0001"):
        _write_tables(tmp_path, other, ["b\r\n"])
    _write_tables(tmp_path, "bản [sao]", ["c\r\n"])
    written = {path.name: path.read_text(encoding="utf-8-sig") for path in tmp_path.iterdir()}
    assert written == {
        "bản [sao].table-1.csv": "c\n",
        "bản s.table-1.csv": "b\n",
        "bản [sao].table-1.table-1.csv": "b\n",
        "bản [sao]-0001.table-1.csv": "b\n",
    }
    _write_tables(tmp_path, "bản [sao]", [])
    assert len(list(tmp_path.iterdir())) == 3


@pytest.mark.parametrize("text", ["=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-5+A1", '=HYPERLINK("x", "y")', "- nt"])
def test_a_cell_that_a_spreadsheet_would_run_has_an_apostrophe(text: str, tmp_path: Path) -> None:
    assert _cells_written(text, tmp_path) == [f"'{text}", "x"]


@pytest.mark.parametrize("text", ["-5", "-1.234,5", "+84 912 345 678", "-", "-3 %", "a=b", "'-x", "", '5, "b"'])
def test_numbers_and_other_text_are_written_as_they_are(text: str, tmp_path: Path) -> None:
    assert _cells_written(text, tmp_path) == [text, "x"]


def _cells_written(text: str, folder: Path) -> list[str]:
    """The only row of the file of a table with `text` in its first cell."""
    place = ((0.0, 0.0), (9.0, 0.0), (9.0, 5.0), (0.0, 5.0))
    lines = (Line(text, place, 1.0, "", Cell(0, 0, 0)), Line("x", place, 1.0, "", Cell(0, 0, 1)))
    _write_tables(folder, "a", formats.tables_csv(PageReading(lines, 9, 9, tables=(Table(1, 2),))))
    with (folder / "a.table-1.csv").open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.reader(file)
    return row


def test_a_folder_is_read_and_scored_by_name_and_other_files_are_skipped(scan: Path, tmp_path: Path) -> None:
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    (folder / scan.name).write_bytes(scan.read_bytes())
    (folder / "ghi-chu.txt").write_text("không phải ảnh")
    (folder / "hong.jpg").write_bytes(b"\xff\xd8\xff\xe0broken")
    Image.open(scan).save(folder / "hai.tif", save_all=True, append_images=[Image.new("RGB", (400, 400), "white")])
    done = hoso("read", folder, "--out", out, "--text", "--hocr", "--json")
    report = said(done)
    assert done.returncode == 2  # one file could not be read, and the report says which
    assert [refused["name"] for refused in report["refused"]] == ["hong.jpg"]
    assert report["skipped"] == ["ghi-chu.txt"]
    names = {path.name for path in out.iterdir()}
    assert {"trang.json", "trang.txt", "trang.hocr", "hai-0001.json", "hai-0002.json"} <= names
    content = json.loads((out / "trang.json").read_text(encoding="utf-8"))
    assert set(content) == {"lines", "width", "height", "rotation", "seconds", "tables"}
    assert all(len(line["polygon"]) == 4 for line in content["lines"])
    assert json.loads((out / "hai-0002.json").read_text(encoding="utf-8"))["lines"] == []


def test_pages_side_by_side_read_like_alone_and_come_in_order_with_what_went_wrong(
    reader: PageReader, scan: Path, tmp_path: Path
) -> None:
    (tmp_path / "broken.png").write_bytes(scan.read_bytes()[:2000])
    small = tmp_path / "small.png"
    Image.open(scan).crop((0, 0, 1654, 300)).save(small)
    good = [Page(path.stem, path, "image/png", 0, False) for path in (scan, small)]
    broken = Page("broken", tmp_path / "broken.png", "image/png", 0, False)
    asked = [*good, broken, *good * 3]
    settings = Settings()
    assert settings.pool.reader_threads > 1
    found = list(read_all(settings, asked))
    assert [page for page, _ in found] == asked
    alone = {page: reader.read(page).lines for page in good}
    for page, reading in found:
        assert isinstance(reading, HosoError) if page is broken else reading.lines == alone[page]  # type: ignore[union-attr]
    assert list(read_all(settings, [])) == []


def test_no_page_has_another_pages_name_whatever_the_files_are_called(scan: Path, tmp_path: Path) -> None:
    folder, page = tmp_path / "in", Image.open(scan).resize((165, 120))
    folder.mkdir()
    page.save(folder / "don.pdf", save_all=True, append_images=[page])
    for name in ("don-0001.jpg", "DON.png", "Thư.png", unicodedata.normalize("NFD", "thư.jpg")):
        page.save(folder / name)

    def names(work: str) -> list[str]:
        (tmp_path / work).mkdir()
        return [page.name for page in list_pages([folder], Settings().limits, tmp_path / work).pages]

    found = names("a")
    assert len(found) == 6
    assert len({unicodedata.normalize("NFC", name.casefold()) for name in found}) == 6
    assert {"DON", "don-0001", "don-pdf-0001", "don-pdf-0002"} <= set(found)
    assert names("b") == found


def test_slivers_cost_the_good_page_beside_them_nothing(scan: Path, tmp_path: Path) -> None:
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    (folder / "trang [bold].png").write_bytes(scan.read_bytes())
    for number, shape in enumerate(((1, 6000, 3), (4000, 2, 3))):
        cv2.imwrite(str(folder / f"{number}.png"), np.full(shape, 90, np.uint8))
    done = hoso("read", folder, "--out", out)
    assert done.returncode == 0, done.stderr
    lines = {path.stem: len(json.loads(path.read_text(encoding="utf-8"))["lines"]) for path in out.iterdir()}
    assert lines == {"0": 0, "1": 0, "trang [bold]": 9}


def test_names_are_told_as_they_are(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "hồ sơ [bản sao].jpg").write_bytes(b"\xff\xd8\xff\xe0broken")
    (folder / "[red] :key: [a].txt").write_text("không phải ảnh")
    done = hoso("read", folder, "--out", tmp_path / "out [cuối]")
    assert done.returncode == 2
    for name in ("hồ sơ [bản sao].jpg", "[red] :key: [a].txt", "out [cuối]"):
        assert name in done.stdout


def test_results_that_have_no_place_are_said_before_reading(scan: Path, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    done = hoso("read", scan, "--out", tmp_path / "out", "--json")
    assert (done.returncode, said(done)["error"]["code"]) == (2, "input.invalid")


def test_the_first_page_of_a_sample_scores_well(tmp_path: Path) -> None:
    tool = ROOT.parent / "shared" / "tools" / "score_pages.py"
    if not tool.is_file():
        pytest.skip("the scoring tool is not beside this checkout")
    truth = json.loads((ROOT / "samples" / "khai-sinh.truth.json").read_text(encoding="utf-8"))
    (tmp_path / "gt").mkdir()
    lines = "\n".join(line["text"] for line in truth["pages"][0]["lines"])
    (tmp_path / "gt" / "khai-sinh-0001.txt").write_text(lines, encoding="utf-8")
    assert hoso("read", ROOT / "samples" / "khai-sinh.pdf", "--out", tmp_path / "out").returncode == 0
    scored = subprocess.run(
        [sys.executable, tool, tmp_path / "gt", tmp_path / "out"], capture_output=True, text=True, check=True
    ).stdout
    rate = float(scored.split("TOTAL")[1].split("CER")[1].split()[0])
    assert rate < 3.0, scored
