"""The one place that talks to the object store, through the `minio` SDK alone (MinIO in production, any S3 store else).

Two buckets. *Originals*: versioned, with object lock; written once, locked as soon as the dossier is accepted, read by
their version and checked against their SHA-256. *Artifacts*: derived objects, named `<dossier>/<stage>/<sha256>.<ext>`,
so that writing one twice is harmless and every object has an owner whose prefix the janitor can remove.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

import urllib3
from minio import Minio
from minio.commonconfig import COMPLIANCE, ENABLED
from minio.deleteobjects import DeleteObject
from minio.error import InvalidResponseError, S3Error, ServerError
from minio.retention import Retention
from minio.versioningconfig import VersioningConfig

from config.settings import Store as StoreSettings
from config.settings import secret
from dossiers.errors import HosoError, NotFound, Unavailable

PART = 10 * 1024 * 1024
DATASETS = "datasets"
"""First part of the keys of data sets, where artifacts have their dossier."""
WEIGHTS = "models"
"""First part of the keys of weight files, where artifacts have their dossier."""


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


class _HashingReader(io.RawIOBase):
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
def _translated() -> Iterator[None]:
    """SDK and network errors become ours."""
    try:
        yield
    except S3Error as error:
        if error.code in {"NoSuchKey", "NoSuchBucket", "NoSuchVersion", "ResourceNotFound"}:
            raise NotFound("object") from error
        raise StoreUnavailable(str(error.code)) from error
    except (ServerError, InvalidResponseError, urllib3.exceptions.HTTPError, OSError) as error:
        raise StoreUnavailable(type(error).__name__) from error


class ObjectStore:
    """Both buckets. Safe to use from threads (the SDK's client is)."""

    def __init__(self, settings: StoreSettings) -> None:
        self._settings = settings
        http = urllib3.PoolManager(
            timeout=urllib3.Timeout(connect=3, read=60),
            maxsize=16,
            retries=urllib3.Retry(total=2, backoff_factor=0.2, status_forcelist=[500, 502, 503, 504]),
        )
        self._client = self._open(settings.endpoint, http)
        public = settings.public_endpoint or settings.endpoint
        self._public = self._client if public == settings.endpoint else self._open(public, http)

    def _open(self, endpoint: str, http: urllib3.PoolManager) -> Minio:
        return Minio(
            endpoint,
            access_key=secret(self._settings.access_key_file),
            secret_key=secret(self._settings.secret_key_file),
            secure=self._settings.secure,
            region=self._settings.region,
            http_client=http,
        )

    def ensure_buckets(self) -> None:
        """Create both buckets when they are not there; object lock on originals from the first moment."""
        originals, artifacts = self._settings.originals_bucket, self._settings.artifacts_bucket
        with _translated():
            if not self._client.bucket_exists(bucket_name=originals):
                self._client.make_bucket(bucket_name=originals, object_lock=True)
                self._client.set_bucket_versioning(bucket_name=originals, config=VersioningConfig(ENABLED))
            if not self._client.bucket_exists(bucket_name=artifacts):
                self._client.make_bucket(bucket_name=artifacts)

    def ping(self) -> None:
        """Raises `StoreUnavailable` when the store does not answer."""
        with _translated():
            self._client.bucket_exists(bucket_name=self._settings.artifacts_bucket)

    # -- originals -------------------------------------------------------------------------------------------------

    def put_original(self, key: str, source: BinaryIO, media_type: str = "application/octet-stream") -> Stored:
        """Stream `source` to the store, hashing on the way. Memory stays at one part whatever the size."""
        reader = _HashingReader(source)
        with _translated():
            result = self._client.put_object(
                bucket_name=self._settings.originals_bucket,
                object_name=key,
                data=reader,
                length=-1,
                part_size=PART,
                content_type=media_type,
                num_parallel_uploads=1,  # with more, the SDK queues parts without bound when the store is slow
            )
        return Stored(key, reader.sha256, reader.size, result.version_id or "")

    def lock_original(self, key: str, version_id: str, until: datetime) -> None:
        """Nobody, the administrator included, removes or replaces this version before `until` (compliance mode)."""
        with _translated():
            self._client.set_object_retention(
                bucket_name=self._settings.originals_bucket,
                object_name=key,
                config=Retention(COMPLIANCE, until),
                version_id=version_id or None,
            )

    def fetch_original(self, key: str, version_id: str, sha256: str, target: Path) -> None:
        """Write the original to `target`; raises `ObjectDamaged` unless its hash is `sha256`."""
        digest = hashlib.sha256()
        with self._stream(self._settings.originals_bucket, key, version_id) as chunks, target.open("wb") as out:
            for chunk in chunks:
                digest.update(chunk)
                out.write(chunk)
        if digest.hexdigest() != sha256:
            raise ObjectDamaged(key)

    def stat_original(self, key: str) -> tuple[int, str]:
        """(size in bytes, version id) of the newest version; `NotFound` when there is none."""
        with _translated():
            stat = self._client.stat_object(bucket_name=self._settings.originals_bucket, object_name=key)
        return int(stat.size or 0), stat.version_id or ""

    def hash_original(self, key: str, version_id: str) -> Stored:
        """Read what a client uploaded by itself, to know its hash and size."""
        reader, size = hashlib.sha256(), 0
        with self._stream(self._settings.originals_bucket, key, version_id) as chunks:
            for chunk in chunks:
                reader.update(chunk)
                size += len(chunk)
        return Stored(key, reader.hexdigest(), size, version_id)

    def remove_original(self, key: str, version_id: str = "") -> None:
        """For uploads that never became part of a dossier. Removes that version, or without one all of them (a removal
        that names no version would only hide the object). A locked version refuses."""
        versions = [version_id] if version_id else [found.version_id for found in self.original_versions(key)]
        with _translated():
            for version in versions:
                self._client.remove_object(
                    bucket_name=self._settings.originals_bucket, object_name=key, version_id=version or None
                )

    def original_versions(self, prefix: str = "") -> Iterator[OriginalVersion]:
        """Every version of every original whose key begins with `prefix`, delete markers included."""
        with _translated():
            for entry in self._client.list_objects(
                bucket_name=self._settings.originals_bucket, prefix=prefix, recursive=True, include_version=True
            ):
                if entry.last_modified is not None:
                    yield OriginalVersion(str(entry.object_name), entry.version_id or "", entry.last_modified)

    def presign_upload(self, key: str) -> str:
        """A URL to which a client PUTs a large file itself."""
        with _translated():
            return str(
                self._public.presigned_put_object(
                    bucket_name=self._settings.originals_bucket,
                    object_name=key,
                    expires=timedelta(seconds=self._settings.presign_s),
                )
            )

    # -- artifacts -------------------------------------------------------------------------------------------------

    def put_artifact(self, dossier: UUID, stage: str, data: bytes, extension: str, media_type: str) -> Stored:
        """Store derived bytes under their own hash: the same content twice is one object."""
        sha256 = hashlib.sha256(data).hexdigest()
        key = f"{dossier}/{stage}/{sha256}.{extension}"
        with _translated():
            self._client.put_object(
                bucket_name=self._settings.artifacts_bucket,
                object_name=key,
                data=io.BytesIO(data),
                length=len(data),
                content_type=media_type,
            )
        return Stored(key, sha256, len(data))

    def get_artifact(self, key: str) -> bytes:
        """The bytes of an artifact, checked against the hash in its name."""
        with self._stream(self._settings.artifacts_bucket, key, "") as chunks:
            data = b"".join(chunks)
        if hashlib.sha256(data).hexdigest() != key.rsplit("/", 1)[-1].split(".", 1)[0]:
            raise ObjectDamaged(key)
        return data

    def open_artifact(self, key: str) -> Iterator[bytes]:
        """The bytes in chunks, for streaming to a client; raises before the first chunk when there is no such key."""
        with self._stream(self._settings.artifacts_bucket, key, "") as chunks:
            yield from chunks

    def presign_artifact(self, key: str, filename: str) -> str:
        """A URL from which a client GETs the artifact for a short while."""
        with _translated():
            return str(
                self._public.presigned_get_object(
                    bucket_name=self._settings.artifacts_bucket,
                    object_name=key,
                    expires=timedelta(seconds=self._settings.presign_s),
                    extra_query_params={"response-content-disposition": f'attachment; filename="{filename}"'},
                )
            )

    def put_weights(self, role: str, data: bytes) -> Stored:
        """Store a model's weight file under its own hash; `get_artifact` reads it."""
        sha256 = hashlib.sha256(data).hexdigest()
        key = f"{WEIGHTS}/{role}/{sha256}.onnx"
        with _translated():
            self._client.put_object(
                bucket_name=self._settings.artifacts_bucket,
                object_name=key,
                data=io.BytesIO(data),
                length=len(data),
            )
        return Stored(key, sha256, len(data))

    def weights(self) -> Iterator[tuple[str, datetime]]:
        """(key, when it was written) of every weight file."""
        with _translated():
            for entry in self._client.list_objects(
                bucket_name=self._settings.artifacts_bucket, prefix=f"{WEIGHTS}/", recursive=True
            ):
                if entry.last_modified is not None:
                    yield str(entry.object_name), entry.last_modified

    def remove_weights(self, key: str) -> None:
        """Remove one weight file; nothing happens when it is not there."""
        if not key.startswith(f"{WEIGHTS}/"):
            raise ValueError(key)
        with _translated():
            self._client.remove_object(bucket_name=self._settings.artifacts_bucket, object_name=key)

    def put_set_file(self, name: str, version: int, file: str, data: bytes) -> None:
        """Store one file of a data set's version."""
        with _translated():
            self._client.put_object(
                bucket_name=self._settings.artifacts_bucket,
                object_name=f"{DATASETS}/{name}/v{version}/{file}",
                data=io.BytesIO(data),
                length=len(data),
            )

    def get_set_file(self, name: str, version: int, file: str) -> bytes:
        """One file of a data set's version, as it lies there: who reads checks it against the manifest."""
        with self._stream(self._settings.artifacts_bucket, f"{DATASETS}/{name}/v{version}/{file}", "") as chunks:
            return b"".join(chunks)

    def set_files(self, name: str, version: int) -> list[str]:
        """The files that lie there of a data set's version, with their path inside it."""
        prefix = f"{DATASETS}/{name}/v{version}/"
        with _translated():
            found = self._client.list_objects(
                bucket_name=self._settings.artifacts_bucket, prefix=prefix, recursive=True
            )
            return [str(entry.object_name).removeprefix(prefix) for entry in found]

    def remove_set_files(self, name: str, version: int, files: Iterable[str]) -> int:
        """Remove these files of a data set's version; how many were asked for."""
        names = [f"{DATASETS}/{name}/v{version}/{file}" for file in files]
        with _translated():
            errors = list(
                self._client.remove_objects(
                    bucket_name=self._settings.artifacts_bucket,
                    delete_object_list=(DeleteObject(one) for one in names),
                )
            )
        if errors:
            raise StoreUnavailable(str(errors[0].code))
        return len(names)

    def artifact_owners(self) -> Iterator[str]:
        """The dossier ids that own artifacts (top-level prefixes)."""
        with _translated():
            for entry in self._client.list_objects(bucket_name=self._settings.artifacts_bucket):
                yield str(entry.object_name).rstrip("/")

    def remove_artifacts(self, dossier: UUID) -> int:
        """Remove everything derived from a dossier; how many objects went."""
        with _translated():
            names = [
                DeleteObject(entry.object_name)
                for entry in self._client.list_objects(
                    bucket_name=self._settings.artifacts_bucket, prefix=f"{dossier}/", recursive=True
                )
            ]
            errors = list(
                self._client.remove_objects(bucket_name=self._settings.artifacts_bucket, delete_object_list=iter(names))
            )
        if errors:
            raise StoreUnavailable(str(errors[0].code))
        return len(names)

    @contextmanager
    def _stream(self, bucket: str, key: str, version_id: str) -> Iterator[Iterator[bytes]]:
        with _translated():
            response = self._client.get_object(bucket_name=bucket, object_name=key, version_id=version_id or None)
            try:
                yield response.stream(256 * 1024)
            finally:
                response.close()
                response.release_conn()
