"""What people write and what it means."""

from __future__ import annotations

import pytest

from dossiers.values import KINDS, parse
from dossiers.values.addresses import read_address
from dossiers.values.dates import date_in_words, number_in_words
from dossiers.values.doubt import doubtful
from dossiers.values.identity import read_personal_number
from dossiers.values.names import same_name

GOOD = [
    ("date", "ngày 05 tháng 3 năm 2024", "2024-03-05"),
    ("date", "Ngày 5 tháng 03 năm 2024.", "2024-03-05"),
    ("date", "05/03/2024 ........", "2024-03-05"),
    ("date", "5-3-2024", "2024-03-05"),
    ("date", "5.3.2024", "2024-03-05"),
    ("date", "05 / 03 / 2024", "2024-03-05"),
    ("date", "2024-03-05", "2024-03-05"),
    ("date", "29/02/2024", "2024-02-29"),
    ("date", "Ngày mười lăm tháng tư năm hai nghìn không trăm hai mươi lăm", "2025-04-15"),
    ("birth", "1990", "1990"),
    ("birth", "tháng 4 năm 1990", "1990-04"),
    ("birth", "12/04/1990", "1990-04-12"),
    ("personal_id", "0 2 2 0 9 5 0 0 1 2 3 4", "022095001234"),
    ("personal_id", "022.095.001.234", "022095001234"),
    ("phone", "0912 345 678", "0912345678"),
    ("phone", "+84 (0)912.345.678", "0912345678"),
    ("phone", "84912345678", "0912345678"),
    ("phone", "0203.3825.123", "02033825123"),
    ("email", "congdan @ example.vn", "congdan@example.vn"),
    ("name", "NGUYỄN  THỊ\u00a0ÐÀO ......", "NGUYỄN THỊ ĐÀO"),
    ("name", "Nguye\u0302\u0303n Va\u0306n An", "Nguyễn Văn An"),
    ("name", "H'Mai Niê", "H'Mai Niê"),
    ("number", "1.250,5 m2", "1250.5"),
    ("number", "120 m2", "120"),
    ("number", "1.250", "1250"),
    ("number", "3.5", "3.5"),
    ("number", "0,45", "0.45"),
    ("money", "2.500.000 đồng", "2500000"),
    ("document_number", "2243 /PCCC&CNCH-P6", "2243/PCCC&CNCH-P6"),
    ("document_number", "83/2017/NĐ-CP", "83/2017/NĐ-CP"),
    ("address", "Số 5, phường An Hòa, tỉnh Quảng Ninh", "Số 5, phường An Hòa, tỉnh Quảng Ninh"),
    ("text", "(2) Kinh ...........", "Kinh"),
    ("prose", "- Như trên; - Lưu: VT.", "- Như trên; - Lưu: VT."),
    ("phone", "............", ""),
]
BAD = [
    ("date", "31/02/2024", "date.impossible"),
    ("date", "29/02/2023", "date.impossible"),
    ("date", "05/03/0024", "date.implausible"),
    ("date", "tháng 3", "date.unreadable"),
    ("date_words", "ngày bốn mươi tháng ba năm hai nghìn", "date_words.unreadable"),
    ("personal_id", "02209500123", "personal_id.length"),
    ("personal_id", "123456789", "personal_id.old_card"),
    ("personal_id", "02209500123X", "personal_id.characters"),
    ("personal_id", "097095001234", "personal_id.province"),
    ("personal_id", "122095001234", "personal_id.province"),
    ("phone", "0112345678", "phone.invalid"),
    ("phone", "091234567", "phone.invalid"),
    ("email", "khong co", "email.invalid"),
    ("name", "Nguyễn Văn 4n", "name.characters"),
    ("name", "An", "name.one_word"),
    ("number", "m2", "number.unreadable"),
    ("document_number", "QĐ-STP", "document_number.form"),
    ("address", "Số 5, tổ 2", "address.province"),
]


@pytest.mark.parametrize(("kind", "raw", "value"), GOOD)
def test_good_values_are_normalised(kind: str, raw: str, value: str) -> None:
    parsed = parse(kind, raw)
    assert (parsed.value, parsed.ok, parsed.reason_code) == (value, True, "")


@pytest.mark.parametrize(("kind", "raw", "reason"), BAD)
def test_bad_values_say_why_and_what_to_do_without_repeating_them(kind: str, raw: str, reason: str) -> None:
    parsed = parse(kind, raw)
    assert (parsed.ok, parsed.reason_code) == (False, reason)
    assert "Hãy" in parsed.vi and parsed.en.endswith(".")
    assert raw not in parsed.vi and raw not in parsed.en


@pytest.mark.parametrize(("kind", "raw", "value"), GOOD)
def test_what_was_normalised_normalises_to_itself(kind: str, raw: str, value: str) -> None:
    assert parse(kind, parse(kind, raw).value).value == value


