"""What is inside a dossier: documents, pages with images and lines, fields with boxes."""

from __future__ import annotations

import io
import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Response
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from api import views
from api.auth import Who
from api.errors import PageNotReady
from api.problems import documented
from api.results import refuse_when_gone
from api.schemas.dossier import DocumentList, DocumentView, FieldList, FieldView, PageList, PageView
from api.services import Use
from dossiers.db.tables import CorrectionRow, DocumentRow, FieldRow, FileRow, PageRow
from dossiers.db.trust import OfficerRow
from dossiers.errors import NotFound, Unauthorised

router = APIRouter(prefix="/v1/dossiers/{code}", tags=["content"])
_IMAGE: dict[str, Any] = {
    "content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}, "example": "(binary)"}}
}
_LINES = {
    "lines": [
        {
            "text": "TỜ KHAI ĐĂNG KÝ KHAI SINH",
            "polygon": [[502.0, 310.5], [1160.0, 310.5], [1160.0, 352.0], [502.0, 352.0]],
            "confidence": 0.987,
            "model": "recogniser@1",
        },
        {
            "text": "Họ và tên",
            "polygon": [[310.0, 620.0], [462.0, 620.0], [462.0, 655.5], [310.0, 655.5]],
            "confidence": 0.991,
            "model": "recogniser@1",
            "cell": {"table": 0, "row": 0, "column": 1, "row_span": 1, "column_span": 1},
        },
    ],
    "width": 1654,
    "height": 2339,
    "rotation": 0,
    "seconds": 1.42,
    "tables": [{"rows": 12, "columns": 5}],
}


@router.get("/documents", response_model=DocumentList, responses=documented(Unauthorised, NotFound))
def documents(code: str, services: Use, principal: Who) -> DocumentList:
    """The papers inside the dossier."""
    with services.db.transaction() as session:
        rows = views.dossier_of(session, principal.agency, code).documents
        return DocumentList(
            items=[
                DocumentView(
                    ordinal=row.ordinal,
                    kind=row.kind,
                    title=row.title,
                    first_page=row.first_page,
                    last_page=row.last_page,
                    confidence=row.confidence,
                    fields=len(row.fields),
                    in_doubt=sum(field.in_doubt for field in row.fields),
                )
                for row in rows
            ]
        )


@router.get("/fields", response_model=FieldList, responses=documented(Unauthorised, NotFound))
def fields(code: str, services: Use, principal: Who) -> FieldList:
    """Every field with its box, confidence and corrections, in the order of the papers."""
    with services.db.transaction() as session:
        dossier = views.dossier_of(session, principal.agency, code)
        return FieldList(items=field_views(session, dossier.id))


def field_views(session: Session, dossier_id: uuid.UUID, only: uuid.UUID | None = None) -> list[FieldView]:
    """Fields of a dossier (or one of them) as clients see them."""
    query = (
        select(FieldRow, DocumentRow.ordinal)
        .join(DocumentRow, DocumentRow.id == FieldRow.document_id)
        .where(FieldRow.dossier_id == dossier_id)
        .order_by(DocumentRow.ordinal, FieldRow.position)
    )
    if only:
        query = query.where(FieldRow.id == only)
    names = {f"officer:{row.id}": row.full_name for row in session.scalars(select(OfficerRow))}
    corrections: dict[uuid.UUID, list[FieldView.Correction]] = {}
    for row in session.scalars(
        select(CorrectionRow).where(CorrectionRow.dossier_id == dossier_id).order_by(CorrectionRow.id)
    ):
        corrections.setdefault(row.field_id, []).append(
            FieldView.Correction(at=row.at, who=names.get(row.actor, row.actor), before=row.before, after=row.after)
        )
    return [
        FieldView(
            id=field.id,
            document=ordinal,
            key=field.key,
            label=field.label,
            value=field.value,
            raw=field.raw,
            confidence=field.confidence,
            in_doubt=field.in_doubt,
            page=field.page,
            box=field.box,
            source=field.source,
            etag=f'"{field.version}"',
            corrections=corrections.get(field.id, []),
        )
        for field, ordinal in session.execute(query)
    ]


