"""The weight files that we run, what they are called and what they must hash to.

Guarantees that no model is loaded from a file that differs by one bit from what the registry (`registry.yaml`)
names: wrong, truncated or tampered files are refused before a runtime sees them. Nothing is ever downloaded.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from dossiers.errors import HosoError

HERE = Path(__file__).parent


class WeightsRejected(HosoError):
    """A weight file is missing, cannot be loaded, or is not the one that was registered; `detail` names the file."""

    code = "models.weights_rejected"
    vi = (
        "Tệp trọng số của mô hình bị thiếu, không nạp được hoặc sai mã kiểm tra. Hãy kiểm tra tệp trong chi tiết; nếu "
        "là tệp đi kèm Hoso, hãy cài lại từ bản phát hành gốc."
    )
    en = (
        "A model's weight file is missing, cannot be loaded, or fails its checksum. Check the file in the detail; if "
        "it came with Hoso, reinstall it from the original release."
    )


@dataclass(frozen=True, slots=True)
class Weights:
    """One weight file. `identity` is what readings carry: `name@version`.

    `key` is where a registered file lies in the object store; empty: it ships with Hoso, an entry of `registry.yaml`.
    """

    role: str
    name: str
    version: str
    file: str
    sha256: str
    licence: str
    card: str
    key: str = ""

    @property
    def identity(self) -> str:
        return f"{self.name}@{self.version}"

    def path(self, folder: Path = HERE) -> Path:
        """The checked file in `folder`; `WeightsRejected` if it is missing or not the registered one."""
        path = folder / self.file
        check_sha256(path, self.sha256)
        return path


def check_sha256(path: Path, expected: str) -> None:
    """Raise `WeightsRejected` unless the bytes of `path` hash to `expected` (hex)."""
    if not path.is_file():
        raise WeightsRejected(f"{path.name} is missing")
    with path.open("rb") as stream:
        found = hashlib.file_digest(stream, "sha256").hexdigest()
    if found != expected:
        raise WeightsRejected(f"{path.name}: sha256 is {found}, the registry says {expected}")


@cache
def registry(path: Path = HERE / "registry.yaml") -> dict[str, Weights]:
    """All registered weights by role (`detector`, `recogniser`, `orienter`)."""
    entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {role: Weights(role=role, **entry) for role, entry in entries.items()}
