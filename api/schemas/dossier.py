"""A dossier as clients see it: where it stands, page by page; what was read; what was found."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

_CODE = "H49.01-20261124-04817265"


def _example(**values: Any) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [values]})


class StepView(BaseModel):
    """One of the five steps: `done`, `current` or `pending`, with who and when."""

    step: str
    vi: str
    en: str
    state: str
    who: str = ""
    decision: str = ""
    at: datetime | None = None


class StageView(BaseModel):
    """How far one machine stage is."""

    stage: str
    total: int
    done: int
    running: int
    waiting: int
    quarantined: int


class PageProgress(BaseModel):
    """How far one page is: `waiting`, `running`, `done` or `quarantined`, and at which stage."""

    number: int
    stage: str
    state: str
    attempt: int = 0
    error: str | None = None


class Progress(BaseModel):
    """Progress of the machine: `fraction` is in 0..1 over all stage runs known so far."""

    fraction: float
    pages: int
    pages_done: int
    seconds: float = Field(description="Working time of all stage runs together")
    stages: list[StageView]
    by_page: list[PageProgress]


class FileView(BaseModel):
    """One file; `parent` is the ordinal of the ZIP it came in, `signatures` the report on signatures it carried."""

    ordinal: int
    parent: int | None = None
    name: str
    sha256: str
    size: int
    media_type: str
    pages: int
    error: str | None = None
    signatures: dict[str, Any] | None = None


class FindingView(BaseModel):
    """Something an officer should know."""

    code: str
    severity: str
    stage: str
    vi: str
    en: str
    file: int | None = None
    page: int | None = None
    document: int | None = None
    field: str | None = None


class DossierSummary(BaseModel):
    """A dossier in a list."""

    code: str
    procedure: str
    procedure_name: str
    reference: str
    priority: int
    step: str
    state: str
    reason: str
    created_at: datetime
    updated_at: datetime
    due_at: datetime | None = None
    finished_at: datetime | None = None
    pages: int
    fraction: float
    in_doubt: int = Field(description="Fields that ask for an officer's eye")


class DossierView(DossierSummary):
    """A dossier with its progress, files and findings."""

    model_config = _example(
        code=_CODE,
        agency="H49.01",
        procedure="khai-sinh",
        procedure_name="Đăng ký khai sinh",
        reference="MCDT-2026-000123",
        priority=0,
        step="appraise",
        state="waiting",
        reason="",
        version=3,
        created_at="2026-11-24T02:15:00Z",
        updated_at="2026-11-24T02:15:41Z",
        deadline_at="2026-11-24T08:15:00Z",
        due_at="2026-11-25T10:00:00Z",
        finished_at=None,
        expires_at=None,
        pages=1,
        fraction=1.0,
        in_doubt=1,
        steps=[
            {"step": "receive", "vi": "Tiếp nhận", "en": "Receive", "state": "done", "at": "2026-11-24T02:15:00Z"},
            {"step": "appraise", "vi": "Thẩm định", "en": "Appraise", "state": "current"},
        ],
        progress={
            "fraction": 1.0,
            "pages": 1,
            "pages_done": 1,
            "seconds": 2.1,
            "stages": [{"stage": "read", "total": 1, "done": 1, "running": 0, "waiting": 0, "quarantined": 0}],
            "by_page": [{"number": 1, "stage": "read", "state": "done", "attempt": 1}],
        },
        files=[
            {
                "ordinal": 1,
                "parent": None,
                "name": "Tờ khai.pdf",
                "sha256": "9f86d081884c7d65" * 4,
                "size": 483212,
                "media_type": "application/pdf",
                "pages": 1,
                "error": None,
                "signatures": None,
            }
        ],
        findings=[
            {
                "code": "field.missing",
                "severity": "warning",
                "stage": "check",
                "vi": "Thiếu trường bắt buộc. Hãy bổ sung từ giấy tờ gốc.",
                "en": "A required field is missing. Add it from the paper.",
                "page": 1,
                "field": "requester_name",
            }
        ],
    )

    agency: str
    version: int
    deadline_at: datetime
    expires_at: datetime | None = Field(None, description="The result can be fetched until then")
    steps: list[StepView]
    progress: Progress
    files: list[FileView]
    findings: list[FindingView]


class DossierList(BaseModel):
    """One page of a list; `next` is the cursor of the next one."""

    model_config = _example(
        items=[
            {
                "code": _CODE,
                "procedure": "khai-sinh",
                "procedure_name": "Đăng ký khai sinh",
                "reference": "MCDT-2026-000123",
                "priority": 0,
                "step": "receive",
                "state": "processing",
                "reason": "",
                "created_at": "2026-11-24T02:15:00Z",
                "updated_at": "2026-11-24T02:15:41Z",
                "due_at": "2026-11-25T10:00:00Z",
                "finished_at": None,
                "pages": 4,
                "fraction": 0.5,
                "in_doubt": 0,
            }
        ],
        next="MjAyNi0xMS0yNHxiZWVm",
    )

    items: list[DossierSummary]
    next: str | None = None


class Reason(BaseModel):
    """Why."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"reason": "Người nộp rút hồ sơ theo đơn đề nghị."}]}
    )

    reason: str = Field("", max_length=2000)


