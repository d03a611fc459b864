"""Deliver: the manifest that says what a finished dossier consists of, so that a receiver can check it whole."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

SCHEMA = "hoso.manifest/1"


@dataclass(frozen=True, slots=True)
class Artifact:
    """One object of the dossier: its role (`original`, `package`, `fields`, `result`, ...), key, hash and size."""

    role: str
    key: str
    sha256: str
    size: int | None
    name: str = ""


def manifest(code: str, artifacts: Sequence[Artifact]) -> bytes:
    """UTF-8 JSON; same input, same bytes."""
    listed = [asdict(artifact) for artifact in sorted(artifacts, key=lambda a: (a.role, a.name, a.key))]
    return json.dumps({"schema": SCHEMA, "dossier": code, "artifacts": listed}, ensure_ascii=False, indent=1).encode()
