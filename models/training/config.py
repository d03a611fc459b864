"""What decides a training run: one file for each role, every key typed, unknown keys refused.

Guarantees that two runs with equal `digest` that start from the same model, over sets that hold the same lines
(`origin.Origin` tells both), train on the same samples in the same order at the same rates, on as many workers.
"""

from __future__ import annotations

import hashlib
import json
from abc import abstractmethod
from pathlib import Path
from typing import Any, ClassVar, Literal, Self, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from dossiers.errors import InputError

Role = Literal["recogniser", "detector"]
Device = Literal["auto", "cpu", "cuda"]
_MACHINE = frozenset({"run", "threads", "drawers", "device", "bfloat16", "checkpoint_seconds", "check_minutes"})
"""Keys that say where and how fast a run is made, not what it makes."""
_PATHS = frozenset({"start", "sets"})
"""Keys that say where something lies. What lies there is part of a model's version: `origin.Origin`."""


class TrainingConfigInvalid(InputError):
    """A configuration has an unknown key, lacks one or holds a value that makes no sense; `detail` lists them."""

    code = "training.config_invalid"
    vi = "Tệp cấu hình huấn luyện không hợp lệ. Hãy sửa các khóa nêu trong chi tiết; xem config/training."
    en = "The training configuration is not valid. Mend the keys named in the detail; see config/training."


class Training(BaseModel):
    """What both roles share. Every key is explained in `config/training/*.yaml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    role: ClassVar[Role]

    name: str
    version: str = ""
    start: str = "stock"
    seed: int
    run: Path
    threads: int = Field(2, ge=1)
    drawers: int = Field(1, ge=0)
    device: Device = "auto"
    bfloat16: bool = True
    learning_rate: float = Field(gt=0)
    warmup_steps: int = Field(ge=1)
    final_share: float = Field(ge=0, le=1)
    ema: float = Field(ge=0, lt=1)
    blend: float = Field(1.0, gt=0, le=1)
    hidden: float = Field(1.0, gt=0, le=1)
    taught: float = Field(0.0, ge=0)
    narrowed: float | None = Field(None, ge=0.5, le=1)
    pool: int = Field(ge=1)
    checkpoint_seconds: float = Field(45, gt=0)
    check_minutes: float = Field(5, gt=0)
    checked: int = Field(ge=0)

    @property
    @abstractmethod
    def samples(self) -> int:
        """How many samples the run sees in all."""

    @model_validator(mode="after")
    def _a_narrowed_model_is_kept_whole(self) -> Self:
        """Between a model and a narrower one there is no half-way."""
        if self.hidden < 1 and self.blend < 1:
            raise PydanticCustomError("hidden", "hidden: below 1 it needs blend: 1, half-way to such a model is none")
        return self

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of all in the configuration that decides the result, wherever start and sets lie."""
        held = self.model_dump(mode="json", exclude=set(_MACHINE | _PATHS))
        return hashlib.sha256(json.dumps(held, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


class RecogniserTraining(Training):
    """A run that trains the line recogniser; a sample is a line."""

    role = "recogniser"

    name: str = "hoso-rec-vi"
    lines: int = Field(ge=1)
    sets: tuple[str, ...] = ()
    set_share: float = Field(0.0, ge=0, lt=1)
    set_wear: float = Field(0.3, ge=0, le=1)
    by_hand: float = Field(0.2, ge=0, le=1)
    joined: float = Field(0.45, ge=0, le=1)
    frozen_stages: int = Field(ge=0, le=4)
    head_learning_rate: float = Field(gt=0)
    widest: int
    area: int
    most: int
    checked: int = Field(100, ge=0)
    calibrated: int = Field(0, ge=0)

    @model_validator(mode="after")
    def _sets_have_a_share(self) -> RecogniserTraining:
        """A set of which no line would be drawn is a mistake: the model would be called trained on it."""
        if self.sets and not round(self.pool * self.set_share):
            raise PydanticCustomError(
                "set_share",
                "set_share: {share} of a pool of {pool} lines is none, so nothing would be learnt from the sets; "
                "write set_share: 0.3, as config/training/finetune.yaml does, or name no set",
                {"share": self.set_share, "pool": self.pool},
            )
        return self

    @property
    def samples(self) -> int:
        return self.lines


class DetectorTraining(Training):
    """A run that trains the line detector; a sample is a square cut from a page."""

    role = "detector"

    name: str = "hoso-det-vi"
    crops: int = Field(ge=1)
    side: int = Field(640, multiple_of=32)
    crops_per_page: int = Field(4, ge=1)
    batch: int = Field(4, ge=1)
    frozen_stages: int = Field(0, ge=0, le=4)
    checked: int = Field(12, ge=0)

    @property
    def samples(self) -> int:
        return self.crops


Kind = TypeVar("Kind", bound=Training)


def read_config(path: Path, kind: type[Kind], changes: dict[str, Any] | None = None) -> Kind:
    """The configuration in a YAML file with `changes` over it. `TrainingConfigInvalid` names what is wrong."""
    if not path.is_file():
        raise TrainingConfigInvalid(f"{path} is not there")
    try:
        held = yaml.safe_load(path.read_text(encoding="utf-8"))
        return kind.model_validate({**held, **(changes or {})})
    except ValidationError as error:
        faults = (": ".join(filter(None, (".".join(map(str, f["loc"])), f["msg"]))) for f in error.errors())
        raise TrainingConfigInvalid(f"{path.name}: " + "; ".join(faults)) from error
    except (yaml.YAMLError, UnicodeDecodeError, TypeError) as error:
        raise TrainingConfigInvalid(f"{path.name} is no YAML mapping") from error
