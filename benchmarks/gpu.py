"""Pages a second on a GPU and how busy it is kept: unattended, wherever a GPU exists.

    python -m benchmarks.gpu [--pages FOLDER] [--count 600] [--in-flight 32] [--cpus 14]

One process does what the system's actors do: CPU threads decode, make upright and crop, the GPU finds and reads lines,
lines of all pages in flight share batches. Each runtime that has a CUDA device here is measured in the same run: torch
in bfloat16, ONNX Runtime. `nvidia-smi` is asked five times a second how busy the device is. Goal on an H100-class
card: 30 pages/s at 80 % utilisation. Without a GPU it says so and writes nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import subprocess
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import cycle, islice
from pathlib import Path

import cv2
import numpy as np

from benchmarks.machine import machine
from benchmarks.readers.running import ROOT
from config.settings import Engine
from dossiers.page import Polygon
from models.cropping import crop_lines
from models.detection.detector import OnnxDetector
from models.engines import Hardware
from models.engines.hardware import has_cuda, torch_sees_cuda
from models.protocols import Detector, Image, Recogniser
from models.recognition.recogniser import GPU_BATCH, OnnxRecogniser
from models.weights import registry
from workers.batching import Batcher
from workers.feeding import Load, Meter

GOAL_PAGES, GOAL_BUSY = 30.0, 0.8
QUERY = "utilization.gpu,memory.used"
EVERY_MS = 200
WAIT_S = 0.004
SUFFIXES = (".jpg", ".jpeg", ".png", ".tif", ".tiff")


@dataclass(frozen=True, slots=True)
class Sample:
    """One answer of nvidia-smi: per cent of the last moments in which a kernel ran, and MiB in use."""

    busy: float
    memory_mib: float


@dataclass(frozen=True, slots=True)
class Run:
    """One runtime. `gpu_busy`: mean of the samples, 0..1; `load`: the reader's own count, as operators see it."""

    engine: str
    pages: int
    lines: int
    seconds: float
    pages_per_second: float
    gpu_busy: float
    gpu_memory_mib: float
    load: Load
    reached: bool


def parse_sample(line: str) -> Sample | None:
    """A line of `nvidia-smi --format=csv,noheader,nounits`; None for what is no measurement (`[N/A]`, a warning)."""
    try:
        busy, memory = (float(part) for part in line.split(","))
    except ValueError:
        return None
    return Sample(busy / 100, memory)


