"""A good package, a good front and what they are made of."""

from __future__ import annotations

from datetime import UTC, date, datetime
from io import BytesIO

import pytest
from PIL import Image, ImageDraw, ImageFont

from dossiers.page import Line
from workers.pdfa.decision_page import DecisionPage
from workers.pdfa.fonts import FOLDER
from workers.stages.package import PackageInfo, PackagePage, package

TEXTS = ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Kính gửi: Ủy ban nhân dân phường Hồng Gai", "Số 12/3A, đường Trần Phú")


@pytest.fixture(scope="session")
def packaged() -> bytes:
    image = Image.new("RGB", (1240, 1754), "white")
    draw, font = ImageDraw.Draw(image), ImageFont.truetype(str(FOLDER / "Tinos-Regular.ttf"), 40)
    lines = []
    for i, text in enumerate(TEXTS):
        left, top, right, bottom = draw.textbbox((150, 200 + 90 * i), text, font=font)
        draw.text((150, 200 + 90 * i), text, font=font, fill="black")
        lines.append(Line(text, ((left, top), (right, top), (right, bottom), (left, bottom)), 0.99))
    sink = BytesIO()
    image.save(sink, "JPEG", quality=80)
    page = PackagePage(sink.getvalue(), 1240, 1754, 150, tuple(lines))
    created = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
    return package(
        [page, page], PackageInfo("H49-0001", "Hồ sơ thử", "UBND phường Hồng Gai", created, b'{"a": "\xc4\x91"}')
    )


@pytest.fixture(scope="session")
def decision() -> DecisionPage:
    return DecisionPage(
        parent_agency="Ủy ban nhân dân tỉnh Quảng Ninh",
        agency="Ủy ban nhân dân phường Hồng Gai",
        number="1205",
        symbol="KQ-UBND",
        place="Hồng Gai",
        date=date(2026, 2, 3),
        code="H49.01-261123-0001",
        procedure="Đăng ký khai sinh",
        applicant="Nguyễn Văn Đức",
        decision="Ủy ban nhân dân phường Hồng Gai chấp thuận đăng ký khai sinh cho trẻ có thông tin dưới đây.",
        fields=(("Họ và tên trẻ", "NGUYỄN HOÀNG BẢO AN"), ("Ngày sinh", "12/10/2026"), ("Nơi sinh", "Quảng Ninh")),
        package_sha256="a3" * 32,
        recipients=("Ông Nguyễn Văn Đức;", "Lưu: VT."),
        authority="TM. Ủy ban nhân dân",
        position="Chủ tịch",
        leader="Phạm Minh Tuấn",
        created=datetime(2026, 11, 23, tzinfo=UTC),
    )
