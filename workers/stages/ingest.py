"""Ingest: one uploaded file becomes readable members, or findings that say why not. The file itself is never changed.

The type is told by content, never by name. A ZIP becomes one member per accepted entry; a refused entry leaves a
finding and the rest goes on. A PDF's scripts, attachments and launch actions are kept, never run, and reported.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium

from config.settings import Limits
from dossiers.document import Finding, Severity
from workers.formats import archive, images, pdf, signatures, sniff, textlayer
from workers.formats.errors import (
    BrokenFile,
    EmptyFile,
    FileError,
    NestedArchive,
    TooManyEntries,
    UnknownType,
    refusal,
)


@dataclass(frozen=True, slots=True)
class SourceFile:
    """An uploaded file: its 1-based place in the dossier, its name as given, and a local copy of its bytes."""

    ordinal: int
    name: str
    path: Path


@dataclass(frozen=True, slots=True)
class Member:
    """One readable file. `path`, `sha256` and `size` are of the bytes to read: for a damaged PDF the repaired copy.

    `text_pages` are the 0-based pages whose text layer is good and stands for reading the picture.
    `signature_report` is `workers.formats.signatures.report`; `flags` are among `javascript`, `embedded-files`,
    `launch-action`, `forms`, `restricted`, `repaired`.
    """

    name: str
    path: Path
    sha256: str
    size: int
    media_type: str
    pages: int
    text_pages: tuple[int, ...] = ()
    signature_report: dict[str, Any] | None = None
    flags: tuple[str, ...] = ()

    @property
    def signed(self) -> bool:
        """Whether a digital signature is already on it."""
        return self.signature_report is not None


@dataclass(frozen=True, slots=True)
class IngestedFile:
    """The result for one uploaded file. `error` is the code of a FileError when nothing in it can be read."""

    ordinal: int
    name: str
    sha256: str
    size: int
    media_type: str
    members: tuple[Member, ...] = ()
    findings: tuple[Finding, ...] = field(default=())
    error: str | None = None


def ingest(source: SourceFile, limits: Limits, workdir: Path, anchors: Sequence[Path] = ()) -> IngestedFile:
    """Look into `source`. Files it has to make (ZIP entries, repaired copies) go to `workdir`, which must exist.

    `anchors`: certificates trusted when signatures already on a PDF are validated. Bad input never raises.
    """
    name, size = unicodedata.normalize("NFC", source.name), source.path.stat().st_size
    kind = sniff.media_type(source.path)
    members: list[Member] = []
    findings: list[Finding] = []
    error: str | None = None
    try:
        if size == 0:
            raise EmptyFile()
        if kind == sniff.ZIP:
            _ingest_zip(source, limits, workdir, anchors, members, findings)
        else:
            member, notes = _member(source.path, name, kind, limits, workdir, anchors, source.ordinal)
            members.append(member)
            findings.extend(notes)
    except FileError as refused:
        error = refused.code
        findings.append(refusal(refused, source.ordinal))
    if not members and error is None:
        error = next((f.code for f in findings if f.severity is Severity.ERROR), BrokenFile.code)
    digest = _sha256(source.path)
    return IngestedFile(
        source.ordinal, name, digest, size, kind or "application/octet-stream", tuple(members), tuple(findings), error
    )


def _ingest_zip(
    source: SourceFile,
    limits: Limits,
    workdir: Path,
    anchors: Sequence[Path],
    members: list[Member],
    findings: list[Finding],
) -> None:
    if archive.is_office(source.path):
        raise UnknownType("office document")
    for entry in archive.extract(source.path, workdir, limits):
        where = f"Mục {entry.position} trong ZIP: ", f"Entry {entry.position} of the ZIP: "
        try:
            if entry.error or entry.path is None:
                raise entry.error or BrokenFile()
            kind = sniff.media_type(entry.path)
            if kind == sniff.ZIP:
                raise UnknownType("office document") if archive.is_office(entry.path) else NestedArchive()
            if len(members) >= limits.files_per_dossier:
                raise TooManyEntries(f"more than {limits.files_per_dossier} files")
            member, notes = _member(entry.path, entry.name, kind, limits, workdir, anchors, source.ordinal, where)
            members.append(member)
            findings.extend(notes)
        except FileError as refused:
            findings.append(refusal(refused, source.ordinal, where))


def _member(
    path: Path,
    name: str,
    kind: str | None,
    limits: Limits,
    workdir: Path,
    anchors: Sequence[Path],
    ordinal: int,
    where: tuple[str, str] = ("", ""),
) -> tuple[Member, list[Finding]]:
    notes: list[Finding] = []

    def note(code: str, severity: Severity, vi: str, en: str) -> None:
        notes.append(Finding(code, severity, where[0] + vi, where[1] + en, file=ordinal))

    if kind is None:
        raise UnknownType()
    if not sniff.extension_fits(name, kind):
        note(
            "file.extension", Severity.INFO,
            f"Đuôi tên tệp không khớp nội dung; tệp được xử lý theo nội dung thật ({kind}).",
            f"The file name's extension does not match its content; it is processed as what it is ({kind}).",
        )  # fmt: skip
    if kind in sniff.IMAGES:
        pages = images.count_frames(path, kind, limits)
        return Member(name, path, _sha256(path), path.stat().st_size, kind, pages), notes
    facts = pdf.examine(path, workdir, limits)
    if facts.repaired:
        note(*(_TRUNCATED if facts.truncated else _REPAIRED))
    for flag in facts.flags:
        if flag in _ACTIVE:
            note(f"file.{flag}", Severity.WARNING, *_ACTIVE[flag])
    signed = signatures.report(path, anchors)
    flags = tuple(sorted({*facts.flags, "repaired"})) if facts.repaired else facts.flags
    good = _good_text_pages(facts.path)
    read, size = facts.path, facts.path.stat().st_size
    return Member(name, read, _sha256(read), size, kind, facts.pages, good, signed, flags), notes


_REPAIRED = (
    "file.repaired", Severity.INFO,
    "Cấu trúc tệp PDF bị hỏng và đã được sửa trên bản sao; bản gốc giữ nguyên.",
    "The PDF's structure was damaged and has been repaired on a copy; the original is kept as it is.",
)  # fmt: skip
_TRUNCATED = (
    "file.truncated", Severity.WARNING,
    "Tệp PDF bị cụt; các trang còn đọc được đã được giữ lại. Hãy đối chiếu số trang, nếu thiếu thì nộp lại tệp đầy đủ.",
    "The PDF is cut off; the readable pages were kept. Check their number and submit the whole file if any lack.",
)  # fmt: skip
_ACTIVE = {
    "javascript": (
        "Tệp PDF có mã JavaScript. Mã không bao giờ được chạy; bản gốc giữ nguyên. Hãy thận trọng khi mở bản gốc.",
        "The PDF contains JavaScript. It is never run; the original is kept. Take care when opening the original.",
    ),
    "embedded-files": (
        "Tệp PDF có tệp đính kèm bên trong. Tệp đính kèm không được đọc; nếu cần, hãy nộp riêng từng tệp.",
        "The PDF has files embedded. They are not read; submit them one by one if they matter.",
    ),
    "launch-action": (
        "Tệp PDF có lệnh mở chương trình. Lệnh không bao giờ được chạy. Hãy thận trọng khi mở bản gốc.",
        "The PDF has an action that starts a program. It is never run. Take care when opening the original.",
    ),
}


def _good_text_pages(path: Path) -> tuple[int, ...]:
    try:
        document = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        raise BrokenFile("pages") from error
    try:
        document.init_forms()  # so that what is typed into fields is seen; this build has no script engine
        return tuple(i for i in range(len(document)) if _is_good(document, i))
    finally:
        document.close()


def _is_good(document: pdfium.PdfDocument, index: int) -> bool:
    try:
        page = document[index]
    except pdfium.PdfiumError:
        return False
    try:
        return textlayer.is_good(page)
    finally:
        page.close()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
