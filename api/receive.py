"""Receiving an upload: from the socket to the object store, hashed on the way, in bounded memory.

Nothing of a refused upload stays: over the limit, stalled, malformed or cut off, its parts and the files before it are
removed before the answer goes out. (If this process dies first, the janitor removes them.)
"""

from __future__ import annotations

import asyncio
import contextlib
import unicodedata
import uuid
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from fastapi import Request
from pydantic import ValidationError
from starlette.requests import ClientDisconnect

from api.errors import TooLarge, TooManyFiles, UnsupportedMediaType, UploadBroken, UploadStalled
from api.multipart import PartData, PartEnd, PartStart, boundary_of, parts
from api.pipe import Pipe
from api.schemas.submission import Submission
from config.settings import Limits
from dossiers.db.intake import NewFile
from dossiers.errors import HosoError, InputError
from dossiers.store import ObjectStore, Stored

_FIELD_BYTES, _FIELDS = 8 * 1024, 64
_DRAIN_BYTES, _DRAIN_S = 64 * 1024 * 1024, 3.0


@dataclass(slots=True)
class Received:
    """What came: the files as stored, and the fields."""

    dossier_id: uuid.UUID = field(default_factory=uuid.uuid4)
    files: list[NewFile] = field(default_factory=list)
    fields: dict[str, list[str]] = field(default_factory=dict)
    bytes: int = 0

    def submission(self) -> Submission:
        """The fields, typed. Raises `InputError` that names the field."""
        values: dict[str, Any] = {
            key: [part for item in found for part in item.split(",") if part.strip()] if key == "uploads" else found[-1]
            for key, found in self.fields.items()
        }
        return submission_of(values)


def submission_of(values: Any) -> Submission:
    """Typed. Raises `InputError` that names what is wrong, not what was sent."""
    try:
        return Submission.model_validate(values)
    except ValidationError as error:
        places = "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors())
        raise InputError(places) from error


class Receiver:
    """Receives one upload; `async with` makes sure that what was refused is removed."""

    def __init__(self, store: ObjectStore, threads: ThreadPoolExecutor, limits: Limits) -> None:
        self._store, self._threads, self._limits = store, threads, limits
        self.received = Received()
        self._kept = False

    def keep(self) -> None:
        """The files belong to a dossier now."""
        self._kept = True

    async def __aenter__(self) -> Receiver:
        return self

    async def __aexit__(self, *_: object) -> None:
        if not self._kept:
            for file in self.received.files:
                # What cannot be removed now (the store just failed) is the janitor's.
                with contextlib.suppress(HosoError):
                    await self._in_thread(self._store.remove_original, file.stored.key, file.stored.version_id)

    async def _in_thread(self, call: Callable[..., Any], *args: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._threads, call, *args)

    async def read(self, request: Request) -> Received:
        """Read the body to its end. Raises `TooLarge`, `UploadStalled`, `UploadBroken`, `TooManyFiles`, and those of
        the store."""
        if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
            raise UnsupportedMediaType(request.headers.get("content-type", "")[:80])
        boundary = boundary_of(request.headers["content-type"])
        announced = request.headers.get("content-length", "")
        if announced.isdigit() and int(announced) > self._limits.upload_bytes:
            await drain(request)
            raise TooLarge(f"limit {self._limits.upload_bytes} bytes")
        events = parts(self._counted(request), boundary)
        try:
            async with contextlib.aclosing(events) as stream:  # type: ignore[type-var]
                async for event in stream:
                    assert isinstance(event, PartStart)
                    if event.filename is None:
                        await self._field(event, stream)
                    else:
                        await self._file(event, stream)
        except ClientDisconnect as error:
            raise UploadBroken("the connection ended early") from error
        return self.received

    async def _counted(self, request: Request) -> AsyncIterator[bytes]:
        stream = request.stream()
        while True:
            try:
                chunk = await asyncio.wait_for(anext(stream, None), self._limits.stalled_upload_s)
            except TimeoutError as error:
                raise UploadStalled(f"nothing for {self._limits.stalled_upload_s:g} s") from error
            if chunk is None:
                return
            self.received.bytes += len(chunk)
            if self.received.bytes > self._limits.upload_bytes:
                raise TooLarge(f"limit {self._limits.upload_bytes} bytes")
            yield chunk

    async def _field(self, start: PartStart, stream: AsyncIterator[Any]) -> None:
        value = bytearray()
        async for event in stream:
            if isinstance(event, PartEnd):
                break
            assert isinstance(event, PartData)
            value += event.data
            if len(value) > _FIELD_BYTES:
                raise TooLarge(f"field {start.name[:40]}")
        if sum(map(len, self.received.fields.values())) >= _FIELDS:
            raise UploadBroken("too many fields")
        text = unicodedata.normalize("NFC", value.decode("utf-8", "replace")).strip()
        self.received.fields.setdefault(start.name, []).append(text)

    async def _file(self, start: PartStart, stream: AsyncIterator[Any]) -> None:
        if start.name != "files":
            raise UploadBroken(f"a file in the part {start.name[:40]!r}; files come in parts named 'files'")
        if len(self.received.files) >= self._limits.files_per_dossier:
            raise TooManyFiles(f"limit {self._limits.files_per_dossier}")
        pipe = Pipe(asyncio.get_running_loop())
        key = f"{self.received.dossier_id}/{len(self.received.files) + 1:04d}"
        storing = asyncio.ensure_future(self._in_thread(self._write, key, pipe, start.media_type))
        try:
            async for event in stream:
                if isinstance(event, PartEnd):
                    break
                assert isinstance(event, PartData)
                await pipe.feed(event.data)
            pipe.end()
            stored: Stored = await asyncio.shield(storing)
        except BaseException as error:
            pipe.fail(error if isinstance(error, HosoError) else UploadBroken())
            await asyncio.wait([storing])
            if storing.exception() is None:  # it was whole already: known, so that it is removed with the others
                self.received.files.append(NewFile(start.filename or "unnamed", storing.result()))
            raise
        self.received.files.append(NewFile(start.filename or "unnamed", stored))

    def _write(self, key: str, pipe: Pipe, media_type: str) -> Stored:
        try:
            return self._store.put_original(key, pipe, media_type)  # type: ignore[arg-type]
        finally:
            pipe.abandon()


async def drain(request: Request) -> None:
    """Read and drop what a sender is already sending, for a short while: closing at once would reset the connection
    and the sender would never see our answer. A sender that asked `Expect: 100-continue` has sent nothing."""
    if "100-continue" in request.headers.get("expect", "").lower():
        return
    seen = 0
    with contextlib.suppress(TimeoutError, ClientDisconnect):
        async with asyncio.timeout(_DRAIN_S):
            async for chunk in request.stream():
                seen += len(chunk)
                if seen > _DRAIN_BYTES:
                    return
