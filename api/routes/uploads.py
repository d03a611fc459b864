"""Presigned uploads: a large file goes straight to the object store, then its id into a dossier."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from fastapi import APIRouter
from sqlalchemy.orm import Session

from api.auth import Principal, Submitter
from api.errors import TooLarge, UploadUnusable
from api.multipart import clean_name
from api.problems import documented
from api.schemas.submission import NewUpload, Upload
from api.services import Services, Use
from dossiers.db.intake import NewFile
from dossiers.db.trust import UploadRow
from dossiers.errors import Forbidden, InputError, NotFound, Unauthorised
from dossiers.store import StoreUnavailable

router = APIRouter(prefix="/v1/uploads", tags=["dossiers"])


@router.post(
    "",
    status_code=201,
    response_model=Upload,
    responses=documented(Unauthorised, Forbidden, InputError, StoreUnavailable),
)
def create(body: NewUpload, services: Use, principal: Submitter) -> Upload:
    """An address to PUT one file to. Unused uploads are removed after they expire."""
    upload_id, settings = uuid.uuid4(), services.settings.store
    key, name = f"uploads/{upload_id}", clean_name(body.name)
    expires_at = datetime.now(UTC) + timedelta(seconds=settings.presign_s)
    with services.db.transaction() as session:
        session.add(UploadRow(id=upload_id, client_id=principal.id, name=name, object_key=key, expires_at=expires_at))
    return Upload(id=upload_id, name=name, url=services.store.presign_upload(key), expires_at=expires_at)


def weigh(services: Services, principal: Principal, ids: Sequence[uuid.UUID]) -> list[NewFile]:
    """Each upload as a file, read once to know its hash. Reads the store: not to be called in a transaction.

    Raises `UploadUnusable` for an id that is not this client's or holds no bytes, and `TooLarge`.
    """
    with services.db.transaction() as session:
        rows = [session.get(UploadRow, upload_id) for upload_id in ids]
    files = []
    for upload_id, row in zip(ids, rows, strict=True):
        if row is None or row.client_id != principal.id:
            raise UploadUnusable(str(upload_id))
        try:
            size, version_id = services.store.stat_original(row.object_key)
        except NotFound as error:
            raise UploadUnusable(str(upload_id)) from error
        if size > services.settings.limits.upload_bytes:
            services.store.remove_original(row.object_key)
            raise TooLarge(f"limit {services.settings.limits.upload_bytes} bytes")
        files.append(NewFile(row.name, services.store.hash_original(row.object_key, version_id)))
    return files


def use(session: Session, ids: Sequence[uuid.UUID]) -> None:
    """In the transaction that accepts their dossier: one upload serves one dossier. Raises `UploadUnusable`."""
    for upload_id in sorted(ids):
        row = session.get(UploadRow, upload_id, with_for_update=True, populate_existing=True)
        if row is None or row.used_at is not None:
            raise UploadUnusable(str(upload_id))
        row.used_at = datetime.now(UTC)
