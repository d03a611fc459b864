"""What the object store gives back, and its errors."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

import urllib3
from minio.error import InvalidResponseError, S3Error, ServerError

from dossiers.errors import HosoError, NotFound, Unavailable


class StoreUnavailable(Unavailable):
    """The object store does not answer."""

    code = "unavailable.store"
    vi = "Kho lưu trữ tạm thời không trả lời. Hãy thử lại sau ít phút; `hoso doctor` cho biết nguyên nhân."
    en = "The object store does not answer. Retry in a few minutes; `hoso doctor` says why."


class ObjectDamaged(HosoError):
    """The bytes fetched are not the bytes that were stored."""

    code = "store.damaged"
    vi = "Dữ liệu trong kho không khớp mã băm đã ghi. Hãy báo người vận hành khôi phục từ bản sao."
    en = "A stored object does not match its recorded hash. Ask the operators to restore it from a copy."


@dataclass(frozen=True, slots=True)
class Stored:
    """What was written: where, which version, its SHA-256 (hex) and size in bytes."""

    key: str
    sha256: str
    size: int
    version_id: str = ""


@dataclass(frozen=True, slots=True)
class OriginalVersion:
    """One version of an original, as a listing shows it."""

    key: str
    version_id: str
    modified: datetime


class HashingReader(io.RawIOBase):
    """Hashes what passes through it on the way to the store."""

    def __init__(self, source: BinaryIO) -> None:
        self._source, self._hash, self.size = source, hashlib.sha256(), 0

    def read(self, size: int = -1, /) -> bytes:
        chunk = self._source.read(size)
        self._hash.update(chunk)
        self.size += len(chunk)
        return chunk

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()


@contextmanager
def translated() -> Iterator[None]:
    """SDK and network errors become ours."""
    try:
        yield
    except S3Error as error:
        if error.code in {"NoSuchKey", "NoSuchBucket", "NoSuchVersion", "ResourceNotFound"}:
            raise NotFound("object") from error
        raise StoreUnavailable(str(error.code)) from error
    except (ServerError, InvalidResponseError, urllib3.exceptions.HTTPError, OSError) as error:
        raise StoreUnavailable(type(error).__name__) from error
