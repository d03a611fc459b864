"""Job of the ingest stage: each original is fetched, locked, looked into; members of ZIPs are stored as files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from dossiers.document import Finding, Severity
from dossiers.dossier import Stage
from workers.jobs.tools import Tools
from workers.stages.ingest import IngestedFile, Member, SourceFile, ingest


@dataclass(frozen=True, slots=True)
class Original:
    """One uploaded file and where it lies."""

    ordinal: int
    name: str
    object_key: str
    version_id: str
    sha256: str


@dataclass(frozen=True, slots=True)
class IngestOrder:
    """The uploads of a dossier; until when the originals are locked."""

    dossier_id: UUID
    originals: tuple[Original, ...]
    locked_until: datetime


@dataclass(frozen=True, slots=True)
class KnownFile:
    """A file after a look into it: an upload (`parent` None, same ordinal) or a member of the ZIP `parent`."""

    ordinal: int
    parent: int | None
    name: str
    sha256: str
    size: int
    media_type: str
    object_key: str
    pages: int
    text_pages: frozenset[int]
    error: str | None
    signature_report: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Ingested:
    """All files of the dossier in order, and what is to be said of them."""

    files: tuple[KnownFile, ...]
    findings: tuple[Finding, ...]


def ingest_dossier(tools: Tools, order: IngestOrder) -> Ingested:
    """Look into every original. A bad file becomes a finding; only a store that fails raises."""
    files: list[KnownFile] = []
    findings: list[Finding] = []
    limit, next_ordinal = tools.settings.limits.files_per_dossier, len(order.originals) + 1
    anchors = sorted((tools.settings.signing.certificates / "roots").glob("*.pem"))
    for original in order.originals:
        tools.store.lock_original(original.object_key, original.version_id, order.locked_until)
        path = tools.sources.original(original.object_key, original.version_id, original.sha256)
        with tools.sources.workdir(order.dossier_id) as workdir:
            found = ingest(
                SourceFile(original.ordinal, original.name, path), tools.settings.limits, Path(workdir), anchors
            )
            findings.extend(found.findings)
            if not _is_container(found, path):
                files.append(_upload(original, found, found.members[0] if found.members else None))
                continue
            files.append(_upload(original, found, None))
            room = max(0, limit - next_ordinal + 1)
            if len(found.members) > room:
                findings.append(_too_many(original, len(found.members) - room, limit))
            for member in found.members[:room]:
                files.append(_member(tools, order.dossier_id, next_ordinal, original.ordinal, member))
                next_ordinal += 1
    files.sort(key=lambda file: file.ordinal)
    return Ingested(tuple(files), tuple(findings))


def _is_container(found: IngestedFile, path: Path) -> bool:
    return found.error is None and any(member.path != path for member in found.members)


def _too_many(original: Original, left_out: int, limit: int) -> Finding:
    return Finding(
        "dossier.too_many_files",
        Severity.ERROR,
        f"Hồ sơ chỉ nhận tối đa {limit} tệp; {left_out} tệp trong ZIP không được đọc. Hãy nộp chúng trong hồ sơ khác.",
        f"A dossier takes at most {limit} files; {left_out} of this ZIP were not read. Submit them in another dossier.",
        file=original.ordinal,
    )


def _upload(original: Original, found: IngestedFile, only: Member | None) -> KnownFile:
    return KnownFile(
        ordinal=original.ordinal,
        parent=None,
        name=found.name,
        sha256=found.sha256,
        size=found.size,
        media_type=found.media_type,
        object_key=original.object_key,
        pages=only.pages if only else 0,
        text_pages=frozenset(only.text_pages) if only else frozenset(),
        error=found.error,
        signature_report=only.signature_report if only else None,
    )


def _member(tools: Tools, dossier_id: UUID, ordinal: int, parent: int, member: Member) -> KnownFile:
    stored = tools.store.put_artifact(
        dossier_id, Stage.INGEST.value, member.path.read_bytes(), "bin", member.media_type
    )
    return KnownFile(
        ordinal=ordinal,
        parent=parent,
        name=member.name,
        sha256=member.sha256,
        size=member.size,
        media_type=member.media_type,
        object_key=stored.key,
        pages=member.pages,
        text_pages=frozenset(member.text_pages),
        error=None,
        signature_report=member.signature_report,
    )
