"""Source files on local disk while their pages are rasterised: a large PDF is fetched once, not once a page."""

from __future__ import annotations

import tempfile
from collections import OrderedDict
from pathlib import Path
from uuid import UUID

from dossiers.store import ObjectStore

KEEP_BYTES = 1024**3


class Sources:
    """A small cache of fetched files, least recently used out first; its folder ends with the process."""

    def __init__(self, store: ObjectStore, keep_bytes: int = KEEP_BYTES) -> None:
        self._store, self._keep_bytes = store, keep_bytes
        self._folder = tempfile.TemporaryDirectory(prefix="hoso-sources-")
        self._held: OrderedDict[str, Path] = OrderedDict()

    def original(self, key: str, version_id: str, sha256: str) -> Path:
        """The original on disk, its hash checked at the fetch. Raises `ObjectDamaged`, `StoreUnavailable`."""
        if key not in self._held:
            path = self._place(sha256)
            self._store.fetch_original(key, version_id, sha256, path)
            self._hold(key, path)
        self._held.move_to_end(key)
        return self._held[key]

    def artifact(self, key: str) -> Path:
        """A derived file (a member of a ZIP) on disk."""
        if key not in self._held:
            path = self._place(key.rsplit("/", 1)[-1])
            path.write_bytes(self._store.get_artifact(key))
            self._hold(key, path)
        self._held.move_to_end(key)
        return self._held[key]

    def workdir(self, dossier: UUID) -> tempfile.TemporaryDirectory[str]:
        """A folder for the members of a ZIP, gone when the caller closes it."""
        return tempfile.TemporaryDirectory(prefix=f"{dossier}-", dir=self._folder.name)

    def _place(self, name: str) -> Path:
        return Path(self._folder.name) / name

    def _hold(self, key: str, path: Path) -> None:
        self._held[key] = path
        while len(self._held) > 1 and sum(p.stat().st_size for p in self._held.values()) > self._keep_bytes:
            _, oldest = self._held.popitem(last=False)
            oldest.unlink(missing_ok=True)
