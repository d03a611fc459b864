"""The state of a run in one file, replaced in one step: a reader sees the old one or the new one, never half of it,
also after the plug was pulled."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

import torch

from dossiers.errors import Conflict
from models.training.config import Training

FILE = "checkpoint.pt"
_MAY_CHANGE = frozenset({
    "name", "version", "run", "threads", "drawers", "device", "checkpoint_seconds", "check_minutes", "checked",
    "lines", "crops", "calibrated", "blend",
})  # fmt: skip


class TrainingMismatch(Conflict):
    """The checkpoint in the folder was made with another configuration; `detail` names the keys that differ."""

    code = "training.other_configuration"
    vi = "Thư mục này giữ một lượt huấn luyện cấu hình khác. Hãy chọn thư mục khác (--out) hoặc bắt đầu lại (--fresh)."
    en = "This folder holds a run with another configuration. Choose another folder (--out) or start anew (--fresh)."


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """`model`, `average` (what is exported) and `optimiser` states; `step`s and `seen` samples; where each member of
    the team stands in the stream; `parent`: {"identity", "sha256"} of the model that the run started from."""

    model: dict[str, Any]
    average: dict[str, Any]
    optimiser: dict[str, Any]
    step: int
    seen: int
    places: list[tuple[int, int]]
    parent: dict[str, str]


def save(config: Training, held: Checkpoint) -> None:
    """Write it into `config.run`."""
    config.run.mkdir(parents=True, exist_ok=True)
    fresh = config.run / f"{FILE}.new"
    with fresh.open("wb") as file:
        torch.save(
            {
                "model": held.model, "optimiser": held.optimiser, "average": held.average,
                "at": (held.step, held.seen, *held.places[0]), "places": held.places, "parent": held.parent,
                "config": config.model_dump(mode="json"),
            },
            file,
        )  # fmt: skip
        file.flush()
        os.fsync(file.fileno())  # a name that is on the disk before its bytes would be an empty file
    fresh.replace(config.run / FILE)


def load(config: Training, device: torch.device | str = "cpu") -> Checkpoint | None:
    """The state in `config.run`, None without one. `TrainingMismatch` when what it was made with differs."""
    path = config.run / FILE
    if not path.exists():
        return None
    held = torch.load(path, weights_only=True, map_location=device)
    now = config.model_dump(mode="json")
    then = held.get("config", {})
    differ = sorted(key for key in then if key not in _MAY_CHANGE and then[key] != now.get(key))
    if differ:
        raise TrainingMismatch(f"{config.run}: {', '.join(differ)}")
    step, seen, pool, place = held["at"]
    places = [(int(p), int(q)) for p, q in held.get("places", [(pool, place)])]
    return Checkpoint(
        held["model"], held["average"], held["optimiser"], step, seen, places, dict(held.get("parent", {}))
    )
