"""Train our line recogniser: the stock PP-OCRv6 small backbone, a Vietnamese head, synthetic lines, CTC.

Guarantees that a run is decided by its configuration and seed, that it can be ended at any time and started again
with at most `checkpoint_seconds` lost and the same losses as if it had never stopped, and that no real page is
ever read. The moving average of the weights is what is exported.

    python -m models.training.recogniser --config config/training/recogniser.yaml
"""

from __future__ import annotations

import argparse
import json
import math
import time
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
import yaml
from pydantic import BaseModel, ConfigDict

from models.charset import CHARSET
from models.training.lines_data import Batch, batches
from models.training.stock import LineRecogniser, load_onnx, stock_characters, stock_path
from models.training.vietnamese_head import give_vietnamese_head


class RecogniserTraining(BaseModel):
    """One training run; every key is explained in `config/training/recogniser.yaml`. Unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    seed: int
    lines: int
    threads: int
    run: Path
    frozen_stages: int
    learning_rate: float
    head_learning_rate: float
    warmup_steps: int
    final_share: float
    ema: float
    widest: int
    area: int
    most: int
    pool: int
    bfloat16: bool
    checkpoint_seconds: float
    drawers: int


def build(config: RecogniserTraining) -> LineRecogniser:
    """The stock recogniser with our head; its stem and first stages frozen."""
    torch.manual_seed(config.seed)
    path = stock_path()
    model = give_vietnamese_head(load_onnx(path), stock_characters(path), CHARSET)
    encoder = model.model.backbone.encoder
    frozen = [encoder.convolution, *encoder.blocks[: config.frozen_stages]] if config.frozen_stages else []
    for part in frozen:
        part.requires_grad_(False)
    model.to(memory_format=torch.channels_last).train()
    return model


def loss_of(model: LineRecogniser, batch: Batch, *, bfloat16: bool) -> torch.Tensor:
    """Mean CTC loss per sign."""
    pixels = batch.pixels.to(memory_format=torch.channels_last)
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=bfloat16):
        scores = model(pixels).transpose(0, 1)
    steps = torch.full((scores.shape[1],), scores.shape[0], dtype=torch.long)
    return F.ctc_loss(scores, batch.labels, steps, batch.lengths, zero_infinity=True)


class Run:
    """A training run in a folder: model, moving average, optimiser, and where in the stream of lines it stands."""

    def __init__(self, config: RecogniserTraining) -> None:
        self.config = config
        self.model = build(config)
        head = list(self.model.head.parameters())
        rest = [p for n, p in self.model.named_parameters() if p.requires_grad and not n.startswith("head.")]
        groups = [{"params": rest, "lr": config.learning_rate}, {"params": head, "lr": config.head_learning_rate}]
        self.optimiser = torch.optim.AdamW(groups, weight_decay=1e-4, betas=(0.9, 0.98))
        self.rates = [group["lr"] for group in self.optimiser.param_groups]
        self.average = {name: value.detach().clone() for name, value in self.model.state_dict().items()}
        self.step = self.lines = self.pool = self.place = 0
        self.checkpoint = config.run / "checkpoint.pt"
        if self.checkpoint.exists():
            self._restore(torch.load(self.checkpoint, weights_only=True))

    def _restore(self, held: dict[str, Any]) -> None:
        self.model.load_state_dict(held["model"])
        self.optimiser.load_state_dict(held["optimiser"])
        self.average = held["average"]
        self.step, self.lines, self.pool, self.place = held["at"]

    def save(self) -> None:
        """Write the checkpoint in one step: a reader sees the old one or the new one, never half of it."""
        self.config.run.mkdir(parents=True, exist_ok=True)
        fresh = self.checkpoint.with_suffix(".new")
        at = (self.step, self.lines, self.pool, self.place)
        held = {"model": self.model.state_dict(), "optimiser": self.optimiser.state_dict(), "average": self.average}
        torch.save({**held, "at": at}, fresh)
        fresh.replace(self.checkpoint)

    def _rate(self) -> float:
        done = min(1.0, self.lines / self.config.lines)
        cosine = self.config.final_share + (1 - self.config.final_share) * (1 + math.cos(math.pi * done)) / 2
        return min(1.0, (self.step + 1) / self.config.warmup_steps) * cosine

    def learn(self, batch: Batch) -> float:
        """One step of the optimiser; the loss before it."""
        for group, rate in zip(self.optimiser.param_groups, self.rates, strict=True):
            group["lr"] = rate * self._rate()
        loss = loss_of(self.model, batch, bfloat16=self.config.bfloat16)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_([p for p in self.model.parameters() if p.requires_grad], 5.0)
        self.optimiser.step()
        self.step, self.lines, self.pool, self.place = self.step + 1, batch.lines, batch.pool, batch.place
        # Early on the average would be mostly the untrained head: let it follow faster.
        keep = min(self.config.ema, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            for name, value in self.model.state_dict().items():
                self.average[name].lerp_(value, 1 - keep)
        return float(loss.detach())

    def stream(self) -> Any:
        """The batches that are still to come."""
        c = self.config
        return batches(c.seed, pool_size=c.pool, widest=c.widest, area=c.area, most=c.most, pool=self.pool,
                       skip=self.place, lines=self.lines, beside=c.drawers)  # fmt: skip


def main(config: RecogniserTraining, *, most_steps: int | None = None) -> list[float]:
    """Train until `config.lines` lines were seen (or for `most_steps`); the losses of this call, step by step."""
    torch.set_num_threads(config.threads)
    run = Run(config)
    config.run.mkdir(parents=True, exist_ok=True)
    losses: list[float] = []
    saved = noted = time.monotonic()
    lines_then = run.lines
    with (config.run / "progress.jsonl").open("a", encoding="utf-8") as progress:
        for batch in run.stream():
            if run.lines >= config.lines or (most_steps is not None and len(losses) >= most_steps):
                break
            losses.append(run.learn(batch))
            now = time.monotonic()
            if run.step % 50 == 0:
                note = {
                    "step": run.step, "lines": run.lines, "loss": round(sum(losses[-50:]) / len(losses[-50:]), 4),
                    "lines_per_second": round((run.lines - lines_then) / (now - noted), 1),
                }  # fmt: skip
                progress.write(json.dumps(note) + "\n")
                progress.flush()
                noted, lines_then = now, run.lines
            if now - saved > config.checkpoint_seconds:
                run.save()
                saved = now
    run.save()
    return losses


def read_config(path: Path) -> RecogniserTraining:
    """The configuration in a YAML file, checked."""
    return RecogniserTraining.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--config", type=Path, default=Path("config/training/recogniser.yaml"))
    main(read_config(parser.parse_args().config))
