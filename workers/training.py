"""Training on several workers through Ray Train: one process each, joined by torch.distributed, gradients averaged.

Guarantees that a run on workers goes on from the same checkpoints as a run alone, that a signal to the driver makes all
of them save before they end, and that Ray keeps nothing that the run's folder does not hold.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from config.settings import Settings
from dossiers.errors import HosoError, Unavailable
from models.training import checkpoint
from models.training.config import DetectorTraining, RecogniserTraining, Training
from models.training.loop import PROGRESS, Note, Outcome, notes_in
from workers.pool import start_ray

_STOP = "stop"
"""A file of this name in the run's folder asks the workers to save and end."""
_LOOK_SECONDS = 1.0


class TrainingFailed(HosoError):
    """The workers ended with an error; the last checkpoint stands. `detail` is the error's first line."""

    code = "training.failed"
    vi = "Huấn luyện trên nhiều tiến trình bị lỗi. Trạng thái gần nhất đã lưu; hãy chạy lại cùng lệnh để tiếp tục."
    en = "Training on several workers failed. The last state is saved; run the same command again to go on."


class RayTrainMissing(Unavailable):
    """Ray Train's own requirements are not installed."""

    code = "training.workers_missing"
    vi = "Chưa cài phần huấn luyện nhiều tiến trình (Ray Train). Hãy chạy `make train`, hoặc dùng --workers 1."
    en = "Training on several workers (Ray Train) is not installed. Run `make train`, or use --workers 1."


def train_together(
    config: Training, workers: int, *, told: Callable[[Note], None], stop: Callable[[], bool]
) -> Outcome:
    """Train `config` on `workers` processes. Raises `RayTrainMissing`, `TrainingFailed`; `losses` stay empty."""
    try:
        import ray
        from ray.train import RunConfig, ScalingConfig
        from ray.train.torch import TorchConfig, TorchTrainer
    except ImportError as error:
        raise RayTrainMissing(str(error).splitlines()[0]) from error
    # What a worker prints stays in Ray's own log files: the run's log is progress.jsonl.
    os.environ.setdefault("RAY_TRAIN_ENABLE_PRINT_PATCH", "0")
    stopping = config.run / _STOP
    stopping.unlink(missing_ok=True)
    if not ray.is_initialized():
        start_ray(Settings(), cpus=workers + 1)  # the run's own process beside its workers
    on_gpu = config.device == "cuda" or (config.device == "auto" and ray.cluster_resources().get("GPU", 0) >= workers)
    run = {"role": config.role, "config": config.model_dump(mode="json")}
    trainer = TorchTrainer(
        _one_worker,
        train_loop_config=run,
        scaling_config=ScalingConfig(num_workers=workers, use_gpu=on_gpu),
        run_config=RunConfig(name="ray", storage_path=str(config.run.resolve())),
        torch_config=TorchConfig(backend="nccl" if on_gpu else "gloo"),
    )
    driver = _Driver(trainer.fit)
    progress = _Progress(config.run / PROGRESS, config.samples, told)
    driver.start()
    while driver.is_alive():
        driver.join(_LOOK_SECONDS)
        progress.look()
        if stop():
            stopping.touch()
    ray.shutdown()
    stopping.unlink(missing_ok=True)
    if driver.failed:
        raise TrainingFailed(_reason(driver.failed)) from driver.failed
    progress.look()
    held = checkpoint.load(config)
    seen = held.seen if held else 0
    return Outcome([], seen >= config.samples, seen)


def _reason(error: Exception) -> str:
    """The last line of what a worker said when it failed, else of the error itself."""
    failures = getattr(error, "worker_failures", {})
    first = next(iter(failures.values()), error)
    return next((row for row in reversed(str(first).splitlines()) if row.strip()), type(error).__name__).strip()[:300]


class _Driver(threading.Thread):
    """`fit` beside the thread that tells how it goes."""

    def __init__(self, fit: Callable[[], Any]) -> None:
        super().__init__(daemon=True)
        self._fit = fit
        self.failed: Exception | None = None

    def run(self) -> None:
        try:
            self._fit()
        except Exception as error:
            self.failed = error


class _Progress:
    """What the first worker has written down since the last look."""

    def __init__(self, path: Path, samples: int, told: Callable[[Note], None]) -> None:
        self._path, self._samples, self._told = path, samples, told
        self._read = path.stat().st_size if path.exists() else 0

    def look(self) -> None:
        if not self._path.exists():
            return
        with self._path.open("rb") as file:
            file.seek(self._read)
            rows = file.read()
        whole = rows[: rows.rfind(b"\n") + 1]
        self._read += len(whole)
        for held in notes_in(whole):
            speed, seen = held.get("per_second", 0.0), held["seen"]
            left = (self._samples - seen) / speed if speed else float("nan")
            self._told(
                Note(held["step"], seen, self._samples, held.get("loss", float("nan")), speed,
                     held.get("rate", 0.0), left, held.get("held_out", {}))
            )  # fmt: skip


def _one_worker(held: dict[str, Any]) -> None:
    """What each worker runs: the same loop as alone, as one of a team."""
    import ray.train.torch

    from models.training.product import run_here
    from models.training.team import Together

    kind: type[Training] = DetectorTraining if held["role"] == "detector" else RecogniserTraining
    device = ray.train.torch.get_device()
    config = kind.model_validate(held["config"]).model_copy(update={"device": device.type})
    stopping = config.run / _STOP
    run_here(config, team=Together(device), told=lambda note: None, stop=stopping.exists)
