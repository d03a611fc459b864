"""Originals: written once, locked, read by their version, checked against their hash."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from minio.commonconfig import COMPLIANCE
from minio.retention import Retention

from dossiers.store.connection import Connection
from dossiers.store.stored import HashingReader, ObjectDamaged, OriginalVersion, Stored, translated

PART = 10 * 1024 * 1024


class Originals(Connection):
    """The bucket of originals."""

    def put_original(self, key: str, source: BinaryIO, media_type: str = "application/octet-stream") -> Stored:
        """Stream `source` to the store, hashing on the way. Memory stays at one part whatever the size."""
        reader = HashingReader(source)
        with translated():
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
        with translated():
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
        with translated():
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
        with translated():
            for version in versions:
                self._client.remove_object(
                    bucket_name=self._settings.originals_bucket, object_name=key, version_id=version or None
                )

    def original_versions(self, prefix: str = "") -> Iterator[OriginalVersion]:
        """Every version of every original whose key begins with `prefix`, delete markers included."""
        with translated():
            for entry in self._client.list_objects(
                bucket_name=self._settings.originals_bucket, prefix=prefix, recursive=True, include_version=True
            ):
                if entry.last_modified is not None:
                    yield OriginalVersion(str(entry.object_name), entry.version_id or "", entry.last_modified)

    def presign_upload(self, key: str) -> str:
        """A URL to which a client PUTs a large file itself."""
        with translated():
            return str(
                self._public.presigned_put_object(
                    bucket_name=self._settings.originals_bucket,
                    object_name=key,
                    expires=timedelta(seconds=self._settings.presign_s),
                )
            )
