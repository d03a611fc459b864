"""A line of a page as clients see it, and its correction."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field


class LineView(BaseModel):
    """One line: `text` as it stands now, `read` as the machine read it; `etag` goes into `If-Match`.

    `index` counts from 0 in the page's reading (`/pages/{number}/lines`); `polygon` is in pixels of the page image. A
    correction whose `before` and `after` are equal confirmed the reading.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "index": 4,
                    "text": "Họ, chữ đệm, tên: Nguyễn Thị Hữu",
                    "read": "Họ, chữ đệm, tên: Nguyễn Thị Hưu",
                    "confidence": 0.71,
                    "in_doubt": False,
                    "model": "recogniser@1",
                    "polygon": [[130.0, 380.0], [905.0, 380.0], [905.0, 424.0], [130.0, 424.0]],
                    "etag": '"9f86d081884c-1"',
                    "corrections": [
                        {
                            "at": "2026-11-24T03:02:11Z",
                            "who": "Nguyễn Văn Bình",
                            "before": "Họ, chữ đệm, tên: Nguyễn Thị Hưu",
                            "after": "Họ, chữ đệm, tên: Nguyễn Thị Hữu",
                        }
                    ],
                }
            ]
        }
    )

    class Correction(BaseModel):
        at: datetime
        who: str
        before: str
        after: str

    index: int
    text: str
    read: str
    confidence: float
    in_doubt: bool = Field(description="Asks for an officer's eye: read unsurely, and nobody has read it again")
    model: str
    polygon: list[list[float]]
    etag: str
    corrections: list[Correction] = Field(default_factory=list)


class NewText(BaseModel):
    """What stands in the line, every sign of it."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"text": "Họ, chữ đệm, tên: Nguyễn Thị Hữu"}]}
    )

    text: str = Field(max_length=4000)