@router.get("/pages", response_model=PageList, responses=documented(Unauthorised, NotFound))
def pages(code: str, services: Use, principal: Who) -> PageList:
    """The pages, in order."""
    with services.db.transaction() as session:
        dossier = views.dossier_of(session, principal.agency, code)
        files = {file.id: file.ordinal for file in dossier.files}
        base = f"/v1/dossiers/{code}/pages"
        return PageList(
            items=[
                PageView(
                    number=page.number,
                    file=files[page.file_id],
                    index_in_file=page.index_in_file,
                    width=page.width,
                    height=page.height,
                    rotation=page.rotation,
                    skew=page.skew,
                    blank=page.blank,
                    text_layer=page.use_text_layer,
                    lines=page.line_count,
                    confidence=page.confidence,
                    image=f"{base}/{page.number}/image" if page.image_key else None,
                    lines_url=f"{base}/{page.number}/lines" if page.lines_key else None,
                )
                for page in dossier.pages
            ]
        )


def page_of(session: Session, services: Use, agency: str, code: str, number: int) -> PageRow:
    """A page of the agency's dossier. Raises `NotFound`, `ResultGone`."""
    dossier = views.dossier_of(session, agency, code)
    refuse_when_gone(dossier)
    query = select(PageRow).join(FileRow, FileRow.id == PageRow.file_id)
    page = session.scalars(query.where(PageRow.dossier_id == dossier.id, PageRow.number == number)).first()
    if page is None:
        raise NotFound()
    return page


@router.get(
    "/pages/{number}/image",
    response_class=Response,
    responses={200: _IMAGE, **documented(Unauthorised, NotFound, PageNotReady)},
)
def image(
    code: str,
    number: int,
    services: Use,
    principal: Who,
    width: Annotated[int | None, Query(ge=32, le=1600, description="Scaled down to this width, pixels")] = None,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """The upright page image; boxes and polygons are in its pixels."""
    with services.db.transaction() as session:
        key = page_of(session, services, principal.agency, code, number).image_key
    if key is None:
        raise PageNotReady()
    # Artifacts are named by their hash: one key is one picture, for ever.
    etag = f'"{key.rsplit("/", 1)[-1][:32]}-{width or 0}"'
    headers = {"ETag": etag, "Cache-Control": "private, max-age=3600"}
    if if_none_match == etag:
        return Response(status_code=304, headers=headers)
    data = services.store.get_artifact(key)
    if width is not None:
        return Response(_scaled(data, width), media_type="image/jpeg", headers=headers)
    media_type = {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp"}.get(key.rsplit(".", 1)[-1])
    return Response(data, media_type=media_type, headers=headers)


def _scaled(data: bytes, width: int) -> bytes:
    with Image.open(io.BytesIO(data)) as picture:
        height = max(1, round(picture.height * width / picture.width))
        picture.draft("RGB", (width, height))  # the decoder itself scales a JPEG down: much less work
        out = io.BytesIO()
        picture.convert("RGB").resize((width, height), Image.Resampling.LANCZOS).save(out, "JPEG", quality=82)
    return out.getvalue()


@router.get(
    "/pages/{number}/lines",
    response_class=Response,
    responses={
        200: {"content": {"application/json": {"schema": {"type": "object"}, "example": _LINES}}},
        **documented(Unauthorised, NotFound, PageNotReady),
    },
)
def lines(code: str, number: int, services: Use, principal: Who) -> Response:
    """What was read on the page: each line's text, polygon and confidence, its cell when it stands in a ruled table.

    `cell.table` is a place in `tables`; all numbers count from 0, on the upright page.
    """
    with services.db.transaction() as session:
        key = page_of(session, services, principal.agency, code, number).lines_key
    if key is None:
        raise PageNotReady()
    return Response(services.store.get_artifact(key), media_type="application/json")
