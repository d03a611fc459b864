"""The clients of the object store, and what every kind of object needs of them."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import urllib3
from minio import Minio
from minio.commonconfig import ENABLED
from minio.deleteobjects import DeleteObject
from minio.versioningconfig import VersioningConfig

from config.settings import Store as StoreSettings
from config.settings import secret
from dossiers.store.stored import StoreUnavailable, translated


class Connection:
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
        with translated():
            if not self._client.bucket_exists(bucket_name=originals):
                self._client.make_bucket(bucket_name=originals, object_lock=True)
                self._client.set_bucket_versioning(bucket_name=originals, config=VersioningConfig(ENABLED))
            if not self._client.bucket_exists(bucket_name=artifacts):
                self._client.make_bucket(bucket_name=artifacts)

    def ping(self) -> None:
        """Raises `StoreUnavailable` when the store does not answer."""
        with translated():
            self._client.bucket_exists(bucket_name=self._settings.artifacts_bucket)

    @contextmanager
    def _stream(self, bucket: str, key: str, version_id: str) -> Iterator[Iterator[bytes]]:
        with translated():
            response = self._client.get_object(bucket_name=bucket, object_name=key, version_id=version_id or None)
            try:
                yield response.stream(256 * 1024)
            finally:
                response.close()
                response.release_conn()

    def _put(self, key: str, data: bytes, media_type: str = "application/octet-stream") -> None:
        with translated():
            self._client.put_object(
                bucket_name=self._settings.artifacts_bucket,
                object_name=key,
                data=io.BytesIO(data),
                length=len(data),
                content_type=media_type,
            )

    def _remove(self, keys: Iterable[str]) -> int:
        """Remove objects of the artifacts bucket; how many were asked for."""
        names = [DeleteObject(key) for key in keys]
        with translated():
            errors = list(
                self._client.remove_objects(bucket_name=self._settings.artifacts_bucket, delete_object_list=iter(names))
            )
        if errors:
            raise StoreUnavailable(str(errors[0].code))
        return len(names)

    def _keys(self, prefix: str) -> list[str]:
        """Every key of the artifacts bucket under `prefix`."""
        with translated():
            found = self._client.list_objects(
                bucket_name=self._settings.artifacts_bucket, prefix=prefix, recursive=True
            )
            return [str(entry.object_name) for entry in found]
