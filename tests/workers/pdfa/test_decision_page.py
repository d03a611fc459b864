"""The front of a result: what other programs read from it and see on it, and its join with the package."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2 as pdfium
import pytest
from PIL import Image, ImageCms

from workers.pdfa import icc
from workers.pdfa.clauses import violations
from workers.pdfa.compose import append_pages
from workers.pdfa.decision_page import LEADER_BOX, SEAL_BOX, DecisionPage, decision_page

MANY = tuple((f"Trường số {i}", f"Giá trị của trường thứ {i}, phường Hồng Gai") for i in range(1, 81))


def text_of(pdf: bytes, folder: Path, *options: str) -> str:
    path = folder / "x.pdf"
    path.write_bytes(pdf)
    return subprocess.run(["pdftotext", *options, path, "-"], check=True, capture_output=True, text=True).stdout


def test_the_text_comes_out_in_vietnamese(decision: DecisionPage, tmp_path: Path) -> None:
    text = text_of(decision_page(decision), tmp_path, "-layout")
    for expected in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "Số: 1205/KQ-UBND",
        "Hồng Gai, ngày 03 tháng 02 năm 2026", "KẾT QUẢ GIẢI QUYẾT HỒ SƠ", "H49.01-261123-0001", "a3" * 32,
        "NGUYỄN HOÀNG BẢO AN", "Nơi nhận:", "TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH", "Phạm Minh Tuấn",
    ):  # fmt: skip
        assert expected in text


def test_the_places_of_signature_and_seal_are_empty(decision: DecisionPage) -> None:
    page = pdfium.PdfDocument(decision_page(replace(decision, fields=MANY)))[0]
    pixels = page.render(scale=2).to_numpy()
    height = page.get_height()
    for left, bottom, right, top in (LEADER_BOX, SEAL_BOX):
        area = pixels[int((height - top) * 2) : int((height - bottom) * 2), int(left * 2) : int(right * 2)]
        assert area.min() > 250
    # NĐ 30/2020, Phụ lục I: the seal is real size (36 mm) and covers about a third of the signature from the left.
    assert SEAL_BOX[2] - SEAL_BOX[0] == pytest.approx(36 * 72 / 25.4, abs=0.1)
    assert 0.25 < (SEAL_BOX[2] - LEADER_BOX[0]) / (LEADER_BOX[2] - LEADER_BOX[0]) < 0.4


def test_fields_that_do_not_fit_go_to_further_pages_and_none_is_lost(decision: DecisionPage, tmp_path: Path) -> None:
    pdf = decision_page(replace(decision, fields=MANY))
    assert len(pdfium.PdfDocument(pdf)) >= 3
    text = text_of(pdf, tmp_path)
    assert all(f"Trường số {i}\n" in text for i in range(1, 81))
    assert violations(pdf) == []


def test_letters_the_font_lacks_show_as_squares_and_long_words_are_cut(decision: DecisionPage, tmp_path: Path) -> None:
    pdf = decision_page(replace(decision, fields=(("Tên 漢字", "x" * 400), ("Dài", "rất dài " * 2000))))
    assert "□□" in text_of(pdf, tmp_path)
    assert violations(pdf) == []


def test_a_decision_that_cannot_fit_is_refused(decision: DecisionPage) -> None:
    with pytest.raises(ValueError, match="does not fit"):
        decision_page(replace(decision, decision="chấp thuận " * 500))


def test_the_same_decision_gives_the_same_bytes(decision: DecisionPage, packaged: bytes) -> None:
    front = decision_page(decision)
    assert front == decision_page(decision)
    assert append_pages(front, packaged) == append_pages(front, packaged)


def test_the_join_keeps_pages_fields_and_titles(decision: DecisionPage, packaged: bytes, tmp_path: Path) -> None:
    joined = append_pages(decision_page(decision), packaged)
    with pikepdf.open(BytesIO(joined)) as pdf:
        assert len(pdf.pages) == 3
        assert pdf.attachments["fields.json"].get_file().read_bytes() == '{"a": "đ"}'.encode()
        assert str(pdf.docinfo["/Title"]) == "Kết quả giải quyết hồ sơ H49.01-261123-0001"
    text = text_of(joined, tmp_path)
    assert text.index("KẾT QUẢ GIẢI QUYẾT") < text.index("Kính gửi: Ủy ban nhân dân phường Hồng Gai")
    with pytest.raises(ValueError, match="joined"):
        append_pages(b"nothing", packaged)


def test_the_output_profile_is_srgb() -> None:
    colours = np.random.default_rng(1).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    ours = ImageCms.ImageCmsProfile(BytesIO(icc.srgb()))
    through = ImageCms.profileToProfile(Image.fromarray(colours), ours, ImageCms.createProfile("sRGB"))
    assert through is not None
    assert np.abs(np.asarray(through).astype(int) - colours).max() <= 1
