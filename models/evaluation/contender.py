"""A model that is measured, and the folder of weights in which a `Reader` runs it in place of the shipped one."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import yaml

from dossiers.errors import InputError
from models.engines import Hardware, open_network
from models.weights import Weights, registry


class ModelUnknown(InputError):
    """Neither a file nor a model that is registered; `detail` names it."""

    code = "evaluation.model_unknown"
    vi = "Không tìm thấy mô hình. Hãy ghi đường dẫn tệp .onnx, hoặc tên trong `hoso models list`."
    en = "No such model. Give the path of an .onnx file, or a name from `hoso models list`."


@dataclass(frozen=True, slots=True)
class Contender:
    """`weights` of one role, and where their file is; `others`: the weights of the other roles, by role."""

    weights: Weights
    file: Path
    others: dict[str, Weights]

    @property
    def role(self) -> str:
        """`recogniser` or `detector`."""
        return self.weights.role


def shipped(role: str = "recogniser") -> Contender:
    """What this release runs."""
    known = registry()
    return Contender(known[role], known[role].path(), {r: w for r, w in known.items() if r != role})


def from_file(file: Path) -> Contender:
    """The model in an ONNX file: a recogniser when it carries a charset, else a detector.

    Name and version come from the file's metadata (`name`, `version`), else from its name and its hash. Raises
    `ModelUnknown` when there is no such file, `WeightsRejected` when no runtime can load it.
    """
    if not file.is_file():
        raise ModelUnknown(str(file))
    notes = open_network(file, Hardware(threads=1)).metadata
    with file.open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    role = "recogniser" if "charset" in notes else "detector"
    weights = Weights(
        role=role,
        name=notes.get("name", file.stem),
        version=notes.get("version", sha256[:8]),
        file=file.name,
        sha256=sha256,
        licence=notes.get("licence", ""),
        card="",
    )
    return with_weights(weights, file)


def with_weights(weights: Weights, file: Path) -> Contender:
    """Registered `weights`, fetched to `file`, beside the shipped models of the other roles."""
    return Contender(weights, file, shipped(weights.role).others)


def write_registry(contender: Contender, folder: Path) -> None:
    """Make `folder` one that `Reader` opens: a `registry.yaml` that names every file where it is."""
    entries = {role: replace(held, file=str(held.path().resolve())) for role, held in contender.others.items()}
    entries[contender.role] = replace(contender.weights, file=str(contender.file.resolve()))
    plain = {role: {k: v for k, v in asdict(held).items() if k != "role"} for role, held in entries.items()}
    (folder / "registry.yaml").write_text(yaml.safe_dump(plain, allow_unicode=True), encoding="utf-8")
