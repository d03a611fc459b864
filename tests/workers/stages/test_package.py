"""The package: invisible text lies on the words and comes out right in programs of others; same input, same bytes."""

from __future__ import annotations

import subprocess
import tracemalloc
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pypdfium2 as pdfium
import pytest
from PIL import Image, ImageDraw, ImageFont

from dossiers.page import Line, Polygon
from workers.pdfa.clauses import violations
from workers.pdfa.fonts import FOLDER
from workers.stages.package import PackageInfo, PackagePage, package, write_package

INFO = PackageInfo("H49-1", "Hồ sơ thử", "UBND phường Hồng Gai", datetime(2026, 11, 23, tzinfo=UTC), b"{}")
SIZE = (1654, 2339)
LETTERS = "".join(
    unicodedata.normalize("NFC", base + tone)
    for base in "aăâeêioôơuưyAĂÂEÊIOÔƠUƯY"
    for tone in ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
) + "đĐ"  # fmt: skip
TEXTS = (
    "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
    "Độc lập - Tự do - Hạnh phúc",
    "Kính gửi: UBND phường Hồng Gai",
    "Số: 12/3A-Đ",
)


def printed() -> tuple[Image.Image, list[Line]]:
    """A page with `TEXTS` printed on it, and their lines."""
    image = Image.new("RGB", SIZE, "white")
    draw, font = ImageDraw.Draw(image), ImageFont.truetype(str(FOLDER / "Tinos-Regular.ttf"), 44)
    lines = []
    for i, text in enumerate(TEXTS):
        box = draw.textbbox((200, 200 + 100 * i), text, font=font)
        draw.text((200, 200 + 100 * i), text, font=font, fill="black")
        lines.append(Line(text, ((box[0], box[1]), (box[2], box[1]), (box[2], box[3]), (box[0], box[3])), 0.9))
    return image, lines


def encoded(image: Image.Image, kind: str) -> bytes:
    sink = BytesIO()
    image.save(sink, kind)
    return sink.getvalue()


def paged(lines: list[Line], image: Image.Image | None = None, kind: str = "JPEG") -> bytes:
    data = encoded(image or Image.new("L", SIZE, "white"), kind)
    return package([PackagePage(data, *SIZE, 200, tuple(lines))], INFO)


def turned(left: float, top: float, width: float, height: float, degrees: float) -> Polygon:
    """An upright rectangle turned clockwise about its top left corner."""
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    corners = ((0.0, 0.0), (width, 0.0), (width, height), (0.0, height))
    a, b, c, d = ((left + x * cos - y * sin, top + x * sin + y * cos) for x, y in corners)
    return a, b, c, d


def poppler(pdf: bytes, folder: Path, *options: str) -> str:
    path = folder / "p.pdf"
    path.write_bytes(pdf)
    return subprocess.run(["pdftotext", *options, path, "-"], check=True, capture_output=True, text=True).stdout


def words(pdf: bytes, folder: Path) -> list[tuple[str, float, float, float, float]]:
    """Words with their boxes in pixels at 200 dpi, as poppler sees them."""
    tree = ElementTree.fromstring(poppler(pdf, folder, "-bbox"))
    found = tree.iter("{http://www.w3.org/1999/xhtml}word")
    return [(w.text or "", *(float(w.attrib[k]) / 0.36 for k in ("xMin", "yMin", "xMax", "yMax"))) for w in found]


def test_the_text_comes_out_as_given_in_order_and_nfc(tmp_path: Path) -> None:
    image, lines = printed()
    pdf = paged([Line(unicodedata.normalize("NFD", line.text), line.polygon, 0.9) for line in lines], image)
    text = poppler(pdf, tmp_path)
    assert [row for row in text.splitlines() if row] == list(TEXTS)
    assert unicodedata.is_normalized("NFC", text)
    seen = pdfium.PdfDocument(pdf)[0].get_textpage().get_text_range()
    assert seen.split() == " ".join(TEXTS).split()


def test_all_134_letters_and_any_other_character_survive(tmp_path: Path) -> None:
    rows = [LETTERS[i : i + 40] for i in range(0, len(LETTERS), 40)] + ["漢字 ① Ж 😀 ₫ ☐"]
    lines = [Line(row, turned(100, 100 + 100 * i, 1200, 50, 0), 0.9) for i, row in enumerate(rows)]
    assert len({c for c in LETTERS if c not in "aeiouyAEIOUY"}) == 134
    assert poppler(paged(lines), tmp_path, "-raw").split() == " ".join(rows).split()


def test_each_word_lies_on_its_print(tmp_path: Path) -> None:
    image, lines = printed()
    found = words(paged(lines, image), tmp_path)
    ink = np.asarray(image.convert("L")) < 128
    for text, left, top, right, bottom in found:
        # The columns just outside a word are the white of a space, those at its ends are ink.
        rows = slice(int(top), int(bottom) + 1)
        assert not ink[rows, round(left) - 6 : round(left) - 3].any(), text
        assert not ink[rows, round(right) + 3 : round(right) + 6].any(), text
        assert ink[rows, round(left) : round(left) + 6].any(), text
        assert ink[rows, round(right) - 7 : round(right) + 1].any(), text


