"""Data sets of line crops as folders: what training and evaluation read, whoever made them.

    lines.jsonl      an object a line of text: {"image": "crops/<sha256>.png", "text": ..., "source": ..., "split": ...}
    crops/*.png      the crops, named by the SHA-256 of their bytes
    manifest.json    name, version, permission, end of retention, counts and the SHA-256 of every other file
    card.md          the same for people

A plain folder with `labels.tsv` (`file<TAB>text`, UTF-8) and images beside it is read too: that is what a person makes
with an editor or a spreadsheet (`models.datasets.labels`). `read_set` guarantees of both that every line has a crop
that can be decoded and a text that is NFC, not empty and within the charset; of a set with a manifest that no byte
differs from what was written, and of a folder of labels that no picture has two texts.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

import cv2

from dossiers.errors import HosoError, InputError
from models.charset import CHARSET
from models.datasets.labels import read_rows
from models.datasets.pixels import decode
from models.protocols import Image

FORMAT = "hoso.lines/1"
MANIFEST, LINES, CARD, LABELS = "manifest.json", "lines.jsonl", "card.md", "labels.tsv"
TEST_SHARE = 0.2
"""Share of provenances kept out of training, to measure on."""
_KEYS = ("text", "source", "split", "model_read", "before", "provenance", "at")
_NAMED = 20  # faults named in one error; the others are counted


class DataSetInvalid(InputError):
    """A folder is not a data set, or lines of it cannot be used; `detail` names files and places, never their text."""

    code = "data.set_invalid"
    vi = "Bộ dữ liệu có chỗ chưa dùng được. Hãy xem chi tiết, sửa labels.tsv hoặc ảnh rồi chạy lại."
    en = "The data set cannot be used as it is. See the detail, mend labels.tsv or the images and run again."


class DataSetDamaged(HosoError):
    """A file of a set is missing or is not the one that its manifest names; `detail` names it."""

    code = "data.set_damaged"
    exit_code = 2
    vi = "Bộ dữ liệu bị thiếu hoặc sai mã kiểm tra. Hãy lấy lại bằng `hoso data fetch`."
    en = "A file of the data set is missing or fails its checksum. Get the set again with `hoso data fetch`."


@dataclass(frozen=True, slots=True)
class SetLine:
    """One line of a set. `source`: `line` or `field` (an officer's correction), `import` (a folder of labels).

    `split`: `train` or `test`, decided by the provenance, so that what one dossier gave is never in both.
    `before` is what `model_read` (`name@version`) had read; `at` an ISO 8601 date; empty where unknown.
    """

    image_path: Path
    text: str
    source: str
    split: str
    model_read: str = ""
    before: str = ""
    provenance: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class DataSet:
    """A set that was checked. `version` is 0 for a plain folder. `digest` (hex) changes with any crop or text."""

    name: str
    version: int
    folder: Path
    lines: tuple[SetLine, ...]
    digest: str

    @property
    def identity(self) -> str:
        """`name@vN`; the name alone for a plain folder."""
        return f"{self.name}@v{self.version}" if self.version else self.name

    def part(self, split: str) -> tuple[SetLine, ...]:
        """The lines of one split, in order."""
        return tuple(line for line in self.lines if line.split == split)


def split_of(provenance: str) -> str:
    """`test` for a fifth of all provenances, the same in every version of every set."""
    share = int.from_bytes(hashlib.sha256(provenance.encode()).digest()[:4]) / 2**32
    return "test" if share < TEST_SHARE else "train"


def clean_text(text: str) -> str:
    """NFC, one space between words, none around: how a line is written everywhere in a set."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def fault_of(text: str, charset: Iterable[str] = CHARSET) -> str:
    """Why `text` cannot be a training text, empty when it can. Names characters by code point, never the text."""
    if not text:
        return "empty text"
    if text != unicodedata.normalize("NFC", text):
        return "text is not NFC"
    if outside := sorted(set(text) - set(charset)):
        return "not in the charset: " + " ".join(f"U+{ord(character):04X}" for character in outside)
    return ""


def load_crop(line: SetLine) -> Image:
    """The crop, uint8 [h, w, 3] BGR. `DataSetInvalid` when the file cannot be decoded."""
    image = decode(line.image_path.read_bytes()) if line.image_path.is_file() else None
    if image is None:
        raise DataSetInvalid(f"{line.image_path.name} is no image")
    return image


def encode(crop: Image) -> bytes:
    """PNG, without loss."""
    done, data = cv2.imencode(".png", crop)
    if not done:
        raise DataSetInvalid("a crop cannot be written as PNG")
    return data.tobytes()


def read_set(folder: Path, charset: Sequence[str] = CHARSET) -> DataSet:
    """The checked set in `folder`, with a manifest or with `labels.tsv` alone.

    Raises `DataSetDamaged` when a file is not what the manifest says, `DataSetInvalid` for lines that cannot be used
    (the detail lists them) and for a folder that is no set or holds no line.
    """
    if (folder / MANIFEST).is_file():
        found = _read_written(folder)
    elif (folder / LABELS).is_file():
        found = _read_labels(folder)
    else:
        raise DataSetInvalid(f"{folder} holds neither {MANIFEST} nor {LABELS}")
    faults = [
        f"{line.image_path.name}: {fault}"
        for line in found.lines
        if (fault := fault_of(line.text, charset) or ("" if _decodes(line.image_path) else "no image"))
    ]
    _refuse(faults)
    if not found.lines:
        raise DataSetInvalid(f"{folder} holds no line")
    return found


def _refuse(faults: list[str]) -> None:
    if faults:
        more = [f"and {len(faults) - _NAMED} more"] if len(faults) > _NAMED else []
        raise DataSetInvalid("; ".join(faults[:_NAMED] + more))


def _decodes(path: Path) -> bool:
    return path.is_file() and decode(path.read_bytes()) is not None


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a set. `DataSetDamaged` when it is missing or no manifest."""
    try:
        held = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        known = held["format"] == FORMAT and isinstance(held["files"], dict)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataSetDamaged(MANIFEST) from error
    if not known:
        raise DataSetDamaged(f"{MANIFEST}: not {FORMAT}")
    return dict(held)


def _read_written(folder: Path) -> DataSet:
    manifest = read_manifest(folder)
    for name, sha256 in manifest["files"].items():
        path = inside(folder, name)
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
            raise DataSetDamaged(name)
    if LINES not in manifest["files"]:
        raise DataSetDamaged(LINES)
    content = (folder / LINES).read_bytes()
    lines = []
    for held in map(json.loads, content.decode().splitlines()):
        if held["image"] not in manifest["files"]:
            raise DataSetDamaged(held["image"])
        lines.append(SetLine(inside(folder, held["image"]), **{key: held.get(key, "") for key in _KEYS}))
    return DataSet(manifest["name"], manifest["version"], folder, tuple(lines), hashlib.sha256(content).hexdigest())


def _read_labels(folder: Path) -> DataSet:
    """Columns: file, text; if a head names them also `reading` (what a model read) and `model` (which one)."""
    try:
        rows = read_rows((folder / LABELS).read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        raise DataSetInvalid(f"{LABELS} is not UTF-8: save it as UTF-8") from error
    lines, faults, digest = [], [], hashlib.sha256()
    said: dict[str, tuple[str, int]] = {}  # by picture: its text, and the row that gave it
    on_disk: dict[str, Path] | None = None
    for row in rows:
        if row.fault:
            faults.append(f"{LABELS} line {row.number}: {row.fault}")
            continue
        name, text = row.cells["file"], clean_text(row.cells["text"])
        path = inside(folder, name)
        if not path.is_file():
            on_disk = _by_name(folder) if on_disk is None else on_disk
            path = inside(folder, str(on_disk.get(_composed(name), name)))
        if not path.is_file():
            faults.append(f"{LABELS} line {row.number}: there is no {name}")
            continue
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        digest.update(f"{sha256}\t{text}\n".encode())
        earlier, number = said.setdefault(sha256, (text, row.number))
        if earlier != text:
            faults.append(f"{LABELS} lines {number} and {row.number}: two texts for one picture, {name}")
        model, before = row.cells.get("model", ""), clean_text(row.cells.get("reading", ""))
        origin = sha256[:16]
        lines.append(SetLine(path, text, "import", split_of(origin), model, before, origin))
    _refuse(faults)
    return DataSet(folder.resolve().name, 0, folder, tuple(lines), digest.hexdigest())


def _by_name(folder: Path) -> dict[str, Path]:
    """What lies in the folder, by its composed name: systems differ in how they write an accented letter."""
    names = sorted(path.relative_to(folder) for path in folder.rglob("*"))
    return {_composed(str(name)): name for name in names}


def _composed(name: str) -> str:
    return unicodedata.normalize("NFC", str(PurePath(name)))


def inside(folder: Path, name: str) -> Path:
    """`folder`/`name`; `DataSetInvalid` when that would lie outside of the folder."""
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()):
        raise DataSetInvalid("a file name leads out of the folder")
    return path
