"""Train our line recogniser: PP-OCRv6 small backbone, a Vietnamese head, synthetic and corrected lines, CTC.

Guarantees that a run is decided by its configuration, its sets and the model that it starts from, and that of the sets
only lines of split `train` are learnt from. The moving average of the weights is what is exported.

    python -m models.training.recogniser.task --config config/training/recogniser.yaml
"""

from __future__ import annotations

import argparse
from collections.abc import Generator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from models.charset import CHARSET
from models.evaluation.errors import edits
from models.ports.line_recogniser import LineRecogniser, load_recogniser
from models.recognition.ctc import decode
from models.recognition.prepare import scale_to_height
from models.synthesis.lines import sample_line
from models.training.config import RecogniserTraining, read_config
from models.training.loop import train
from models.training.narrow import begin_narrow
from models.training.origin import origin_of
from models.training.recogniser.head import give_vietnamese_head
from models.training.recogniser.lines import Batch, Lines, LineSource, batches, corrected, stacked
from models.training.start import StartUnusable, characters_of, narrowed_at
from models.training.teacher import answer
from models.training.team import Place

_CHECK_SEED = 77
"""Held-out lines are the same in every run, so that runs compare."""
_CHECK_BATCH = 8
LEAST_UNITS = 96
"""The first blocks have 192 hidden units: fewer than half of these make more errors than they save time."""
_JUDGED, _JUDGED_SEED = 240, 8261
"""Drawn lines by which hidden units are judged: half a million places, for at most 768 units."""


class RecogniserTask:
    """A `loop.Task`."""

    def __init__(self, config: RecogniserTraining) -> None:
        self.config = config
        self.origin = origin_of(config)
        torch.manual_seed(config.seed)
        self.model = build(self.origin.start.path, config.frozen_stages)
        self._narrowed = config.narrowed or narrowed_at(self.origin.start.path)
        self._teacher = _teacher(self.origin.start.path) if config.taught else None
        begin_narrow(self.model, config, LEAST_UNITS, lambda: _lines_to_judge_by(config, self._narrowed))
        self._folders = tuple(map(Path, config.sets))

    def groups(self) -> list[dict[str, Any]]:
        """The head learns at a rate of its own: where it is new it has more to learn."""
        head = list(self.model.head.parameters())
        rest = [p for n, p in self.model.named_parameters() if p.requires_grad and not n.startswith("head.")]
        return [
            {"params": rest, "lr": self.config.learning_rate},
            {"params": head, "lr": self.config.head_learning_rate},
        ]

    def stream(self, place: Place, step: int) -> Generator[Batch, None, None]:
        c = self.config
        source = LineSource(
            c.seed, c.pool, c.widest, self._folders, share=c.set_share, strength=c.set_wear,
            by_hand=c.by_hand, joined=c.joined, narrowed=self._narrowed,
        )  # fmt: skip
        return batches(source, area=c.area, most=c.most, pool=place[0], skip=place[1], step=step, beside=c.drawers)

    def loss(self, model: nn.Module, batch: Batch, device: torch.device) -> torch.Tensor:
        """Mean CTC loss per sign, and `taught` times how far the chances of a step are from the teacher's."""
        pixels = batch.pixels.to(device, memory_format=torch.channels_last)
        with torch.autocast(device.type, dtype=torch.bfloat16, enabled=self.config.bfloat16):
            scores = model(pixels)
        steps = torch.full((scores.shape[0],), scores.shape[1], dtype=torch.long)
        told = scores.transpose(0, 1)
        loss = F.ctc_loss(told, batch.labels.to(device), steps, batch.lengths, zero_infinity=True)
        if self._teacher is not None:
            wanted = answer(self._teacher, pixels, bfloat16=self.config.bfloat16)
            loss = loss + self.config.taught * apart(wanted, scores)
        return loss

    def check(self, model: nn.Module, device: torch.device) -> dict[str, float]:
        """`cer` on synthetic lines with prose and fonts kept out; `own_cer` on split `test` of the sets, if any."""
        found = {"cer": cer(model, held_out_lines(self.config.checked), device, self._narrowed)}
        if self._folders and (own := corrected(self._folders, "test")):
            found["own_cer"] = cer(model, own, device, self._narrowed)
        return found


def build(path: Path, frozen_stages: int) -> LineRecogniser:
    """The recogniser in `path` with a head for our charset; its stem and first stages frozen. `StartUnusable`."""
    try:
        model, known = load_recogniser(path), characters_of(path)
    except ValueError as error:
        raise StartUnusable(f"{path.name}: {error}") from error
    if tuple(known[1:]) != CHARSET:
        model = give_vietnamese_head(model, known, CHARSET)
    encoder = model.model.backbone.encoder
    for part in [encoder.convolution, *encoder.blocks[:frozen_stages]] if frozen_stages else []:
        part.requires_grad_(False)
    return model


def apart(wanted: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
    """The mean over all steps of the Kullback-Leibler divergence between log-probabilities [n, steps, classes]."""
    return F.kl_div(scores.flatten(0, 1), wanted.flatten(0, 1), reduction="batchmean", log_target=True)


def _teacher(path: Path) -> LineRecogniser:
    """The model that the run starts from, as it is. `StartUnusable` when it writes other signs than we do."""
    if tuple(characters_of(path)[1:]) != CHARSET:
        raise StartUnusable(f"{path.name} writes other signs than are trained: it cannot teach (taught: 0)")
    teacher = load_recogniser(path)
    teacher.requires_grad_(False)
    return teacher


def _lines_to_judge_by(config: RecogniserTraining, narrowed: float) -> list[torch.Tensor]:
    source = LineSource(
        _JUDGED_SEED, _JUDGED, config.widest, by_hand=config.by_hand, joined=config.joined, narrowed=narrowed
    )
    lines = source(0)
    return [stacked(lines[place : place + _CHECK_BATCH])[0] for place in range(0, len(lines), _CHECK_BATCH)]


@cache
def held_out_lines(count: int) -> Lines:
    """Synthetic lines with prose and fonts that training never sees."""
    return [sample_line(_CHECK_SEED, number, held_out=True) for number in range(count)]


def cer(model: nn.Module, lines: Sequence[tuple[Any, str]], device: torch.device, narrowed: float) -> float:
    """Edits over signs of the truth, in 0..1 and above; greedy decoding; lines at `narrowed` of their width."""
    seen = ((scale_to_height(image, narrowed), text) for image, text in lines)
    scaled = sorted(seen, key=lambda pair: pair[0].shape[1])
    wrong = signs = 0
    for start in range(0, len(scaled), _CHECK_BATCH):
        cut = scaled[start : start + _CHECK_BATCH]
        pixels, _ = stacked(cut)
        with torch.no_grad():
            chances = model(pixels.to(device, memory_format=torch.channels_last)).exp().cpu().numpy()
        for row, (_, text) in zip(chances, cut, strict=True):
            wrong, signs = wrong + edits(decode(row, CHARSET).text, text), signs + len(text)
    return round(wrong / max(1, signs), 5)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--config", type=Path, default=Path("config/training/recogniser.yaml"))
    train(RecogniserTask(read_config(parser.parse_args().config, RecogniserTraining)))
