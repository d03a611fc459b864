"""Writing a data set as a folder (`models.datasets.folder` says what is in it): all of it or nothing.

Guarantees that the same lines and facts give the same bytes, that a crop is stored once under its own hash, that equal
crops of one provenance are one line (the first), and that what was written is a set that `read_set` accepts.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dossiers.errors import Conflict, InputError
from models.datasets.folder import (
    CARD,
    FORMAT,
    LABELS,
    LINES,
    MANIFEST,
    DataSet,
    encode,
    read_manifest,
    read_set,
    split_of,
)
from models.protocols import Image


class DataSetExists(Conflict):
    """The folder for the set is there already: a version of a set never changes."""

    code = "data.set_exists"
    vi = "Thư mục đích đã có dữ liệu. Hãy chọn thư mục mới; một phiên bản của bộ dữ liệu không bao giờ bị ghi đè."
    en = "The target folder already holds something. Choose a new one; a version of a set is never overwritten."


class FolderUnusable(InputError):
    """The folder for the set cannot be made where it shall; `detail` names it."""

    code = "data.folder_unusable"
    vi = "Không tạo được thư mục đích ở chỗ đó. Hãy ghi tên một thư mục mới trong thư mục mà bạn được ghi."
    en = "The target folder cannot be made there. Name a new folder inside one that you may write to."


@dataclass(frozen=True, slots=True)
class NewLine:
    """A line to be written. `crop` is uint8 [h, w, 3] BGR; `text` is clean (`fault_of` finds nothing)."""

    crop: Image
    text: str
    source: str
    provenance: str
    model_read: str = ""
    before: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What manifest and card say besides the lines.

    `permission`: on what legal basis the lines may be used; `until`: ISO 8601 date at which the set is deleted, empty
    when it has no end; `skipped`: how many lines were left out, by reason; `masked`: lines with numbers that identify
    a person were among them.
    """

    permission: str
    until: str
    at: str
    by: str
    masked: bool = False
    skipped: tuple[tuple[str, int], ...] = ()


def write_set(folder: Path, name: str, version: int, lines: Iterable[NewLine], facts: Facts) -> DataSet:
    """Write the set into `folder`, which must not exist or be empty (`DataSetExists`). Returns it read back."""
    with new_folder(folder) as made:
        (made / "crops").mkdir()
        records, files = [], {}
        seen: set[tuple[str, str]] = set()
        for line in lines:
            record, data = record_of(line)
            if (record["image"], record["provenance"]) in seen:
                continue
            seen.add((record["image"], record["provenance"]))
            (made / record["image"]).write_bytes(data)
            files[record["image"]] = record["image"].removeprefix("crops/").removesuffix(".png")
            records.append(record)
        write_index(made, name, version, records, files, facts)
        read_set(made)
    return read_set(folder)


def copy_set(source: Path, folder: Path) -> DataSet:
    """The checked set in `source`, byte for byte in `folder`, which must not exist or be empty (`DataSetExists`)."""
    found = read_set(source)
    names = [*read_manifest(source)["files"], MANIFEST] if found.version else [LABELS]
    with new_folder(folder) as made:
        for path in [*(source / name for name in names), *(line.image_path for line in found.lines)]:
            target = made / path.relative_to(source)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
    return read_set(folder)


def require_new(folder: Path) -> None:
    """Raises `DataSetExists` unless there is nothing at `folder`, or an empty folder; a link is something.

    `FolderUnusable` when a folder cannot be made there: better said before an hour of reading than after it.
    """
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise DataSetExists(str(folder))
    nearest = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    if not nearest.is_dir() or not os.access(nearest, os.R_OK | os.W_OK | os.X_OK):
        raise FolderUnusable(str(folder))
    if folder.exists() and any(folder.iterdir()):
        raise DataSetExists(str(folder))


@contextmanager
def new_folder(folder: Path) -> Iterator[Path]:
    """A folder beside `folder` (mode 0700) to write into; it takes its place at the end, or is removed on an error.

    Raises as `require_new`, and `FolderUnusable` for the folder one works in, which cannot be put aside for another.
    """
    require_new(folder)
    place = folder.resolve()
    if place == Path.cwd():
        raise FolderUnusable(str(folder))
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=f".{place.name}-", dir=place.parent))
    except OSError as error:
        raise FolderUnusable(str(folder)) from error
    try:
        yield made
        try:
            made.rename(place)  # an empty folder gives way, one that was filled meanwhile does not
        except OSError as error:
            raise DataSetExists(str(folder)) from error
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise


