"""A model that is measured in place of the shipped one of its role."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dossiers.errors import InputError
from models.engines import Hardware, open_network
from models.reader import Reader
from models.weights import HERE, Weights, registry


class ModelUnknown(InputError):
    """Neither a file nor a model that is registered; `detail` names it."""

    code = "evaluation.model_unknown"
    vi = "Không tìm thấy mô hình. Hãy ghi đường dẫn tệp .onnx, hoặc tên trong `hoso models list`."
    en = "No such model. Give the path of an .onnx file, or a name from `hoso models list`."


@dataclass(frozen=True, slots=True)
class Contender:
    """`weights` of a recogniser or a detector, whose file lies in `folder`. The other roles are the shipped ones."""

    weights: Weights
    folder: Path = HERE

    @property
    def model(self) -> str:
        """`name@version`."""
        return self.weights.identity

    def reader(self, hardware: Hardware) -> Reader:
        """A reader that runs this model; its engines are opened, and checked by hash, when first needed."""

        @contextmanager
        def place(weights: Weights) -> Iterator[Path]:
            yield self.folder if weights == self.weights else HERE

        return Reader(hardware, {self.weights.role: self.weights}, place)


def shipped(role: str = "recogniser") -> Contender:
    """What this release runs."""
    return Contender(registry()[role])


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
    weights = Weights(
        role="recogniser" if "charset" in notes else "detector",
        name=notes.get("name", file.stem),
        version=notes.get("version", sha256[:8]),
        file=file.name,
        sha256=sha256,
        licence=notes.get("licence", ""),
        card="",
    )
    return Contender(weights, file.resolve().parent)
