"""What a run is made of besides its configuration, by content: the model that it starts from and the lines of its sets.

Paths say where these lie, not what they are: a folder that was moved is the same set, one whose labels were mended in
place is another.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dossiers.errors import InputError
from models.datasets import read_set
from models.training.config import RecogniserTraining, Training
from models.training.start import Start, find_start

SetNotes = list[dict[str, Any]]
"""Of each set its name (`set`), `digest`, and how many lines of split `train` and `test` it holds."""


class NothingToLearn(InputError):
    """The sets of a run hold no line of split `train`; `detail` counts what they hold."""

    code = "training.nothing_to_learn"
    vi = (
        "Các bộ dữ liệu không có dòng nào để học (phần train): một phần năm, chọn theo mã băm, chỉ dùng để kiểm tra. "
        "Hãy thêm dòng đã sửa."
    )
    en = (
        "The sets hold no line to learn from (split train): a fifth, chosen by hash, is kept for testing. "
        "Add corrected lines."
    )


@dataclass(frozen=True, slots=True)
class Origin:
    """The checked model that a run starts from, and notes of its checked sets in their order."""

    start: Start
    sets: SetNotes

    @property
    def parent(self) -> dict[str, str]:
        return {"identity": self.start.identity, "sha256": self.start.sha256}


def origin_of(config: Training) -> Origin:
    """What `config` names. The sets are read first: `DataSetInvalid`, `DataSetDamaged`, `NothingToLearn`; then the
    start: `StartUnusable`, `WeightsRejected`."""
    sets = [_noted(Path(folder)) for folder in config.sets] if isinstance(config, RecogniserTraining) else []
    if sets and not any(one["train"] for one in sets):
        raise NothingToLearn("; ".join(f"{one['set']}: {one['test']} test, 0 train" for one in sets))
    return Origin(find_start(config.role, config.start), sets)


def digests(sets: Iterable[dict[str, Any]]) -> list[str]:
    """The digests of noted sets: what they hold, whatever they are called."""
    return [one["digest"] for one in sets]


def _noted(folder: Path) -> dict[str, Any]:
    found = read_set(folder)
    counts = {split: len(found.part(split)) for split in ("train", "test")}
    return {"set": found.identity, "digest": found.digest, **counts}
