"""Files as people send them, good ones; tests spoil copies."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from config.settings import Limits
from workers.pdfa.decision_page import DecisionPage, decision_page
from workers.pdfa.fonts import FOLDER
from workers.stages.ingest import IngestedFile, SourceFile, ingest

TEXT = "Kính gửi: Ủy ban nhân dân phường Hồng Gai, tỉnh Quảng Ninh"


@pytest.fixture(scope="session")
def typed_pdf() -> bytes:
    """A born-digital Vietnamese PDF of one page."""
    fields = tuple((f"Trường số {i}", f"Giá trị thứ {i}") for i in range(6))
    return decision_page(
        DecisionPage(
            "Ủy ban nhân dân tỉnh Quảng Ninh", "Ủy ban nhân dân phường Hồng Gai", "1", "KQ-UBND", "Hồng Gai",
            date(2026, 11, 23), "H49-1", "Đăng ký khai sinh", "Nguyễn Văn Đức", "Chấp thuận đăng ký.", fields, "0" * 64,
            ("Lưu: VT.",), "", "Chủ tịch", "Phạm Minh Tuấn", datetime(2026, 11, 23, tzinfo=UTC),
        )
    )  # fmt: skip


@pytest.fixture(scope="session")
def page_picture() -> Image.Image:
    """A printed A4 page at 150 dpi."""
    image = Image.new("RGB", (1240, 1754), (252, 251, 248))
    draw, font = ImageDraw.Draw(image), ImageFont.truetype(str(FOLDER / "Tinos-Regular.ttf"), 32)
    for i in range(24):
        draw.text((120, 150 + 60 * i), TEXT[i % 7 :], font=font, fill=(20, 20, 20))
    return image


@pytest.fixture(scope="session")
def jpeg(page_picture: Image.Image) -> bytes:
    sink = BytesIO()
    page_picture.save(sink, "JPEG", quality=80)
    return sink.getvalue()


@pytest.fixture
def take(tmp_path: Path) -> Callable[..., IngestedFile]:
    """Ingest bytes under a name, with limits changed where a test says so; the original must stay as it was."""

    def run(data: bytes, name: str, **limits: int | float) -> IngestedFile:
        source, workdir = tmp_path / "upload.bin", tmp_path / "work"
        source.write_bytes(data)
        workdir.mkdir(exist_ok=True)
        result = ingest(SourceFile(3, name, source), Limits(**limits), workdir)
        assert source.read_bytes() == data
        assert all(f.file == 3 and f.vi and f.en for f in result.findings)
        assert {p.parent for p in tmp_path.rglob("*") if p.is_file()} <= {tmp_path, workdir}
        return result

    return run