def test_every_kind_has_a_parser() -> None:
    for kind in KINDS:
        assert parse(kind, "1", options=("1",)).value is not None


@pytest.mark.parametrize(("raw", "value"), [("nam", "Nam"), ("Nữ", "Nữ"), ("Nử", "Nữ"), ("Nu.", "Nữ")])
def test_an_option_forgives_tones_but_nothing_else(raw: str, value: str) -> None:
    assert parse("enum", raw, options=("Nam", "Nữ")).value == value
    assert not parse("enum", "Khác", options=("Nam", "Nữ")).ok


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("năm", 5), ("mười", 10), ("mười lăm", 15), ("hai mươi mốt", 21), ("ba mươi tư", 34),
        ("một trăm linh ba", 103),
        ("một nghìn chín trăm chín mươi tư", 1994), ("hai nghìn không trăm hai mươi sáu", 2026),
        ("hai ngàn linh năm", 2005),
    ],
)  # fmt: skip
def test_numbers_in_words(words: str, number: int) -> None:
    assert number_in_words(words) == number


def test_year_and_five_are_the_same_word_in_dates() -> None:
    assert date_in_words("Ngày năm tháng năm năm hai nghìn không trăm lẻ năm") == "2005-05-05"
    assert date_in_words("mùng một tháng giêng năm một nghìn chín trăm tám mươi") == "1980-01-01"
    assert date_in_words("năm nay") == ""


@pytest.mark.parametrize(
    ("number", "gender", "year"),
    [
        ("022095001234", "Nam", 1995),
        ("022195001234", "Nữ", 1995),
        ("079203001234", "Nam", 2003),
        ("079303001234", "Nữ", 2003),
    ],
)
def test_a_personal_number_says_sex_and_year(number: str, gender: str, year: int) -> None:
    said = read_personal_number(number)
    assert said is not None
    assert (said.gender, said.birth_year) == (gender, year)


@pytest.mark.parametrize(
    ("raw", "province", "tiers"),
    [
        ("phường An Hòa, tỉnh Quảng Ninh", "Tỉnh Quảng Ninh", 2),
        ("phường Hồng Hà, thành phố Hạ Long, tỉnh Quảng Ninh", "Tỉnh Quảng Ninh", 3),
        ("xã Ea Tu, TP. Buôn Ma Thuột, Đắk Lắk", "Tỉnh Đắk Lắk", 3),
        ("phường Sài Gòn, thành phố Hồ Chí Minh", "Thành phố Hồ Chí Minh", 2),
        ("phường 1, quận 3, TP HCM", "Thành phố Hồ Chí Minh", 3),
        ("xã Phú Mỹ, huyện Tân Thành, tỉnh Bà Rịa - Vũng Tàu", "Tỉnh Bà Rịa - Vũng Tàu", 3),
        ("phường Phú Hội, thành phố Huế, tỉnh Thừa Thiên Huế", "Thành phố Huế", 3),
    ],
)
def test_an_address_tells_province_and_tiers(raw: str, province: str, tiers: int) -> None:
    found = read_address(raw)
    assert found is not None
    assert (found.province, found.tiers) == (province, tiers)


def test_names_are_compared_tone_exact() -> None:
    assert same_name("NGUYỄN  VĂN AN", "Nguyễn Văn An")
    assert not same_name("Nguyễn Văn An", "Nguyễn Văn Ân")


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("name", "VỮ BẢO LOAN"), ("name", "NGUYỄN QUANG HƯởNG"), ("name", "TẠ NGQC HÙNG"),
        ("address", "xã Tuyên Sơn, tinh Quảng Trị"), ("address", "xã Gia Phúc, thành phổ Hải Phòng"),
        ("address", "phường Thuận Hóa, thành phố Huể"),
        ("date_words", "Ngày mười một tháng mười năm hai nghìn không trăm hai mươi sảu"), ("text", "thẩm địngh"),
    ],
)  # fmt: skip
def test_spellings_that_can_hardly_be_are_doubted(kind: str, value: str) -> None:
    assert doubtful(kind, value)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("name", "Nguyễn Thị Quỳnh Oanh"), ("name", "LÝ GIÀNG SỸ"), ("name", "Huỳnh Khuyên Gìn"),
        ("address", "Thôn 3, xã Quảng Phú, tỉnh Đắk Lắk"), ("address", "Số 5, phường An Hòa, tỉnh Quảng Ninh"),
        ("text", "Sở NN&MT, UBND TP, HĐND, Đ/c Cục trưởng"),
        ("date_words", "mùng một tháng giêng năm một nghìn chín trăm tám mươi"),
    ],
)  # fmt: skip
def test_common_spellings_are_not_doubted(kind: str, value: str) -> None:
    assert not doubtful(kind, value)
