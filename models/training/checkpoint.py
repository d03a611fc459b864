"""The state of a run in one file, replaced in one step: a reader sees the old one or the new one, never half of it,
also after the plug was pulled."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from dossiers.errors import Conflict, HosoError
from models.training.config import Training
from models.training.origin import Origin, SetNotes, digests

FILE = "checkpoint.pt"
_MAY_CHANGE = frozenset({
    "name", "version", "run", "threads", "drawers", "device", "checkpoint_seconds", "check_minutes", "checked",
    "lines", "crops", "calibrated", "blend",
    "start", "sets",  # paths: what lies there is compared
})  # fmt: skip


class TrainingMismatch(Conflict):
    """The checkpoint in the folder was made with another configuration, start or sets; `detail` names the keys that
    differ: `start` and `sets` where what lies there is not what the run began with."""

    code = "training.other_configuration"
    vi = (
        "Thư mục này giữ một lượt huấn luyện có cấu hình, mô hình gốc hoặc bộ dòng khác. Hãy chọn thư mục khác (--out) "
        "hoặc bắt đầu lại (--fresh)."
    )
    en = (
        "This folder holds a run with another configuration, another start or other lines in its sets. Choose another "
        "folder (--out) or start anew (--fresh)."
    )


class CheckpointDamaged(HosoError):
    """The checkpoint is cut short or no checkpoint at all; `detail` names the file."""

    code = "training.checkpoint_damaged"
    exit_code = 2
    vi = "Tệp trạng thái của lượt huấn luyện bị hỏng. Hãy chép lại từ bản lưu nếu có, hoặc bắt đầu lại với --fresh."
    en = "The checkpoint of the run is damaged. Put a copy of it back if you have one, or start anew with --fresh."


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """`model`, `average` (what is exported) and `optimiser` states; `step`s and `seen` samples; where each member of
    the team stands in the stream; `parent`: {"identity", "sha256"} of the model that the run started from; `sets`: what
    its sets held when it began."""

    model: dict[str, Any]
    average: dict[str, Any]
    optimiser: dict[str, Any]
    step: int
    seen: int
    places: list[tuple[int, int]]
    parent: dict[str, str]
    sets: SetNotes


def save(config: Training, held: Checkpoint) -> None:
    """Write it into `config.run`."""
    config.run.mkdir(parents=True, exist_ok=True)
    fresh = config.run / f"{FILE}.new"
    with fresh.open("wb") as file:
        torch.save(
            {
                "model": held.model, "optimiser": held.optimiser, "average": held.average,
                "at": (held.step, held.seen, *held.places[0]), "places": held.places, "parent": held.parent,
                "sets": held.sets, "config": config.model_dump(mode="json"),
            },
            file,
        )  # fmt: skip
        file.flush()
        os.fsync(file.fileno())  # a name that is on the disk before its bytes would be an empty file
    fresh.replace(config.run / FILE)
    folder = os.open(config.run, os.O_RDONLY)
    os.fsync(folder)  # the name as well
    os.close(folder)


def begun(config: Training) -> bool:
    """Whether a run left a checkpoint in `config.run`."""
    return (config.run / FILE).exists()


def load(config: Training, device: torch.device | str = "cpu", *, origin: Origin | None = None) -> Checkpoint | None:
    """The state in `config.run`, None without one. `CheckpointDamaged`; `TrainingMismatch` when the configuration that
    it was made with differs, or what it began with is not `origin`."""
    if not begun(config):
        return None
    held, then, sets_noted = _read(config.run / FILE, device)
    now = config.model_dump(mode="json")
    differ = {key for key in then if key not in _MAY_CHANGE and then[key] != now.get(key)}
    if not sets_noted and then.get("sets"):
        differ.add("sets")  # from before their contents were noted: nobody knows what they held
    if origin is not None and held.parent and held.parent["sha256"] != origin.start.sha256:
        differ.add("start")
    if origin is not None and digests(held.sets) != digests(origin.sets):
        differ.add("sets")
    if differ:
        raise TrainingMismatch(f"{config.run}: {', '.join(sorted(differ))}")
    return held


def _read(path: Path, device: torch.device | str) -> tuple[Checkpoint, dict[str, Any], bool]:
    """The state, the configuration that it was made with, and whether it says what its sets held."""
    try:
        raw = torch.load(path, weights_only=True, map_location=device)
        step, seen, pool, place = raw["at"]
        places = [(int(p), int(q)) for p, q in raw.get("places", [(pool, place)])]
        state = raw["model"], raw["average"], raw["optimiser"]
        held = Checkpoint(*state, step, seen, places, dict(raw.get("parent", {})), list(raw.get("sets", [])))
        return held, dict(raw.get("config", {})), "sets" in raw
    except OSError:
        raise
    except Exception as error:  # torch says in many ways that bytes are no checkpoint
        raise CheckpointDamaged(str(path)) from error
