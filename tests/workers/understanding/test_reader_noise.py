"""What readers do to lines: wrong tones, lost colons, split and joined pieces, a page that leans."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from config.catalogue import forms
from dossiers.page import Line
from tests.workers.understanding.papers import Paper, column, generated, line, page, wrong_fields
from workers.stages.understand import understand

FORMS = ("to_khai_dang_ky_khai_sinh", "ct01_thay_doi_thong_tin_cu_tru", "don_de_nghi_cap_gpxd")
LABELS = {
    kind: [text.rstrip(":") for field in forms().by_id[kind].fields for text in (field.label, field.section) if text]
    for kind in FORMS
}
SLIPS = {"ọ": "o", "ữ": "ử", "ế": "ể", "ổ": "ố", "ủ": "ù", "ị": "i", "ê": "e", "đ": "d", "ư": "u", "Ờ": "Ở", "Đ": "D"}


def split_pieces(one: Line, rng: random.Random) -> list[Line]:
    """The line cut at one space into two pieces, as detectors do at wide gaps."""
    spaces = [n for n, char in enumerate(one.text) if char == " "]
    if not spaces:
        return [one]
    at = rng.choice(spaces)
    (left, top), (right, _), _, (_, bottom) = one.polygon
    middle = left + (right - left) * at / len(one.text)
    first = replace(one, text=one.text[:at], polygon=((left, top), (middle, top), (middle, bottom), (left, bottom)))
    rest = ((middle + 6, top), (right, top), (right, bottom), (middle + 6, bottom))
    return [first, replace(one, text=one.text[at + 1 :], polygon=rest)]


def misread_labels(text: str, kind: str, rng: random.Random) -> str:
    """Up to two wrong letters in each printed label of the line; what was filled in is left alone."""
    for label in sorted(LABELS[kind], key=len, reverse=True):
        if label in text and len(label) > 7:
            wrong = label
            for spot in rng.sample(range(len(label)), 2):
                wrong = wrong[:spot] + SLIPS.get(wrong[spot], wrong[spot]) + wrong[spot + 1 :]
            text = text.replace(label, wrong)
    return text


def with_lines(paper: Paper, change: object) -> Paper:
    assert callable(change)
    pages = [replace(sheet, lines=tuple(new for one in sheet.lines for new in change(one))) for sheet in paper.pages]
    return Paper(pages, paper.fields)


@pytest.mark.parametrize("kind", FORMS)
@pytest.mark.parametrize("seed", range(4))
def test_labels_with_wrong_tones_are_still_found(monkeypatch: pytest.MonkeyPatch, kind: str, seed: int) -> None:
    rng = random.Random(seed)
    noisy = with_lines(
        generated(monkeypatch, kind, seed), lambda one: [replace(one, text=misread_labels(one.text, kind, rng))]
    )
    assert wrong_fields(noisy, understand(noisy.pages, forms())) == {}


@pytest.mark.parametrize("kind", FORMS)
@pytest.mark.parametrize("seed", range(4))
def test_lines_in_two_pieces_read_as_one(monkeypatch: pytest.MonkeyPatch, kind: str, seed: int) -> None:
    rng = random.Random(seed)
    noisy = with_lines(generated(monkeypatch, kind, seed), lambda one: split_pieces(one, rng))
    wrong = wrong_fields(noisy, understand(noisy.pages, forms()))
    assert wrong.keys() <= {"members_table"}, wrong  # a heading of the table cut in two may lose its column


@pytest.mark.parametrize("seed", range(4))
def test_a_page_that_leans_keeps_its_rows(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    def leaning(one: Line) -> list[Line]:
        a, b, c, d = ((x, y + 0.025 * x) for x, y in one.polygon)
        return [replace(one, polygon=(a, b, c, d))]

    paper = with_lines(generated(monkeypatch, "ct01_thay_doi_thong_tin_cu_tru", seed), leaning)
    assert wrong_fields(paper, understand(paper.pages, forms())) == {}


def test_a_lost_colon_does_not_lose_the_value() -> None:
    texts = (
        "TỜ KHAI ĐĂNG KÝ KHAI SINH",
        "Nơi cư trú Số 5, phường An Hòa, tỉnh Quảng Ninh",
        "Giấy tờ tùy thân Không có",
    )
    (document,) = understand([page(column(*texts))], forms()).documents
    values = {field.key: field.value for field in document.fields}
    assert values["requester_residence"] == "Số 5, phường An Hòa, tỉnh Quảng Ninh"
    assert values["requester_id_doc"] == "Không có"


def test_repeated_labels_go_to_the_person_they_stand_under() -> None:
    texts = (
        "TỜ KHAI ĐĂNG KÝ KHAI SINH", "Họ, chữ đệm, tên: NGUYỄN AN", "Dân tộc: Kinh Quốc tịch: Việt Nam",
        "Họ, chữ đệm, tên người cha: NGUYỄN BÌNH", "Dân tộc: Tày Quốc tịch: Lào",
    )  # fmt: skip
    (document,) = understand([page(column(*texts))], forms()).documents
    values = {field.key: field.value for field in document.fields}
    assert (values["child_ethnicity"], values["father_ethnicity"]) == ("Kinh", "Tày")
    assert (values["child_nationality"], values["father_nationality"]) == ("Việt Nam", "Lào")
    assert "mother_ethnicity" not in values


def test_digits_in_cells_and_look_alike_letters_are_one_number_in_doubt() -> None:
    cells = [line(digit, 900 + 50 * n, 276, 30, confidence=0.9) for n, digit in enumerate("O2209500l234")]
    lines = [*column("TỜ KHAI THAY ĐỔI THÔNG TIN CƯ TRÚ", "1. Họ, chữ đệm và tên: LÊ AN", top=170), *cells]
    lines.append(line("4. Số định danh cá nhân:", 240, 276, 400))
    (document,) = understand([page(lines)], forms()).documents
    field = next(field for field in document.fields if field.key == "personal_id")
    assert (field.value, field.in_doubt) == ("022095001234", True)


def test_an_empty_place_is_empty_and_not_its_neighbour() -> None:
    texts = (
        "TỜ KHAI THAY ĐỔI THÔNG TIN CƯ TRÚ",
        "5. Số điện thoại liên hệ: ........",
        "6. Email: ........",
        "7. Họ, chữ đệm và tên chủ hộ: LÊ AN",
    )
    (document,) = understand([page(column(*texts))], forms()).documents
    values = {field.key: field.value for field in document.fields}
    assert values == {"phone": "", "email": "", "household_head_name": "LÊ AN"}


@pytest.mark.parametrize("answer", ["Nam ☑ Nữ ☐", "☑ Nam ☐ Nữ", "[x] Nam [ ] Nữ", "Nam [x] Nữ [ ]"])
def test_the_ticked_option_is_the_value(answer: str) -> None:
    lines = column("TỜ KHAI THAY ĐỔI THÔNG TIN CƯ TRÚ", f"3. Giới tính: {answer}")
    (document,) = understand([page(lines)], forms()).documents
    assert [field.value for field in document.fields] == ["Nam"]


def test_printed_options_without_a_tick_are_no_answer() -> None:
    lines = column("TỜ KHAI THAY ĐỔI THÔNG TIN CƯ TRÚ", "3. Giới tính: Nam Nữ")
    (document,) = understand([page(lines)], forms()).documents
    assert document.fields[0].in_doubt


def test_a_joined_header_is_cut_into_its_columns() -> None:
    lines = [
        line("UBND TỈNH QUẢNG NINH CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 230, 110, 1290),
        line("SỞ TƯ PHÁP", 380, 160, 190), line("Độc lập - Tự do - Hạnh phúc", 900, 160, 440),
        line("Số: 12 /STP-HCTP", 330, 240, 300), line("Quảng Ninh, ngày 05 tháng 3 năm 2026", 840, 240, 520),
        line("V/v hướng dẫn số hóa hồ sơ", 300, 290, 400), line("Kính gửi: UBND phường An Hòa.", 420, 400, 500),
        line("Nơi nhận:", 240, 1500, 140), line("KT. GIÁM ĐỐC", 1080, 1500, 260),
        line("- Như trên;", 240, 1540, 160), line("PHÓ GIÁM ĐỐC", 1075, 1550, 270),
        line("- Lưu: VT.", 240, 1580, 150), line("TƯ PH", 1010, 1570, 90, confidence=0.97),
        line("Trần Văn Bình", 1085, 1800, 250),
    ]  # fmt: skip
    (document,) = understand([page(lines)], forms()).documents
    assert {field.key: field.value for field in document.fields} == {
        "parent_agency": "UBND TỈNH QUẢNG NINH", "agency": "SỞ TƯ PHÁP", "number": "12/STP-HCTP", "place": "Quảng Ninh",
        "date": "2026-03-05", "type": "CÔNG VĂN", "abstract": "hướng dẫn số hóa hồ sơ",
        "recipient": "UBND phường An Hòa.", "recipients": "- Như trên; - Lưu: VT.",
        "signer_position": "KT. GIÁM ĐỐC PHÓ GIÁM ĐỐC", "signer_name": "Trần Văn Bình",
    }  # fmt: skip