class DocumentView(BaseModel):
    """One paper inside the dossier: a run of pages of one kind."""

    ordinal: int
    kind: str
    title: str
    first_page: int
    last_page: int
    confidence: float
    fields: int
    in_doubt: int


class DocumentList(BaseModel):
    model_config = _example(
        items=[
            {
                "ordinal": 1,
                "kind": "to_khai_dang_ky_khai_sinh",
                "title": "TỜ KHAI ĐĂNG KÝ KHAI SINH",
                "first_page": 1,
                "last_page": 1,
                "confidence": 0.98,
                "fields": 17,
                "in_doubt": 1,
            }
        ]
    )

    items: list[DocumentView]


class FieldView(BaseModel):
    """One value. `box` is [left, top, right, bottom] in pixels of the page image; `etag` goes into `If-Match`."""

    model_config = _example(
        id="0b8a0e5e-5f43-4d0e-8b2a-1f0d1c2b3a4d",
        document=1,
        key="child_dob",
        label="Ngày, tháng, năm sinh",
        value="2026-11-02",
        raw="02/11/2026",
        confidence=0.93,
        in_doubt=False,
        page=1,
        box=[412.0, 830.5, 655.0, 871.0],
        source="ocr",
        etag='"1"',
        corrections=[
            {"at": "2026-11-24T03:02:11Z", "who": "Nguyễn Văn Bình", "before": "2026-11-20", "after": "2026-11-02"}
        ],
    )

    class Correction(BaseModel):
        at: datetime
        who: str
        before: str
        after: str

    id: uuid.UUID
    document: int
    key: str
    label: str
    value: str
    raw: str
    confidence: float
    in_doubt: bool
    page: int
    box: list[float] | None = None
    source: str
    etag: str
    corrections: list[Correction] = Field(default_factory=list)


class FieldList(BaseModel):
    model_config = _example(items=FieldView.model_config["json_schema_extra"]["examples"])  # type: ignore[index]

    items: list[FieldView]


class NewValue(BaseModel):
    """A corrected value, in the normalised form or as printed."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"value": "02/11/2026"}]})

    value: str = Field(max_length=4000)


class PageView(BaseModel):
    """One page. Sizes are of the prepared, upright image."""

    number: int
    file: int
    index_in_file: int
    width: int | None = None
    height: int | None = None
    rotation: int
    skew: float
    blank: bool
    text_layer: bool
    lines: int | None = None
    confidence: float | None = None
    image: str | None = None
    lines_url: str | None = None


class PageList(BaseModel):
    model_config = _example(
        items=[
            {
                "number": 1,
                "file": 1,
                "index_in_file": 0,
                "width": 1654,
                "height": 2339,
                "rotation": 180,
                "skew": 0.4,
                "blank": False,
                "text_layer": False,
                "lines": 42,
                "confidence": 0.97,
                "image": f"/v1/dossiers/{_CODE}/pages/1/image",
                "lines_url": f"/v1/dossiers/{_CODE}/pages/1/lines",
            }
        ]
    )

    items: list[PageView]