class Sampler:
    """Asks nvidia-smi while a `with` lasts. `FileNotFoundError` where there is none."""

    def __init__(self, device: int = 0) -> None:
        self._command = ["nvidia-smi", f"--id={device}", f"--query-gpu={QUERY}", "--format=csv,noheader,nounits"]
        self.samples: list[Sample] = []

    def __enter__(self) -> Sampler:
        self._process = subprocess.Popen([*self._command, f"-lms={EVERY_MS}"], stdout=subprocess.PIPE, text=True)
        self._hearing = threading.Thread(target=self._hear, daemon=True)
        self._hearing.start()
        return self

    def _hear(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if (sample := parse_sample(line)) is not None:
                self.samples.append(sample)

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()
        self._hearing.join()


class Feeder:
    """Keeps the device fed: pages decode and crop on CPU threads, their lines meet in batches."""

    def __init__(self, detector: Detector, recogniser: Recogniser, cpus: int, calls: int) -> None:
        self._detector, self._recogniser = detector, recogniser
        self._cpu, self._gpu = ThreadPoolExecutor(cpus, "cpu"), ThreadPoolExecutor(calls, "gpu")
        self._calls = calls
        self.meter = Meter(calls)

    async def read(self, files: Sequence[Path], in_flight: int) -> list[list[tuple[str, float]]]:
        """The lines of each page, in order; at most `in_flight` pages are held at once."""
        loop = asyncio.get_running_loop()
        places = asyncio.Semaphore(in_flight)
        batcher = Batcher(
            self._recognised, self._recogniser.bucket, GPU_BATCH, WAIT_S,
            lambda call: loop.run_in_executor(self._gpu, call), at_once=self._calls,
        )  # fmt: skip

        async def page(path: Path) -> list[tuple[str, float]]:
            async with places:
                image = await loop.run_in_executor(self._cpu, decoded, path)
                polygons = await loop.run_in_executor(self._gpu, self._detected, image)
                crops = await loop.run_in_executor(self._cpu, crop_lines, image, polygons)
                return await batcher.submit(crops)

        try:
            return list(await asyncio.gather(*(page(path) for path in files)))
        finally:
            batcher.close()

    def _detected(self, image: Image) -> list[Polygon]:
        with self.meter.call():
            return self._detector.detect(image)

    def _recognised(self, crops: Sequence[Image]) -> Sequence[tuple[str, float]]:
        with self.meter.call(len(crops), GPU_BATCH):
            return self._recogniser.recognise(crops)

    def close(self) -> None:
        self._cpu.shutdown()
        self._gpu.shutdown()


def decoded(path: Path) -> Image:
    """The pixels of a page image, BGR. `ValueError` for what is none."""
    image = cv2.imread(str(path))
    if image is None:
        raise ValueError(f"{path.name} is not an image")
    return np.asarray(image, dtype=np.uint8)


def runtimes() -> list[Engine]:
    """The runtimes that have a CUDA device here."""
    found: list[Engine] = ["torch"] if torch_sees_cuda() else []
    return [*found, "onnxruntime"] if has_cuda() else found


def measure(engine: Engine, files: Sequence[Path], count: int, in_flight: int, cpus: int) -> Run:
    """One runtime, warm: every page once before the clock starts."""
    hardware = Hardware(threads=1, gpu=True, calls=2, engine=engine)
    detector = OnnxDetector(registry()["detector"], hardware)
    recogniser = OnnxRecogniser(registry()["recogniser"], hardware)
    feeder = Feeder(detector, recogniser, cpus, calls=2)
    asyncio.run(feeder.read(files, in_flight))
    feeder.meter.taken(0)
    with Sampler() as sampler:
        begun = time.perf_counter()
        read = asyncio.run(feeder.read(list(islice(cycle(files), count)), in_flight))
        seconds = time.perf_counter() - begun
    load = feeder.meter.taken(0)
    feeder.close()
    return summary(engine, count, sum(map(len, read)), seconds, sampler.samples, load)


def summary(engine: str, pages: int, lines: int, seconds: float, samples: Sequence[Sample], load: Load) -> Run:
    """What was measured, and whether it reached the goal. `ValueError` without a sample."""
    if not samples:
        raise ValueError("nvidia-smi gave no sample")
    busy, speed = statistics.fmean(sample.busy for sample in samples), pages / seconds
    return Run(
        engine=engine,
        pages=pages,
        lines=lines,
        seconds=round(seconds, 2),
        pages_per_second=round(speed, 2),
        gpu_busy=round(busy, 3),
        gpu_memory_mib=max(sample.memory_mib for sample in samples),
        load=load,
        reached=speed >= GOAL_PAGES and busy >= GOAL_BUSY,
    )


def markdown(about: dict[str, object], runs: Sequence[Run]) -> str:
    """The card for people."""
    rows = "\n".join(
        f"| {run.engine} | {run.pages_per_second} | {run.gpu_busy:.0%} | {run.load.fill:.0%} | {run.load.busy:.0%} "
        f"| {run.gpu_memory_mib:.0f} | {'yes' if run.reached else 'no'} |"
        for run in runs
    )
    return f"""# On a GPU

Measured {about["at"]} on {about["device"]}; {about["machine"]}. Command: `{about["command"]}`.

| runtime | pages/s | GPU busy | batches filled | places busy | GPU MiB | goal reached |
| --- | --- | --- | --- | --- | --- | --- |
{rows}

Goal: {GOAL_PAGES:.0f} pages/s at {GOAL_BUSY:.0%}, on an H100-class card.
"""


def device_name() -> str:
    """The first GPU as nvidia-smi calls it; empty where there is none."""
    try:
        asked = subprocess.run(
            ["nvidia-smi", "--id=0", "--query-gpu=name,driver_version", "--format=csv,noheader"],
            capture_output=True, text=True, timeout=20, check=True,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return ""
    return asked.stdout.strip()


def main() -> None:
    """Measure each runtime, print the card, write it. Without a GPU: say so, exit 0, write nothing."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=Path, default=ROOT.parent / "shared" / "data" / "real" / "scans")
    parser.add_argument("--count", type=int, default=600)
    parser.add_argument("--in-flight", type=int, default=32)
    parser.add_argument("--cpus", type=int, default=14)
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "results")
    told = parser.parse_args()
    device, engines = device_name(), runtimes()
    if not device or not engines:
        print("no GPU here that torch or ONNX Runtime can use: nothing was measured, nothing is written")
        return
    if not told.pages.is_dir():
        raise SystemExit(f"{told.pages} is not there; give a folder of page images with --pages")
    files = [path for path in sorted(told.pages.iterdir()) if path.suffix.lower() in SUFFIXES]
    runs = [measure(engine, files, told.count, told.in_flight, told.cpus) for engine in engines]
    about: dict[str, object] = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "device": device,
        "machine": machine(),
        "command": f"python -m benchmarks.gpu --count {told.count} --in-flight {told.in_flight} --cpus {told.cpus}",
    }
    told.out.mkdir(parents=True, exist_ok=True)
    held = {**about, "runs": [asdict(run) for run in runs]}
    (told.out / "gpu.json").write_text(json.dumps(held, indent=1) + "\n", encoding="utf-8")
    (told.out / "gpu.md").write_text(markdown(about, runs), encoding="utf-8")
    print(markdown(about, runs))


if __name__ == "__main__":
    main()
