"""Rows and artifacts of a dossier at any point of its life, as the workers would have left them."""

from __future__ import annotations

import io
import json
import uuid
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from PIL import Image, ImageDraw, ImageFont
from sqlalchemy import select

from dossiers.db import events, steps
from dossiers.db.engine import Db
from dossiers.db.tables import DocumentRow, DossierRow, FieldRow, FindingRow, PageRow, StageRunRow
from dossiers.dossier import State, Step
from dossiers.store import ObjectStore

WIDTH, HEIGHT = 1240, 1754
LABELS = [
    ("child_name", "Họ, chữ đệm, tên", "Lê Minh Khôi", 0.99),
    ("child_dob", "Ngày, tháng, năm sinh", "2026-10-02", 0.97),
    ("child_gender", "Giới tính", "Nam", 0.99),
    ("child_ethnicity", "Dân tộc", "Kinh", 0.98),
    ("child_birthplace", "Nơi sinh", "Bệnh viện Sản Nhi, phường An Hòa", 0.91),
    ("mother_name", "Họ, chữ đệm, tên người mẹ", "Nguyễn Thị Thu Uyên", 0.96),
    ("mother_dob", "Năm sinh của mẹ", "1996-04-18", 0.62),
    ("father_name", "Họ, chữ đệm, tên người cha", "Lê Hoàng Phúc", 0.95),
]


@lru_cache(maxsize=4)
def picture(number: int) -> tuple[bytes, list[dict[str, Any]]]:
    """A drawn page (JPEG) and its lines."""
    image = Image.new("RGB", (WIDTH, HEIGHT), "#fbfaf5")
    draw, lines, y = ImageDraw.Draw(image), [], 110
    font = ImageFont.truetype("/usr/share/fonts/truetype/dejavu/DejaVuSerif.ttf", 30)

    def write(text: str, x: int, top: int) -> None:
        draw.text((x, top), text, "#1b2431", font)
        left, upper, right, lower = draw.textbbox((x, top), text, font)
        corners = [[left - 4, upper - 4], [right + 4, upper - 4], [right + 4, lower + 4], [left - 4, lower + 4]]
        confidence = 0.71 if "mẹ: 1996" in text else 0.97
        lines.append({"text": text, "polygon": corners, "confidence": confidence, "model": "test@1"})

    write("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 280, y)
    write("Độc lập - Tự do - Hạnh phúc", 400, y + 50)
    write("TỜ KHAI ĐĂNG KÝ KHAI SINH" if number == 1 else f"Giấy tờ kèm theo, trang {number}", 370, y + 150)
    for position, (_, label, value, _c) in enumerate(LABELS if number == 1 else []):
        write(f"{label}: {value}", 130, y + 270 + 74 * position)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=85)
    return out.getvalue(), lines


def row_of(database: Db, code: str) -> DossierRow:
    """The dossier as it is now."""
    with database.transaction() as session:
        return session.scalars(select(DossierRow).where(DossierRow.code == code)).one()


def read(database: Db, store: ObjectStore, code: str, pages: int = 3, settled: int | None = None) -> None:
    """Pages rendered and read; only the first `settled` of them when given (the machine is still at work then)."""
    settled = pages if settled is None else settled
    with database.transaction() as session:
        dossier = session.scalars(select(DossierRow).where(DossierRow.code == code)).one()
        run = session.scalars(select(StageRunRow).where(StageRunRow.dossier_id == dossier.id)).one()
        run.state, run.seconds, run.finished_at = "done", 0.21, datetime.now(UTC)
        dossier.files[0].pages, dossier.files[0].media_type = pages, "application/pdf"
        events.record(session, dossier.id, "stage.done", stage="ingest", page=None)
        for number in range(1, pages + 1):
            page = PageRow(dossier_id=dossier.id, file_id=dossier.files[0].id, number=number, index_in_file=number - 1)
            session.add(page)
            stages = ["rasterise", "prepare", "read"] if number <= settled else ["rasterise"]
            for stage in stages:
                session.add(
                    StageRunRow(
                        dossier_id=dossier.id,
                        client_id=dossier.client_id,
                        stage=stage,
                        page=number,
                        state="done" if number <= settled else "leased",
                        rank=1,
                        attempt=1,
                        max_attempts=3,
                        seconds=0.6,
                    )
                )
                if number <= settled:
                    events.record(session, dossier.id, "stage.done", stage=stage, page=number)
            if number <= settled:
                _fill(store, dossier.id, page, number)


def _fill(store: ObjectStore, dossier_id: uuid.UUID, page: PageRow, number: int) -> None:
    data, lines = picture(number)
    page.image_key = store.put_artifact(dossier_id, "prepare", data, "jpg", "image/jpeg").key
    reading = {"lines": lines, "width": WIDTH, "height": HEIGHT, "rotation": 0, "seconds": 0.6}
    page.lines_key = store.put_artifact(
        dossier_id, "read", json.dumps(reading).encode(), "json", "application/json"
    ).key
    page.width, page.height, page.line_count, page.confidence = WIDTH, HEIGHT, len(lines), 0.96
    page.rotation = 180 if number == 2 else 0


