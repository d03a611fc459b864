"""Artifacts: derived objects of one dossier, named by their hash, removed with the dossier's prefix."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

from dossiers.store.connection import Connection
from dossiers.store.stored import ObjectDamaged, Stored, translated


class Artifacts(Connection):
    """The bucket of artifacts, by dossier."""

    def put_artifact(self, dossier: UUID, stage: str, data: bytes, extension: str, media_type: str) -> Stored:
        """Store derived bytes under their own hash: the same content twice is one object."""
        sha256 = hashlib.sha256(data).hexdigest()
        key = f"{dossier}/{stage}/{sha256}.{extension}"
        self._put(key, data, media_type)
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
        with translated():
            return str(
                self._public.presigned_get_object(
                    bucket_name=self._settings.artifacts_bucket,
                    object_name=key,
                    expires=timedelta(seconds=self._settings.presign_s),
                    extra_query_params={"response-content-disposition": f'attachment; filename="{filename}"'},
                )
            )

    def artifact_owners(self) -> Iterator[str]:
        """The dossier ids that own artifacts (top-level prefixes)."""
        with translated():
            for entry in self._client.list_objects(bucket_name=self._settings.artifacts_bucket):
                yield str(entry.object_name).rstrip("/")

    def remove_artifacts(self, dossier: UUID) -> int:
        """Remove everything derived from a dossier; how many objects went."""
        return self._remove(self._keys(f"{dossier}/"))