def facts_of(manifest: dict[str, Any]) -> Facts:
    """The facts that a manifest holds."""
    return Facts(
        permission=manifest["permission"],
        until=manifest["until"],
        at=manifest["at"],
        by=manifest["by"],
        masked=manifest["masked"],
        skipped=tuple(manifest["skipped"].items()),
    )


def record_of(line: NewLine) -> tuple[dict[str, str], bytes]:
    """The object of `lines.jsonl` and the bytes of its crop."""
    data = encode(line.crop)
    record = {
        "image": f"crops/{hashlib.sha256(data).hexdigest()}.png",
        "text": line.text,
        "model_read": line.model_read,
        "before": line.before,
        "source": line.source,
        "split": split_of(line.provenance),
        "provenance": line.provenance,
        "at": line.at,
    }
    return record, data


def write_index(
    folder: Path,
    name: str,
    version: int,
    records: Sequence[dict[str, str]],
    files: dict[str, str],
    facts: Facts,
    removed: Sequence[dict[str, Any]] = (),
) -> None:
    """Write lines.jsonl, card.md and manifest.json; `files`: SHA-256 of the crops by name."""
    ordered = sorted(records, key=lambda record: (record["image"], record["text"]))
    content = "".join(json.dumps(record, ensure_ascii=False, sort_keys=True) + "\n" for record in ordered).encode()
    (folder / LINES).write_bytes(content)
    manifest: dict[str, Any] = {
        "format": FORMAT,
        "name": name,
        "version": version,
        "at": facts.at,
        "by": facts.by,
        "permission": facts.permission,
        "until": facts.until,
        "masked": facts.masked,
        "counts": counts_of(records),
        "skipped": dict(facts.skipped),
        "models": sorted({record["model_read"] for record in records if record["model_read"]}),
        "removed": list(removed),
    }
    (folder / CARD).write_text(card(manifest), encoding="utf-8")
    own = {file: hashlib.sha256((folder / file).read_bytes()).hexdigest() for file in (LINES, CARD)}
    manifest["files"] = dict(sorted({**files, **own}.items()))
    text = json.dumps(manifest, ensure_ascii=False, indent=1)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")


def counts_of(records: Sequence[dict[str, str]]) -> dict[str, int]:
    """Lines in all, by split and by source; different provenances; characters of text."""
    by = Counter(record[key] for record in records for key in ("split", "source"))
    return {
        "lines": len(records),
        **{key: by[key] for key in ("train", "test", "line", "field", "import")},
        "provenances": len({record["provenance"] for record in records}),
        "characters": sum(len(record["text"]) for record in records),
    }


def card(manifest: dict[str, Any]) -> str:
    """The card, for people."""
    counts = manifest["counts"]
    rows = [
        ("Made", f"{manifest['at']} by {manifest['by']}"),
        ("Permission", manifest["permission"] or "none recorded"),
        ("Kept until", manifest["until"] or "no end recorded"),
        ("Lines", f"{counts['lines']} ({counts['train']} to train, {counts['test']} to test)"),
        (
            "From",
            f"{counts['line']} line corrections, {counts['field']} field corrections, {counts['import']} imported",
        ),
        ("Provenances", f"{counts['provenances']}; none is in both splits"),
        ("Read by", ", ".join(manifest["models"]) or "unknown"),
        ("Identities", "lines with identity, phone, tax and e-mail numbers left out" if manifest["masked"] else "kept"),
    ]
    rows += [("Left out", f"{count}: {reason}") for reason, count in manifest["skipped"].items()]
    rows += [("Removed", f"{gone['lines']} lines on {gone['at']}: {gone['reason']}") for gone in manifest["removed"]]
    head = f"# Data set {manifest['name']}, version {manifest['version']}\n\n| | |\n| --- | --- |\n"
    body = "".join(f"| {key} | {_cell(value)} |\n" for key, value in rows)
    use = (
        "\nCrops of lines as the reader saw them, with the text that stands there. They may hold personal data: use "
        "them for the purpose above alone, keep them where the permission allows, delete copies by the date above.\n"
    )
    return head + body + use


def _cell(value: str) -> str:
    return " ".join(value.replace("|", "\\|").split())
