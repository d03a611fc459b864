"""Which text layers stand for their page, and which are read again."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path

import pikepdf
import pypdfium2 as pdfium
import pytest
from PIL import Image

from dossiers.page import Line
from workers.formats import signatures, textlayer
from workers.formats.vietnamese import is_real_text, is_syllable
from workers.pdfa.decision_page import DecisionPage, decision_page
from workers.stages.package import PackageInfo, PackagePage, package

SENTENCE = "Ủy ban nhân dân phường Hồng Gai đã tiếp nhận hồ sơ và quyết định chấp thuận đăng ký khai sinh cho trẻ."


def typed(decision: str = SENTENCE) -> bytes:
    fields = tuple((f"Trường số {i}", f"Giá trị thứ {i}") for i in range(6))
    return decision_page(
        DecisionPage(
            "", "Ủy ban nhân dân phường Hồng Gai", "1", "KQ-UBND", "Hồng Gai", date(2026, 11, 23), "H49-1",
            "Đăng ký khai sinh", "Nguyễn Văn Đức", decision, fields, "0" * 64, ("Lưu: VT.",), "", "Chủ tịch",
            "Phạm Minh Tuấn", datetime(2026, 11, 23, tzinfo=UTC),
        )
    )  # fmt: skip


def good(pdf: bytes) -> bool:
    document = pdfium.PdfDocument(pdf)
    document.init_forms()
    return textlayer.is_good(document[0])


def edited(pdf: bytes, edit: Callable[[pikepdf.Pdf], None]) -> bytes:
    with pikepdf.open(BytesIO(pdf)) as opened:
        edit(opened)
        sink = BytesIO()
        opened.save(sink)
        return sink.getvalue()


def content(before: bytes, after: bytes = b"") -> Callable[[pikepdf.Pdf], None]:
    def edit(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].contents_add(pikepdf.Stream(pdf, before), prepend=True)
        pdf.pages[0].contents_add(pikepdf.Stream(pdf, after))

    return edit


def remapped(table: dict[str, str]) -> Callable[[pikepdf.Pdf], None]:
    """Change what the characters of the page's fonts mean, as a legacy font's encoding does."""

    def edit(pdf: pikepdf.Pdf) -> None:
        for font in pdf.pages[0].Resources.Font.as_dict().values():
            cmap = font.ToUnicode.read_bytes()
            for char, other in table.items():
                cmap = cmap.replace(b"> <%04X>" % ord(char), b"> <%04X>" % ord(other))
            font.ToUnicode.write(cmap)

    return edit


def test_a_typed_vietnamese_page_is_good() -> None:
    assert good(typed())


def test_a_page_with_vietnamese_letters_mapped_to_legacy_ones_is_read_again() -> None:
    # TCVN3: the letters of ABC fonts as Unicode reads them.
    legacy = dict(zip("àáạảãâấầậăđêếệôốộơờợưứừ", "µ¸¹¶·©ÊÇË¨®ªÕÖ«èéîêîüõ", strict=False))
    assert not good(edited(typed(), remapped(legacy)))


def test_private_use_letters_are_read_again() -> None:
    assert not good(edited(typed(), remapped({c: chr(0xE000 + i) for i, c in enumerate("ủậồịấềơđ")})))


def test_invisible_white_and_covered_text_is_read_again() -> None:
    assert not good(edited(typed(), content(b"3 Tr")))
    assert not good(edited(typed(), content(b"1 g")))
    assert not good(edited(typed(), content(b"", b"1 g 0 0 600 842 re f")))


def test_text_that_lies_sideways_is_read_again() -> None:
    assert not good(edited(typed(), lambda pdf: pdf.pages[0].rotate(90, relative=False)))


def test_a_scan_with_a_layer_of_some_ocr_is_read_again() -> None:
    sink = BytesIO()
    Image.new("L", (1240, 1754), 255).save(sink, "JPEG")
    tops = range(90, 990, 110)
    lines = tuple(Line(SENTENCE, ((90, y), (1100, y), (1100, y + 40), (90, y + 40)), 1.0) for y in tops)
    info = PackageInfo("H49-1", "Hồ sơ", "UBND", datetime(2026, 11, 23, tzinfo=UTC), b"{}")
    assert not good(package([PackagePage(sink.getvalue(), 1240, 1754, 150, lines)], info))


def test_print_that_the_layer_does_not_hold_is_read_again() -> None:
    picture = b"".join(b"80 %d 400 9 re f " % y for y in range(60, 800, 14))
    assert not good(edited(typed(), content(b"", b"0 g " + picture)))


@pytest.mark.parametrize(("colour", "expected"), [(b"0 g", False), (b"0.9 0.1 0.1 rg", True)])
def test_a_number_stamped_as_a_picture_is_read_but_a_red_seal_is_no_reason(colour: bytes, expected: bool) -> None:
    def stamp(pdf: pikepdf.Pdf) -> None:
        digits = pikepdf.Stream(pdf, colour + b" 0 0 6 10 re 9 0 6 10 re f", Type=pikepdf.Name.XObject)
        digits.Subtype, digits.BBox = pikepdf.Name.Form, [0, 0, 40, 12]
        widget = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Widget, FT=pikepdf.Name.Sig, T=pikepdf.String("S"), F=132,
            Rect=[110, 400, 150, 412], AP=pikepdf.Dictionary(N=pdf.make_indirect(digits)),
        )  # fmt: skip
        field = pdf.make_indirect(widget)
        pdf.pages[0].Annots = pikepdf.Array([field])
        pdf.Root.AcroForm = pikepdf.Dictionary(Fields=[field], SigFlags=3)

    assert good(edited(typed("Đồng ý."), stamp)) is expected


def test_rows_are_split_at_columns_and_normalised() -> None:
    found = [row.text for row in textlayer.rows(pdfium.PdfDocument(typed())[0])]
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in found
    assert "Số: 1/KQ-UBND" in found
    eth = [row.text for row in textlayer.rows(pdfium.PdfDocument(edited(typed(), remapped({"Đ": "Ð"})))[0])]
    assert "Đăng ký khai sinh" in eth


@pytest.mark.parametrize(
    "word",
    ["nghiêng", "Nguyễn", "quyết", "khuya", "ngoằn", "oách", "ý", "ủy", "thuở", "giếng", "yêu", "uống", "HỒNG", "Đắk"],
)
def test_vietnamese_syllables(word: str) -> None:
    assert is_syllable(word)


@pytest.mark.parametrize("word", ["hoaø", "nghÜa", "céngg", "Coäng", "hëi", "ngé́", "Müller", "çà", "xãã", "thñ"])
def test_what_is_no_syllable(word: str) -> None:
    assert not is_syllable(word)


def test_real_and_legacy_text() -> None:
    assert is_real_text(SENTENCE)
    assert not is_real_text("Céng hoµ x· héi chñ nghÜa ViÖt Nam §éc lËp - Tù do - H¹nh phóc")
    assert not is_real_text("Coäng hoøa xaõ hoäi chuû nghóa Vieät Nam Ñoäc laäp - Töï do - Haïnh phuùc")
    assert not is_real_text("Cong hoa xa hoi chu nghia Viet Nam Doc lap Tu do Hanh phuc")
    assert not is_real_text("Đơn này")


def test_validating_a_signature_logs_no_names(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(typed())
    before = logging.getLogger("pyhanko").level
    with caplog.at_level(logging.DEBUG):
        assert signatures.report(path) is None
        with signatures._quiet():
            logging.getLogger("pyhanko.sign.validation.generic_cms").warning("Nguyễn Văn Đức")
    assert caplog.records == []
    assert logging.getLogger("pyhanko").level == before
