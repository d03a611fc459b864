"""The one place that talks to the object store, through the `minio` SDK alone (MinIO in production, any S3 store else).

Two buckets. *Originals*: versioned, with object lock; written once, locked as soon as the dossier is accepted, read by
their version and checked against their SHA-256. *Artifacts*: derived objects, named `<dossier>/<stage>/<sha256>.<ext>`,
so that writing one twice is harmless and every object has an owner whose prefix the janitor can remove; beside them
weight files and data sets under prefixes of their own.
"""

from __future__ import annotations

from dossiers.store.artifacts import Artifacts
from dossiers.store.learning import DATASETS, WEIGHTS, Learning
from dossiers.store.originals import Originals
from dossiers.store.stored import ObjectDamaged, OriginalVersion, Stored, StoreUnavailable

__all__ = ["DATASETS", "WEIGHTS", "ObjectDamaged", "ObjectStore", "OriginalVersion", "StoreUnavailable", "Stored"]


class ObjectStore(Originals, Artifacts, Learning):
    """Both buckets. Safe to use from threads (the SDK's client is)."""
