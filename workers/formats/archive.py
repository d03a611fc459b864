"""ZIP archives: entries are checked by the directory, then read with a counter, never by trust in stated sizes.

Entries go to files with names of our own (`000.bin`, ...); their stated names are kept as text only.
"""

from __future__ import annotations

import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from config.settings import Limits
from workers.formats.errors import (
    BrokenFile,
    DecompressionBomb,
    EmptyFile,
    EncryptedFile,
    FileError,
    TooManyEntries,
    TruncatedFile,
    UnsafeName,
)

_CHUNK = 256 * 1024
_SMALL = 1024 * 1024  # below this a high ratio is ordinary (a blank page as PNG or TIFF)
_CLUTTER = re.compile(r"(^|/)(__MACOSX/|\.DS_Store$|Thumbs\.db$|desktop\.ini$|\._[^/]*$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of the archive: its 1-based position, NFC name, and where it was put, or why it was refused."""

    position: int
    name: str
    path: Path | None
    error: FileError | None = None


def extract(archive: Path, folder: Path, limits: Limits) -> Iterator[Entry]:
    """Read the entries one after another into `folder`. Raises a FileError when the archive as a whole is refused."""
    try:
        opened = zipfile.ZipFile(archive)
    except (zipfile.BadZipFile, ValueError, OSError, UnicodeDecodeError, NotImplementedError) as error:
        raise (TruncatedFile if _no_directory(archive) else BrokenFile)("directory") from error
    with opened:
        # Counted before anything else is made of the directory: 10,000 entries cost nothing.
        infos = opened.infolist()
        if len(infos) > limits.zip_entries:
            raise TooManyEntries(f"{len(infos)} entries, at most {limits.zip_entries}")
        wanted = [
            (i, info) for i, info in enumerate(infos, 1) if not info.is_dir() and not _CLUTTER.search(_name(info))
        ]
        if not wanted:
            raise EmptyFile("no files in the archive")
        if sum(info.file_size for _, info in wanted) > limits.upload_bytes:
            raise DecompressionBomb("all entries together")
        left = limits.upload_bytes
        for position, info in wanted:
            name, target = _name(info), folder / f"{position:04d}.bin"
            try:
                left -= _inflate(opened, info, target, limits, left)
                yield Entry(position, PurePosixPath(name).name, target)
            except FileError as error:
                target.unlink(missing_ok=True)
                yield Entry(position, PurePosixPath(name).name, None, error)


def _inflate(archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path, limits: Limits, left: int) -> int:
    name = _name(info)
    if name.startswith(("/", "\\")) or re.match(r"[A-Za-z]:", name) or ".." in re.split(r"[/\\]", name) or "\0" in name:
        raise UnsafeName(name)
    if info.flag_bits & 1:
        raise EncryptedFile(name)
    allowed = min(left, max(_SMALL, int(info.compress_size * limits.zip_ratio)))
    if info.file_size > allowed:
        raise DecompressionBomb(f"{info.file_size} bytes from {info.compress_size}")
    done = 0
    try:
        with archive.open(info) as source, target.open("wb") as sink:
            while chunk := source.read(_CHUNK):
                done += len(chunk)
                if done > allowed:
                    raise DecompressionBomb(f"over {allowed} bytes from {info.compress_size}")
                sink.write(chunk)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError) as error:
        raise BrokenFile(name) from error
    if done == 0:
        raise EmptyFile(name)
    return done


def _name(info: zipfile.ZipInfo) -> str:
    """The entry's name in NFC. Archivers that write UTF-8 without saying so are common: cp437 is undone if it fits."""
    name = info.orig_filename
    if not info.flag_bits & 0x800:
        with suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return unicodedata.normalize("NFC", name)


def _no_directory(archive: Path) -> bool:
    """Whether the end-of-directory record is missing, as in an archive whose end was cut off."""
    with archive.open("rb") as file:
        file.seek(max(0, archive.stat().st_size - 66_000))
        return b"PK\x05\x06" not in file.read()


def is_office(archive: Path) -> bool:
    """Whether the ZIP is in truth an office document (OOXML or ODF) and not an archive of papers."""
    try:
        with zipfile.ZipFile(archive) as opened:
            names = opened.namelist()
    except (zipfile.BadZipFile, ValueError, OSError, UnicodeDecodeError, NotImplementedError):
        return False
    return "[Content_Types].xml" in names or names[:1] == ["mimetype"]