@pytest.mark.parametrize("degrees", [-3.0, -1.0, 0.3, 2.0, 4.0])
def test_words_of_a_sloping_line_stay_whole_and_lie_on_it(tmp_path: Path, degrees: float) -> None:
    polygon = turned(200, 700, 1100, 44, degrees)
    found = words(paged([Line("Nguyễn Thị Minh Khai, phường Hồng Gai", polygon, 0.9)]), tmp_path)
    # Whole words; from about three degrees on poppler takes the two ends of so long a line for different lines.
    given = ["Nguyễn", "Thị", "Minh", "Khai,", "phường", "Hồng", "Gai"]
    assert sorted(w[0] for w in found) == sorted(given)
    assert [w[0] for w in found] == given or abs(degrees) >= 3
    normal = np.array([-np.sin(np.radians(degrees)), np.cos(np.radians(degrees))])
    for _, left, top, right, bottom in found:
        middle = np.array([(left + right) / 2 - 200, (top + bottom) / 2 - 700])
        assert abs(middle @ normal - 22) < 3


def test_lines_that_stand_upright_or_on_their_head_keep_their_place(tmp_path: Path) -> None:
    for degrees in (90, 180, 270):
        found = words(paged([Line("Quảng Ninh", turned(800, 900, 500, 44, degrees), 0.9)]), tmp_path)
        xs, ys = zip(*turned(800, 900, 500, 44, degrees), strict=True)
        assert {w[0] for w in found} == {"Quảng", "Ninh"}
        assert min(w[1] for w in found) == pytest.approx(min(xs), abs=3)
        assert max(w[4] for w in found) == pytest.approx(max(ys), abs=3)


def test_lines_without_text_or_area_are_left_out(tmp_path: Path) -> None:
    flat = ((10.0, 10.0), (10.0, 10.0), (10.0, 10.0), (10.0, 10.0))
    lines = [Line("", turned(1, 1, 9, 9, 0), 1), Line("a\x00b", turned(50, 50, 90, 30, 0), 1), Line("x", flat, 1)]
    pdf = paged(lines)
    assert poppler(pdf, tmp_path).split() == ["ab"]
    assert violations(paged([])) == []


@pytest.mark.parametrize(
    ("mode", "kind"),
    [("RGB", "JPEG"), ("L", "JPEG"), ("CMYK", "JPEG"), ("1", "PNG"), ("L", "PNG"), ("RGB", "PNG"), ("RGBA", "PNG"),
     ("P", "PNG"), ("LA", "PNG"), ("I;16", "PNG"), ("RGB", "WEBP"), ("1", "TIFF")],
)  # fmt: skip
def test_every_kind_of_image_looks_the_same_in_the_package(mode: str, kind: str) -> None:
    image, lines = printed()
    image.paste((200, 30, 40), (300, 900, 600, 1200))
    if mode == "I;16":
        given = Image.fromarray(np.asarray(image.convert("L")).astype(np.uint16) * 257)
    else:
        given = image.convert(mode)
    pdf = paged(lines, given, kind)
    assert violations(pdf) == []
    shown = pdfium.PdfDocument(pdf)[0].render(scale=200 / 72, rev_byteorder=True).to_pil().convert("RGB")
    expected = image.convert("L").convert("RGB") if mode in ("L", "LA", "I;16") else given.convert("RGB")
    difference = np.abs(np.asarray(shown, int)[: SIZE[1], : SIZE[0]] - np.asarray(expected, int))
    assert difference.mean() < 2.5


def test_a_jpeg_goes_in_as_it_is() -> None:
    image, _ = printed()
    jpeg = encoded(image, "JPEG")
    assert jpeg in package([PackagePage(jpeg, *SIZE, 200)], INFO)


def test_the_same_input_gives_the_same_bytes() -> None:
    image, lines = printed()
    assert paged(lines, image) == paged(lines, image)
    assert paged(lines, image) != paged(lines[:-1], image)


def test_pages_are_taken_one_at_a_time(tmp_path: Path) -> None:
    noise = Image.fromarray(np.random.default_rng(3).integers(0, 256, (600, 600, 3), dtype=np.uint8))
    jpeg = encoded(noise, "JPEG")

    def pages() -> Iterator[PackagePage]:
        for i in range(120):
            yield PackagePage(jpeg, 600, 600, 72, (Line(f"trang {i}", turned(50, 50, 300, 40, 0), 1),))

    with (tmp_path / "large.pdf").open("wb") as sink:
        tracemalloc.start()
        write_package(pages(), INFO, sink)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        size = sink.tell()
    assert size > 100 * len(jpeg)
    assert peak < 10 * len(jpeg) + 2_000_000


def test_a_package_without_pages_or_with_a_wrong_size_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        package([], INFO)
    with pytest.raises(ValueError, match="10x10"):
        package([PackagePage(encoded(Image.new("L", SIZE), "PNG"), 10, 10, 200)], INFO)
    with pytest.raises(ValueError, match="readable"):
        package([PackagePage(b"no image", 10, 10, 200)], INFO)
