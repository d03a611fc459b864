"""Tiny runs on one thread: a handful of narrow lines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import models.training  # noqa: F401 - first: it says how threads of torch wait

pytest.importorskip("torch")
pytest.importorskip("transformers")

from models.datasets import Facts, NewLine, write_set
from models.synthesis.lines import sample_line
from models.training.config import DetectorTraining, RecogniserTraining, read_config

CONFIGS = Path(__file__).parents[3] / "config" / "training"
TINY = {"threads": 1, "drawers": 0, "checked": 0, "warmup_steps": 2, "device": "cpu"}


def tiny_recogniser(run: Path, **changes: Any) -> RecogniserTraining:
    small = {"calibrated": 0, "pool": 24, "area": 1024, "most": 4, "widest": 512, "lines": 1000}
    return read_config(CONFIGS / "finetune.yaml", RecogniserTraining, {"run": run, **TINY, **small, **changes})


def tiny_detector(run: Path, **changes: Any) -> DetectorTraining:
    small = {"start": "stock", "pool": 1, "crops_per_page": 2, "batch": 2, "side": 160, "crops": 1000}
    return read_config(CONFIGS / "detector.yaml", DetectorTraining, {"run": run, **TINY, **small, **changes})


@pytest.fixture(scope="session")
def corrected_set(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A written set of lines, some of them in split `test`."""
    lines = []
    for number in range(40):
        image, text = sample_line(4, number, strength=0.0, by_hand=0.0)
        lines.append(NewLine(np.ascontiguousarray(image), text, "import", f"paper-{number // 4}"))
    folder = tmp_path_factory.mktemp("sets") / "own"
    write_set(folder, "own", 1, lines, FACTS)
    return folder


FACTS = Facts(permission="drawn for tests", until="", at="2026-11-25", by="tests")
