"""The pieces of the GPU benchmark that need no GPU. No figure of a GPU comes from here."""

from __future__ import annotations

import asyncio
from pathlib import Path

import cv2
import pytest

from benchmarks import gpu
from benchmarks.gpu import Feeder, Sample, parse_sample, summary
from models.detection.detector import OnnxDetector
from models.engines import Hardware
from models.reader import Reader
from models.recognition.recogniser import OnnxRecogniser
from models.weights import registry
from tests.models.conftest import draw_page
from workers.feeding import Load


def test_a_line_of_nvidia_smi_is_read() -> None:
    assert parse_sample("87, 12345\n") == Sample(0.87, 12345.0)


@pytest.mark.parametrize("line", ["", "[N/A], 12\n", "Unable to determine the device handle", "1, 2, 3"])
def test_what_is_no_measurement_is_left_out(line: str) -> None:
    assert parse_sample(line) is None


def test_the_goal_needs_speed_and_a_busy_device_together() -> None:
    load = Load(0.9, 0.8, 0, 900, 10.0)
    busy, idle = [Sample(0.9, 100.0), Sample(0.8, 300.0)], [Sample(0.3, 100.0)]
    reached = summary("torch", 400, 900, 10.0, busy, load)
    assert reached.reached and reached.pages_per_second == 40.0 and reached.gpu_memory_mib == 300.0
    assert not summary("torch", 400, 900, 10.0, idle, load).reached
    assert not summary("torch", 200, 900, 10.0, busy, load).reached
    with pytest.raises(ValueError, match="no sample"):
        summary("torch", 400, 900, 10.0, [], load)


def test_pages_in_flight_share_batches_and_read_as_alone(tmp_path: Path) -> None:
    files = []
    for seed in (3, 4):
        files.append(tmp_path / f"{seed}.png")
        cv2.imwrite(str(files[-1]), draw_page(seed, lines=6).image[:700])
    hardware = Hardware(threads=1, calls=2)
    held = registry()
    feeder = Feeder(OnnxDetector(held["detector"], hardware), OnnxRecogniser(held["recogniser"], hardware), 2, 2)
    read = asyncio.run(feeder.read([*files, files[0]], in_flight=3))
    load = feeder.meter.taken(0)
    feeder.close()
    alone = Reader(Hardware(threads=1))
    expected = [alone.recognise(alone.crop(image, alone.detect(image))) for image in map(gpu.decoded, files)]
    assert read == [*expected, expected[0]]
    assert load.lines == sum(map(len, read)) and 0 < load.busy <= 1 and 0 < load.fill <= 1


def test_without_a_gpu_nothing_is_written_and_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("sys.argv", ["gpu", "--out", str(tmp_path / "results")])
    gpu.main()
    assert "nothing was measured" in capsys.readouterr().out
    assert not (tmp_path / "results").exists()
