"""What print never does is mended, and nothing else."""

from __future__ import annotations

import pytest

from models.recognition.typography import as_printed


@pytest.mark.parametrize(
    ("read", "printed"),
    [
        ("Thời gian ký: 09:44:47 + 07:00", "Thời gian ký: 09:44:47 +07:00"),
        ("41; 50 đến 59;61, 72", "41; 50 đến 59; 61, 72"),
        ("Nơi nhận;", "Nơi nhận;"),
        ("Email: vanthư@tinhủy.gov.vn", "Email: vanthu@tinhuy.gov.vn"),
        ("(https://dịchvucông.gov.vn/hồ-so;x=1)", "(https://dichvucong.gov.vn/ho-so;x=1)"),
        ("www.đà-nẵng.gov.vn", "www.da-nang.gov.vn"),
        ("¹²", "12"),
        ("pHÓ CỤC TRƯỞNG", "PHÓ CỤC TRƯỞNG"),
        ("ỦY BAN NHÂN DÂN xÃ", "ỦY BAN NHÂN DÂN xÃ"),
        ("20. Nội dung: 4:401.000 đồng", "20. Nội dung: 4.401.000 đồng"),
        (".8. Ngày cấp:", "8. Ngày cấp:"),
        ("CHỦ NGHĨA VIỆT NAM .", "CHỦ NGHĨA VIỆT NAM"),
        ("cHỦ TỊCH, sỞ Y TẾ, cÔNG BỐ", "CHỦ TỊCH, sỞ Y TẾ, CÔNG BỐ"),
    ],
)
def test_what_print_never_does_is_mended(read: str, printed: str) -> None:
    assert as_printed(read) == printed
    assert as_printed(printed) == printed


@pytest.mark.parametrize(
    "text",
    [
        "98,99",
        "m²",
        "⁷ Xem Điều 5¹",
        "Ư@ừwò Ỵặ",
        "1.250.000",
        "2243/PCCC&CNCH-P6",
        "pH 7, kWh, mmHg, sRGB, cDNA",
        "vNeID",
        "Xã Ea H'Leo",
        "phó chủ tịch",
        "Nôi nhận: a; b",
        "Số 83/2017/NĐ-CP",
        "08:44 đến 09:30",
        "1:500, 1:2000, 12:345:678",
        ".5 kg",
        "",
    ],
)
def test_the_rest_stands_as_it_was_read(text: str) -> None:
    assert as_printed(text) == text
