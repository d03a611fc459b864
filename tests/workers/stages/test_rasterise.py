"""Pages become pixels: the right size, the right way up, text lines on the print."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from PIL import Image

from config.settings import Limits
from dossiers.page import Box
from workers.formats.errors import BrokenFile, TooManyPixels, UnknownType
from workers.formats.sniff import JPEG, PDF, PNG, TIFF
from workers.stages.package import PackageInfo, PackagePage, package
from workers.stages.rasterise import rasterise

LIMITS = Limits()


def save(image: Image.Image, path: Path, **options: object) -> Path:
    image.save(path, **options)
    return path


@pytest.fixture
def typed(tmp_path: Path, typed_pdf: bytes) -> Path:
    (tmp_path / "typed.pdf").write_bytes(typed_pdf)
    return tmp_path / "typed.pdf"


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_text_lines_lie_on_the_print_however_the_page_is_turned(typed: Path, rotate: int) -> None:
    with pikepdf.open(typed, allow_overwriting_input=True) as pdf:
        pdf.pages[0].Rotate = rotate
        pdf.pages[0].CropBox = [20, 30, 580, 820]
        pdf.save(typed)
    page = rasterise(typed, PDF, 0, LIMITS, with_text=True)
    assert page.dpi == 200
    assert page.text_lines is not None
    dark = page.image.max(axis=2) < 128
    texts = [line.text for line in page.text_lines]
    assert "KẾT QUẢ GIẢI QUYẾT HỒ SƠ" in texts
    # The two heads stand side by side: they are lines of their own.
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in texts
    for line in page.text_lines:
        box = Box.of(line.polygon)
        area = dark[int(box.top) : int(box.bottom) + 1, int(box.left) : int(box.right) + 1]
        assert area.mean() > 0.08, line.text


def test_a_scan_is_drawn_at_its_own_resolution_within_reason(tmp_path: Path, jpeg: bytes) -> None:
    info = PackageInfo("H49-1", "Hồ sơ", "UBND", datetime(2026, 11, 23, tzinfo=UTC), b"{}")
    for dpi, expected in ((150, 150), (250, 250), (600, 300), (72, 150)):
        path = tmp_path / f"{dpi}.pdf"
        path.write_bytes(package([PackagePage(jpeg, 1240, 1754, dpi)], info))
        assert rasterise(path, PDF, 0, LIMITS).dpi == pytest.approx(expected, abs=1)


def test_no_side_is_longer_than_the_limit(tmp_path: Path, typed: Path) -> None:
    limits = Limits(page_side_px=900)
    page = rasterise(typed, PDF, 0, limits)
    assert 880 < max(page.image.shape) <= 900
    with pikepdf.open(typed) as pdf:
        pdf.pages[0].MediaBox = [0, 0, 14_000, 200]
        pdf.save(tmp_path / "long.pdf")
    assert max(rasterise(tmp_path / "long.pdf", PDF, 0, LIMITS).image.shape) <= LIMITS.page_side_px
    photo = rasterise(save(Image.new("RGB", (3000, 2000)), tmp_path / "a.png"), PNG, 0, limits)
    assert photo.image.shape == (600, 900, 3)
    assert photo.dpi == pytest.approx(900 / 11.69, rel=0.01)


def test_a_photo_stands_as_exif_says(tmp_path: Path) -> None:
    image = Image.new("RGB", (60, 40), "white")
    image.paste((255, 0, 0), (0, 0, 20, 40))
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned 90 degrees clockwise
    page = rasterise(save(image, tmp_path / "a.jpg", exif=exif, quality=95), JPEG, 0, LIMITS)
    assert page.image.shape == (60, 40, 3)
    # The red left edge (BGR) is now on top.
    assert page.image[5, 20, 2] > 200
    assert page.image[5, 20, 0] < 60
    assert page.image[50, 20, 0] > 200


def test_tiff_frames_odd_modes_and_paper_resolution(tmp_path: Path) -> None:
    frames = [Image.new("1", (800, 1100), i % 2) for i in range(3)]
    path = save(frames[0], tmp_path / "a.tif", save_all=True, append_images=frames[1:], dpi=(96, 96))
    levels = [int(rasterise(path, TIFF, i, LIMITS).image.mean()) for i in range(3)]
    assert levels == [0, 255, 0]
    assert rasterise(path, TIFF, 1, LIMITS).dpi == pytest.approx(96, abs=1)
    deep = Image.fromarray(np.full((50, 50), 128 * 257, np.uint16))
    assert rasterise(save(deep, tmp_path / "16.png"), PNG, 0, LIMITS).image.mean() == pytest.approx(128, abs=1)
    clear = Image.new("RGBA", (50, 50), (0, 0, 0, 0))
    assert rasterise(save(clear, tmp_path / "clear.png"), PNG, 0, LIMITS).image.min() == 255


def test_what_people_typed_into_form_fields_is_drawn(tmp_path: Path, typed: Path) -> None:
    with pikepdf.open(typed) as pdf:
        black = pikepdf.Stream(pdf, b"0 g 0 0 100 40 re f", Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form)
        black.BBox = [0, 0, 100, 40]
        field = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Widget, FT=pikepdf.Name.Tx, T=pikepdf.String("a"), F=4,
            V=pikepdf.String("An"), Rect=[300, 400, 400, 440], AP=pikepdf.Dictionary(N=black),
        )  # fmt: skip
        widget = pdf.make_indirect(field)
        pdf.pages[0].Annots = pikepdf.Array([widget])
        pdf.Root.AcroForm = pikepdf.Dictionary(Fields=[widget])
        pdf.save(tmp_path / "form.pdf")
    image = rasterise(tmp_path / "form.pdf", PDF, 0, LIMITS).image
    x, y = round(350 * 200 / 72), round((841.89 - 420) * 200 / 72)
    assert image[y - 20 : y + 20, x - 40 : x + 40].max() < 40


def test_a_page_that_cannot_be_drawn_says_so(tmp_path: Path, typed: Path) -> None:
    with pytest.raises(BrokenFile):
        rasterise(typed, PDF, 9, LIMITS)
    (tmp_path / "x.pdf").write_bytes(b"%PDF-1.7 nothing")
    with pytest.raises(BrokenFile):
        rasterise(tmp_path / "x.pdf", PDF, 0, LIMITS)
    with pytest.raises(UnknownType):
        rasterise(typed, "text/plain", 0, LIMITS)
    sink = BytesIO()
    Image.new("L", (2000, 2000)).save(sink, "PNG")
    (tmp_path / "big.png").write_bytes(sink.getvalue())
    with pytest.raises(TooManyPixels):
        rasterise(tmp_path / "big.png", PNG, 0, Limits(image_pixels=1_000_000))
