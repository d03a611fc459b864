"""Numbers that point at a person are found wherever they stand; other numbers of official papers are not."""

from __future__ import annotations

import pytest

from dossiers.values.personal import identifying


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Số định danh cá nhân: 001085012345", "personal_id"),
        ("Số định danh: 001 085 012 345, cấp ngày 05/04/2021", "personal_id"),
        ("0|0|1|0|8|5|0|1|2|3|4|5", "personal_id"),
        ("CMND số 012345678", "old_card"),
        ("Điện thoại: 0912.345.678", "phone"),
        ("ĐT (024) 3825 1234", "phone"),
        ("+84 912 345 678", "phone"),
        ("Thư điện tử: nguyen.a @ xa.gov.vn", "email"),
        ("Hộ chiếu số B1234567", "passport"),
        ("Mã số thuế 0100109106-001", "number"),
        ("Tài khoản 1903 3456 7890 12", "number"),
    ],
)
def test_a_number_of_a_person_is_found(text: str, kind: str) -> None:
    assert kind in identifying(text)


@pytest.mark.parametrize(
    "text",
    [
        "Số: 2243/PCCC&CNCH-P6 ngày 12/05/2021",
        "Lệ phí: 2.500.000.000 đồng",
        "Từ 12.05.2021 - 30.06.2021",
        "Thửa đất số 123, tờ bản đồ 45, diện tích 1.234,5 m2",
        "Nghị định 83/2017/NĐ-CP",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
    ],
)
def test_other_numbers_are_let_through(text: str) -> None:
    assert identifying(text) == frozenset()