def packaged(database: Db, store: ObjectStore, code: str) -> None:
    """Understood, checked, packaged: the dossier waits for its appraisal."""
    with database.transaction() as session:
        dossier = session.scalars(select(DossierRow).where(DossierRow.code == code)).one()
        document = DocumentRow(
            dossier_id=dossier.id,
            ordinal=1,
            kind="to_khai_dang_ky_khai_sinh",
            title="TỜ KHAI ĐĂNG KÝ KHAI SINH",
            first_page=1,
            last_page=1,
            confidence=0.98,
        )
        session.add(document)
        session.flush()
        _, lines = picture(1)
        for position, (key, label, value, confidence) in enumerate(LABELS):
            (left, top), _, (right, bottom), _ = lines[3 + position]["polygon"]
            session.add(
                FieldRow(
                    dossier_id=dossier.id,
                    document_id=document.id,
                    position=position,
                    key=key,
                    label=label,
                    value=value,
                    raw=value,
                    confidence=confidence,
                    in_doubt=confidence < 0.8,
                    page=1,
                    box=[left + (right - left) * 0.45, top, right, bottom],
                    source="ocr",
                )
            )
        for severity, vi, en, page in (
            (
                "warning",
                "Năm sinh của mẹ khó đọc. Hãy đối chiếu với giấy tờ gốc.",
                "The year is hard to read. Compare.",
                1,
            ),
            ("info", "Trang 2 bị quét ngược và đã được xoay lại.", "Page 2 was upside down and was turned.", 2),
        ):
            session.add(
                FindingRow(
                    dossier_id=dossier.id, stage="check", code="field.doubt", severity=severity, vi=vi, en=en, page=page
                )
            )
        for stage in ("understand", "check", "package"):
            session.add(
                StageRunRow(
                    dossier_id=dossier.id,
                    client_id=dossier.client_id,
                    stage=stage,
                    state="done",
                    rank=1,
                    attempt=1,
                    max_attempts=3,
                    seconds=0.3,
                    finished_at=datetime.now(UTC),
                )
            )
        package = store.put_artifact(dossier.id, "package", b"%PDF package " + code.encode(), "pdf", "application/pdf")
        dossier.package_key, dossier.package_sha256 = package.key, package.sha256
        dossier.fields_key = store.put_artifact(
            dossier.id, "package", b'{"documents": []}', "json", "application/json"
        ).key
        steps.move(session, dossier, Step.APPRAISE, State.WAITING)


def drafted(database: Db, store: ObjectStore, code: str) -> None:
    """The draft is there: the dossier waits for its approval."""
    with database.transaction() as session:
        dossier = session.scalars(select(DossierRow).where(DossierRow.code == code)).one()
        draft = store.put_artifact(dossier.id, "compose", b"%PDF draft " + code.encode(), "pdf", "application/pdf")
        dossier.draft_key, dossier.draft_sha256 = draft.key, draft.sha256
        steps.move(session, dossier, Step.APPROVE, State.WAITING)


def signed(database: Db, store: ObjectStore, code: str) -> None:
    """The leader's signature is there: the dossier waits for the seal keeper."""
    with database.transaction() as session:
        dossier = session.scalars(select(DossierRow).where(DossierRow.code == code)).one()
        result = store.put_artifact(dossier.id, "sign", b"%PDF leader " + code.encode(), "pdf", "application/pdf")
        dossier.result_key, dossier.result_sha256 = result.key, result.sha256
        events.record(session, dossier.id, "signature.made", role="leader", level="B-LT")
        steps.move(session, dossier, Step.SIGN, State.WAITING)


def completed(database: Db, store: ObjectStore, code: str, verdict: str = "valid") -> None:
    """Sealed, validated, delivered."""
    now = datetime.now(UTC).isoformat()
    report = {
        "verdict": verdict,
        "moment": now,
        "known_since": now,
        "level": "B-LT",
        "signatures": [
            {"role": role, "signer": signer, "level": "B-LT", "indication": "TOTAL-PASSED", "timestamp": now}
            for role, signer in (("leader", "Trần Thị Hạnh - DEMO"), ("seal", "ỦY BAN NHÂN DÂN PHƯỜNG AN HÒA - DEMO"))
        ],
    }
    with database.transaction() as session:
        dossier = session.scalars(select(DossierRow).where(DossierRow.code == code)).one()
        result = store.put_artifact(dossier.id, "sign", b"%PDF sealed " + code.encode(), "pdf", "application/pdf")
        dossier.result_key, dossier.result_sha256 = result.key, result.sha256
        events.record(session, dossier.id, "signature.made", role="seal", level="B-LT")
        body = json.dumps(report, ensure_ascii=False).encode()
        dossier.validation_key = store.put_artifact(dossier.id, "deliver", body, "json", "application/json").key
        dossier.manifest_key = store.put_artifact(
            dossier.id, "deliver", b'{"artifacts": []}', "json", "application/json"
        ).key
        dossier.expires_at = datetime.now(UTC) + timedelta(days=365)
        steps.move(session, dossier, Step.RETURN, State.COMPLETED)
