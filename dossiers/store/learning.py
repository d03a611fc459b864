"""What models are made of and made into: weight files and data sets, beside the artifacts of dossiers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime

from dossiers.store.connection import Connection
from dossiers.store.stored import Stored, translated

DATASETS = "datasets"
"""First part of the keys of data sets, where artifacts have their dossier."""
WEIGHTS = "models"
"""First part of the keys of weight files, where artifacts have their dossier."""


class Learning(Connection):
    """Weights and data sets, in the bucket of artifacts."""

    def put_weights(self, role: str, data: bytes) -> Stored:
        """Store a model's weight file under its own hash; `get_artifact` reads it."""
        sha256 = hashlib.sha256(data).hexdigest()
        key = f"{WEIGHTS}/{role}/{sha256}.onnx"
        self._put(key, data)
        return Stored(key, sha256, len(data))

    def weights(self) -> Iterator[tuple[str, datetime]]:
        """(key, when it was written) of every weight file."""
        with translated():
            for entry in self._client.list_objects(
                bucket_name=self._settings.artifacts_bucket, prefix=f"{WEIGHTS}/", recursive=True
            ):
                if entry.last_modified is not None:
                    yield str(entry.object_name), entry.last_modified

    def remove_weights(self, key: str) -> None:
        """Remove one weight file; nothing happens when it is not there."""
        if not key.startswith(f"{WEIGHTS}/"):
            raise ValueError(key)
        with translated():
            self._client.remove_object(bucket_name=self._settings.artifacts_bucket, object_name=key)

    def put_set_file(self, name: str, version: int, file: str, data: bytes) -> None:
        """Store one file of a data set's version."""
        self._put(f"{DATASETS}/{name}/v{version}/{file}", data)

    def get_set_file(self, name: str, version: int, file: str) -> bytes:
        """One file of a data set's version, as it lies there: who reads checks it against the manifest."""
        with self._stream(self._settings.artifacts_bucket, f"{DATASETS}/{name}/v{version}/{file}", "") as chunks:
            return b"".join(chunks)

    def set_files(self, name: str, version: int) -> list[str]:
        """The files that lie there of a data set's version, with their path inside it."""
        prefix = f"{DATASETS}/{name}/v{version}/"
        return [key.removeprefix(prefix) for key in self._keys(prefix)]

    def remove_set_files(self, name: str, version: int, files: Iterable[str]) -> int:
        """Remove these files of a data set's version; how many were asked for."""
        return self._remove(f"{DATASETS}/{name}/v{version}/{file}" for file in files)
