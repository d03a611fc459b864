"""What a job may use, made once per actor."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from config.settings import Settings
from dossiers.store import ObjectStore
from workers.jobs.sources import Sources

Image = np.ndarray[Any, np.dtype[np.uint8]]


@dataclass(frozen=True, slots=True)
class Tools:
    """`orient`: degrees clockwise (0, 90, 180, 270) that turn an image upright."""

    settings: Settings
    store: ObjectStore
    sources: Sources
    orient: Callable[[Image], int]
