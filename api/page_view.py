"""What the templates of one dossier show, gathered in one place."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api import line_edits, views
from api.auth import Principal
from api.errors import ResultGone
from api.results import refuse_when_gone
from api.routes.content import field_views
from api.schemas.dossier import DossierView, FieldView
from api.schemas.lines import LineView
from api.services import Services
from dossiers.db.data_set_tables import LineCorrectionRow
from dossiers.db.tables import DocumentRow, DossierRow, EventRow, PageRow
from dossiers.dossier import Role

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
    corrected = _corrected(session, row)
    return DossierPage(
        view=view,
        pages=[
            Thumb(
                page.number,
                page.image_key is not None,
                states[page.number].state if states[page.number].stage == "read" or page.lines_key is None else "done",
                doubts.get(page.number, 0),
                stamp_of(page, fields.get(page.number, []), corrected.get(page.id, 0)),
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


def stamp_of(page: PageRow, fields: list[FieldView], corrected: int) -> str:
    """Changes when there is something new to see on the page, so that an open one is fetched again.

    `corrected`: how many corrections its lines have."""
    versions = "-".join(field.etag.strip('"') for field in fields)
    return f"{page.line_count or 0}.{len(fields)}.{versions}.{corrected}"


def _corrected(session: Session, row: DossierRow) -> dict[uuid.UUID, int]:
    """How many corrections the lines of each page have."""
    query = select(LineCorrectionRow.page_id, func.count()).where(LineCorrectionRow.dossier_id == row.id)
    return dict(session.execute(query.group_by(LineCorrectionRow.page_id)).all())


def _gone_at(row: DossierRow) -> datetime | None:
    try:
        refuse_when_gone(row)
    except ResultGone as gone:
        return datetime.fromisoformat(gone.extra["gone_at"])
    return None


@dataclass(frozen=True, slots=True)
class PageFull:
    """The open page. Polygons and boxes are in pixels of the image. `doubtful`: lines in doubt that nobody has read
    again; `editable`: whether the visitor may do so now."""

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
    lines: list[LineView] = field(default_factory=list)
    doubtful: int = 0
    editable: bool = False


def page_view(services: Services, principal: Principal, code: str, number: int) -> PageFull | None:
    """The page of that number; None when the dossier has no such page (yet)."""
    with services.db.transaction() as session:
        row = views.dossier_of(session, principal.agency, code)
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
        corrected = _corrected(session, row).get(page.id, 0)
    stored = line_edits.stored_lines(services, None if gone else page.lines_key)
    with services.db.transaction() as session:
        lines = line_edits.line_views(session, page, stored)
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
        stamp=stamp_of(page, fields, corrected),
        fields=fields,
        lines=lines,
        doubtful=sum(line.in_doubt for line in lines),
        editable=Role.OFFICER.value in principal.roles and line_edits.may_correct(row) and bool(lines),
    )
