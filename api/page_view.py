"""What the templates of one dossier show, gathered in one place."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api import views
from api.errors import ResultGone
from api.results import refuse_when_gone
from api.routes.content import field_views
from api.schemas.dossier import DossierView, FieldView
from api.services import Services
from dossiers.db.tables import DocumentRow, DossierRow, EventRow, PageRow

_EVENTS = 400


@dataclass(frozen=True, slots=True)
class Thumb:
    """A page in the strip of thumbnails."""

    number: int
    ready: bool
    state: str
    doubts: int
    stamp: str


@dataclass(frozen=True, slots=True)
class DossierPage:
    """A dossier with what its page shows around the viewer. `events` are newest first."""

    view: DossierView
    pages: list[Thumb]
    acts: list[EventRow]
    work: list[EventRow]
    last_event: int
    validation_key: str | None
    gone_at: datetime | None
    has: dict[str, bool]


def dossier_page(session: Session, row: DossierRow) -> DossierPage:
    """Everything but the open page."""
    view = views.full(session, row)
    events = session.scalars(
        select(EventRow).where(EventRow.dossier_id == row.id).order_by(EventRow.id.desc()).limit(_EVENTS)
    ).all()
    doubts: dict[int, int] = {}
    fields: dict[int, list[FieldView]] = {}
    for found in field_views(session, row.id):
        doubts[found.page] = doubts.get(found.page, 0) + found.in_doubt
        fields.setdefault(found.page, []).append(found)
    states = {progress.number: progress for progress in view.progress.by_page}
    return DossierPage(
        view=view,
        pages=[
            Thumb(
                page.number,
                page.image_key is not None,
                states[page.number].state if states[page.number].stage == "read" or page.lines_key is None else "done",
                doubts.get(page.number, 0),
                stamp_of(page, fields.get(page.number, [])),
            )
            for page in row.pages
        ],
        acts=[event for event in events if event.kind != "stage.done"],
        work=[event for event in events if event.kind == "stage.done"],
        last_event=events[0].id if events else 0,
        validation_key=row.validation_key,
        gone_at=_gone_at(row),
        has={
            "result": view.state == "completed" and row.result_key is not None,
            "validation": row.validation_key is not None,
            "package": row.package_key is not None,
            "fields": row.fields_key is not None,
            "manifest": row.manifest_key is not None,
        },
    )


def stamp_of(page: PageRow, fields: list[FieldView]) -> str:
    """Changes when there is something new to see on the page, so that an open one is fetched again."""
    versions = "-".join(field.etag.strip('"') for field in fields)
    return f"{page.line_count or 0}.{len(fields)}.{versions}"


def _gone_at(row: DossierRow) -> datetime | None:
    try:
        refuse_when_gone(row)
    except ResultGone as gone:
        return datetime.fromisoformat(gone.extra["gone_at"])
    return None


@dataclass(frozen=True, slots=True)
class PageFull:
    """The open page. `lines` are as the reading's JSON has them; polygons and boxes are in pixels of the image."""

    number: int
    total: int
    ready: bool
    gone: bool
    width: int
    height: int
    rotation: int
    text_layer: bool
    confidence: float | None
    kind: str
    stamp: str
    fields: list[FieldView] = field(default_factory=list)
    lines: list[dict[str, Any]] = field(default_factory=list)


def page_view(services: Services, agency: str, code: str, number: int) -> PageFull | None:
    """The page of that number; None when the dossier has no such page (yet)."""
    with services.db.transaction() as session:
        row = views.dossier_of(session, agency, code)
        pages: list[PageRow] = row.pages
        page = next((page for page in pages if page.number == number), None)
        if page is None:
            return None
        kind = session.scalars(
            select(DocumentRow.kind).where(
                DocumentRow.dossier_id == row.id, DocumentRow.first_page <= number, DocumentRow.last_page >= number
            )
        ).first()
        fields = [found for found in field_views(session, row.id) if found.page == number]
        gone = _gone_at(row) is not None
    lines = []
    if page.lines_key and not gone:
        lines = json.loads(services.store.get_artifact(page.lines_key))["lines"]
    return PageFull(
        number=number,
        total=len(pages),
        ready=page.image_key is not None and not gone,
        gone=gone,
        width=page.width or 1,
        height=page.height or 1,
        rotation=page.rotation,
        text_layer=page.use_text_layer,
        confidence=page.confidence,
        kind=kind or "",
        stamp=stamp_of(page, fields),
        fields=fields,
        lines=lines,
    )
