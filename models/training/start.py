"""What a run starts from: the stock weights, the model that is run today, or an ONNX file of ours."""

from __future__ import annotations

import hashlib
import importlib.util
import json
from dataclasses import dataclass
from pathlib import Path

import onnx

from dossiers.errors import InputError
from models.narrowed import narrowed_in
from models.training.config import Role
from models.weights import check_sha256, registry

_STOCK = {
    "recogniser": (
        "PP-OCRv6_rec_small.onnx", "6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884",
        "pp-ocrv6-rec-small@6.0",
    ),
    "detector": (
        "PP-OCRv6_det_small.onnx", "090f04abcd9d9a7498bc4ebf677e4cb9bdce1fe4197ddb7e529f1ef44e1ff94f",
        "pp-ocrv6-det-small@6.0",
    ),
}  # fmt: skip


class StartUnusable(InputError):
    """What `--from` names is not there or is no model of this role; `detail` says which."""

    code = "training.start_unusable"
    vi = "Không dùng được mô hình gốc nêu ở --from. Hãy chọn champion, stock hoặc một tệp .onnx do Hoso xuất ra."
    en = "The model named by --from cannot be used. Choose champion, stock or an .onnx file that Hoso exported."


@dataclass(frozen=True, slots=True)
class Start:
    """A checked file and who it is (`name@version`)."""

    path: Path
    identity: str
    sha256: str

    @property
    def version(self) -> str:
        return self.identity.partition("@")[2]


def stock_path(role: Role = "recogniser") -> Path:
    """The pinned file in the installed `rapidocr`; the package is not imported. `StartUnusable` without it."""
    name, sha256, _ = _STOCK[role]
    spec = importlib.util.find_spec("rapidocr")
    if spec is None or spec.origin is None:
        raise StartUnusable("the stock weights are in the wheel rapidocr: `make train` installs it")
    path = Path(spec.origin).parent / "models" / name
    check_sha256(path, sha256)
    return path


def find_start(role: Role, named: str) -> Start:
    """`stock`, `champion` or the path of an ONNX file. `StartUnusable`, `WeightsRejected`."""
    if named == "stock":
        _, sha256, identity = _STOCK[role]
        return Start(stock_path(role), identity, sha256)
    if named == "champion":
        weights = registry()[role]
        return Start(weights.path(), weights.identity, weights.sha256)
    path = Path(named)
    if not path.is_file():
        raise StartUnusable(f"{named} is not there")
    held = metadata(path)
    if held.get("role", role) != role:
        raise StartUnusable(f"{path.name} is a {held['role']}, not a {role}")
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    identity = f"{held['name']}@{held['version']}" if "name" in held and "version" in held else f"{path.stem}@0"
    return Start(path, identity, sha256)


def metadata(path: Path) -> dict[str, str]:
    """What an ONNX file says about itself. `StartUnusable` when it is none."""
    try:
        return {entry.key: entry.value for entry in onnx.load(str(path), load_external_data=False).metadata_props}
    except Exception as error:
        raise StartUnusable(f"{path.name} is no ONNX file") from error


def narrowed_at(path: Path) -> float:
    """To which share of their width the model in an ONNX file sees lines or pages. `StartUnusable`."""
    try:
        return narrowed_in(metadata(path))
    except ValueError as error:
        raise StartUnusable(f"{path.name}: {error}") from error


def characters_of(path: Path) -> list[str]:
    """Characters of a recogniser's classes, blank (empty) first: ours are a JSON list, the stock one's a text whose
    space comes last. `StartUnusable` without either."""
    held = metadata(path)
    if "charset" in held:
        return ["", *json.loads(held["charset"])]
    if "character" in held:
        return ["", *held["character"].splitlines(), " "]
    raise StartUnusable(f"{path.name} carries no charset")
