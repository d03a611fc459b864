"""Train our line detector: PP-OCRv6 small, synthetic pages, the loss of differentiable binarisation.

Guarantees that a run is decided by its configuration and the model that it starts from, and that no real page is read.
The moving average of the weights is what is exported.

    python -m models.training.detector.task --config config/training/detector.yaml
"""

from __future__ import annotations

import argparse
from collections.abc import Generator
from functools import cache
from pathlib import Path
from typing import Any

import torch
from torch import nn

from models.ports.line_detector import LineDetector, load_detector
from models.training.config import DetectorTraining, read_config
from models.training.detector.check import found_lines, matched
from models.training.detector.data import Batch, CropSource, as_pixels, batches
from models.training.detector.loss import db_loss, taught_loss
from models.training.detector.pages import Boxes, drawn_page
from models.training.loop import train
from models.training.narrow import begin_narrow
from models.training.origin import origin_of
from models.training.start import StartUnusable, narrowed_at
from models.training.teacher import answer
from models.training.team import Place

_CHECK_SEED = 77
"""Held-out pages are the same in every run, so that runs compare."""

LEAST_UNITS = 64
"""The first blocks have 96 hidden units; the mixers of the first two take a tenth of the network's time."""
_JUDGED, _JUDGED_SEED = 40, 8261
"""Squares of drawn pages by which hidden units are judged: sixteen thousand places of the coarsest blocks."""


class DetectorTask:
    """A `loop.Task`."""

    def __init__(self, config: DetectorTraining) -> None:
        self.config = config
        self.origin = origin_of(config)
        torch.manual_seed(config.seed)
        self.model = build(self.origin.start.path, config.frozen_stages)
        before = narrowed_at(self.origin.start.path)
        self._shares = config.narrowed or before, before
        self._teacher = build(self.origin.start.path, 0).requires_grad_(False) if config.taught else None
        begin_narrow(self.model, config, LEAST_UNITS, lambda: _squares_to_judge_by(config, self._shares[0]))

    def groups(self) -> list[dict[str, Any]]:
        """One learning rate for all."""
        return [{"params": [p for p in self.model.parameters() if p.requires_grad], "lr": self.config.learning_rate}]

    def stream(self, place: Place, step: int) -> Generator[Batch, None, None]:
        c = self.config
        source = CropSource(c.seed, c.pool, c.crops_per_page, c.side, *self._shares)
        return batches(source, batch=c.batch, pool=place[0], skip=place[1], step=step, beside=c.drawers)

    def loss(self, model: nn.Module, batch: Batch, device: torch.device) -> torch.Tensor:
        """That of differentiable binarisation, and `taught` times how far the map is from the teacher's."""
        pixels = batch.pixels.to(device, memory_format=torch.channels_last)
        with torch.autocast(device.type, dtype=torch.bfloat16, enabled=self.config.bfloat16):
            logits = model(pixels)
        loss = db_loss(logits, batch.cores.to(device), batch.counts.to(device))
        if self._teacher is not None:
            taught = batch.taught.to(device, memory_format=torch.channels_last)
            wanted = answer(self._teacher, taught, bfloat16=self.config.bfloat16)
            loss = loss + self.config.taught * taught_loss(logits, wanted)
        return loss

    def check(self, model: nn.Module, device: torch.device) -> dict[str, float]:
        """`recall` and `precision` at IoU 0.5 on synthetic pages with other seeds and fonts."""
        hits = there = found = 0
        for image, boxes in held_out_pages(self.config.checked):
            lines = found_lines(model, image, device, self._shares[0])
            hits += matched(boxes, lines)
            there, found = there + len(boxes), found + len(lines)
        return {"recall": round(hits / max(1, there), 4), "precision": round(hits / max(1, found), 4)}


def build(path: Path, frozen_stages: int) -> LineDetector:
    """The detector in `path`; its stem and first stages frozen. `StartUnusable`."""
    try:
        model = load_detector(path)
    except ValueError as error:
        raise StartUnusable(f"{path.name}: {error}") from error
    encoder = model.model.backbone.encoder
    for part in [encoder.convolution, *encoder.blocks[:frozen_stages]] if frozen_stages else []:
        part.requires_grad_(False)
    return model


def _squares_to_judge_by(config: DetectorTraining, narrowed: float) -> list[torch.Tensor]:
    squares = CropSource(_JUDGED_SEED, _JUDGED, 1, config.side, narrowed)(0)
    return [as_pixels(seen[None]) for seen, _, _, _ in squares]


@cache
def held_out_pages(count: int) -> list[tuple[Any, Boxes]]:
    """Synthetic pages that training never sees: (image, boxes)."""
    return [drawn_page(_CHECK_SEED, number, held_out=True) for number in range(count)]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--config", type=Path, default=Path("config/training/detector.yaml"))
    train(DetectorTask(read_config(parser.parse_args().config, DetectorTraining)))
