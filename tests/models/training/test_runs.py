"""Runs learn, go on after any end as if there had been none, and give a file that says what it is."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import pytest
import torch

from models.charset import CHARSET
from models.engines import Hardware
from models.ports.line_recogniser import load_recogniser
from models.recognition.confidence import Confidence
from models.recognition.evidence import NAMES
from models.recognition.recogniser import OnnxRecogniser
from models.training import checkpoint
from models.training.card import held_out, write_card
from models.training.checkpoint import CheckpointDamaged, TrainingMismatch
from models.training.config import RecogniserTraining, Training
from models.training.detector.loss import db_loss
from models.training.detector.task import DetectorTask
from models.training.export import export
from models.training.lock import RunUnderWay
from models.training.loop import PROGRESS, DeviceMissing, Note, Run, notes_in, train
from models.training.product import finish, prepare, run_here
from models.training.recogniser.task import RecogniserTask, build
from models.training.start import StartUnusable, find_start, metadata
from models.training.team import Alone
from models.weights import Weights, registry
from tests.models.training.conftest import tiny_detector, tiny_recogniser


def _steps(config: RecogniserTraining, steps: int) -> list[float]:
    return train(RecogniserTask(config), most_steps=steps).losses


def test_a_run_that_was_ended_goes_on_as_if_it_had_not_been(tmp_path: Path) -> None:
    whole = _steps(tiny_recogniser(tmp_path / "whole"), 5)
    first = _steps(tiny_recogniser(tmp_path / "parts"), 2)
    rest = _steps(tiny_recogniser(tmp_path / "parts"), 3)
    assert first + rest == whole
    assert len(set(whole)) == 5


def test_a_run_that_is_asked_to_stop_saves_first(tmp_path: Path) -> None:
    config = tiny_recogniser(tmp_path / "run")
    outcome = train(RecogniserTask(config), stop=lambda: True)
    held = checkpoint.load(config)
    assert not outcome.finished and len(outcome.losses) == 1
    assert held is not None and (held.step, held.seen) == (1, outcome.seen)


def test_nothing_is_unsaved_while_held_out_lines_are_read(tmp_path: Path) -> None:
    config = tiny_recogniser(tmp_path / "run", checked=1, check_minutes=1e-6, checkpoint_seconds=1e6)
    checks: list[tuple[int, int]] = []

    def told(note: Note) -> None:
        if note.held_out and note.step and (held := checkpoint.load(config)):
            checks.append((note.step, held.step))

    train(RecogniserTask(config), most_steps=3, told=told)
    assert [step for step, _ in checks] == [1, 2, 3]
    assert all(step == saved for step, saved in checks)


def test_a_run_that_checks_nothing_goes_on_saving_and_telling_in_its_own_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Long after its first check would have been due."""
    monkeypatch.setattr("models.training.loop._LOG_SECONDS", 0.0)
    saved: list[int] = []
    monkeypatch.setattr(Run, "save", lambda run: saved.append(run.step))
    config = tiny_recogniser(tmp_path / "run", checked=0, check_minutes=1e-6, checkpoint_seconds=1e6)
    train(RecogniserTask(config), most_steps=3)
    assert saved == [3]
    assert [note["step"] for note in notes_in((config.run / PROGRESS).read_bytes())][:3] == [1, 2, 3]


def test_a_checkpoint_of_another_charset_is_told_and_not_a_traceback(tmp_path: Path) -> None:
    config = tiny_recogniser(tmp_path / "run")
    _steps(config, 1)
    path = config.run / checkpoint.FILE
    held = torch.load(path, weights_only=True)
    held["model"]["head.bias"] = held["model"]["head.bias"][:-10]
    torch.save(held, path)
    with pytest.raises(TrainingMismatch, match="charset"):
        _steps(config, 1)


def test_a_device_that_is_not_there_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)  # true of most machines; here it is of all
    with pytest.raises(DeviceMissing, match="cuda"):
        _steps(tiny_recogniser(tmp_path / "run", device="cuda"), 1)


@pytest.mark.parametrize(("make", "other"), [(tiny_recogniser, "detector"), (tiny_detector, "recogniser")])
def test_a_start_of_the_other_role_is_told(tmp_path: Path, make: Callable[..., Training], other: str) -> None:
    task = RecogniserTask if other == "detector" else DetectorTask
    with pytest.raises(StartUnusable):
        task(make(tmp_path / "run", start=str(registry()[other].path())))


def test_a_row_of_the_log_that_a_power_cut_tore_is_left_out(tmp_path: Path) -> None:
    config = tiny_recogniser(tmp_path / "run", checked=2)
    _steps(config, 1)
    log = config.run / PROGRESS
    log.write_bytes(log.read_bytes() + b'{"step": 7, "held_')
    _steps(config, 1)
    rows = log.read_bytes().splitlines()
    assert rows[-2].startswith(b'{"step": 7') and len(notes_in(log.read_bytes())) == len(rows) - 1
    assert len(held_out(config.run)) == 1


def test_a_folder_with_another_configuration_is_refused_and_fresh_forgets_it(tmp_path: Path) -> None:
    _steps(tiny_recogniser(tmp_path / "run"), 1)
    other = tiny_recogniser(tmp_path / "run", learning_rate=0.5)
    with pytest.raises(TrainingMismatch, match="learning_rate"):
        prepare(other, fresh=False)
    prepare(tiny_recogniser(tmp_path / "run", lines=2000), fresh=False)
    prepare(other, fresh=True)
    assert checkpoint.load(other) is None


@pytest.mark.parametrize("kept", [0.0, 0.5, 0.999])
def test_a_checkpoint_that_was_cut_short_is_named_with_the_way_out(tmp_path: Path, kept: float) -> None:
    config = tiny_recogniser(tmp_path / "run")
    _steps(config, 1)
    path = config.run / checkpoint.FILE
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * kept)])
    with pytest.raises(CheckpointDamaged, match=r"run/checkpoint\.pt") as told:
        prepare(config, fresh=False)
    assert "--fresh" in told.value.vi and "--fresh" in told.value.en
    torch.save({"weights": torch.zeros(2)}, path)
    with pytest.raises(CheckpointDamaged):
        prepare(config, fresh=False)
    prepare(config, fresh=True)
    assert checkpoint.load(config) is None


_CHILD = """
import sys
from pathlib import Path
from models.training.loop import Run, train
from models.training.recogniser.task import RecogniserTask
from tests.models.training.conftest import tiny_recogniser
if __name__ == "__main__":
    config = tiny_recogniser(Path(sys.argv[1]), checkpoint_seconds=0.5, drawers=1)
    train(RecogniserTask(config), most_steps=200, told=lambda note: print(note.step, flush=True))
"""


def _child(tmp_path: Path) -> subprocess.Popen[str]:
    script = tmp_path / "child.py"
    script.write_text(_CHILD)
    return subprocess.Popen(
        [sys.executable, str(script), str(tmp_path / "run")],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_a_second_run_in_a_folder_is_refused_while_the_first_one_lives(tmp_path: Path) -> None:
    config = tiny_recogniser(tmp_path / "run")
    with _child(tmp_path) as child:
        assert child.stdout is not None
        for _ in child.stdout:
            if (config.run / checkpoint.FILE).exists():
                break
        with pytest.raises(RunUnderWay, match="run"):
            prepare(config, fresh=True)
        with pytest.raises(RunUnderWay):
            train(RecogniserTask(config), most_steps=1)
        assert (config.run / checkpoint.FILE).exists(), "what is refused has removed nothing"
        child.kill()
    prepare(config, fresh=False)
    prepare(config, fresh=True)  # the folder is this process's own by now


def test_a_killed_run_loses_no_more_than_the_interval_and_goes_on_with_the_same_losses(tmp_path: Path) -> None:
    child = _child(tmp_path)
    assert child.stdout is not None
    told: list[tuple[int, float]] = []
    for row in child.stdout:
        told.append((int(row), time.monotonic()))
        if len(told) >= 4 and (tmp_path / "run" / checkpoint.FILE).exists():
            break
    helpers = _children(child.pid)
    child.send_signal(signal.SIGKILL)
    child.wait()
    config = tiny_recogniser(tmp_path / "run")
    held = checkpoint.load(config)
    assert held is not None and held.step >= 1
    died = told[-1][1]
    lost = [at for step, at in told if step > held.step]
    # The interval is half a second; the step that was under way when it ran out is lost with it.
    slowest = max(b - a for (_, a), (_, b) in pairwise(told))
    assert not lost or died - lost[0] <= 0.5 + 2 * slowest
    after = _steps(config, 2)
    whole = _steps(tiny_recogniser(tmp_path / "whole"), held.step + 2)
    assert after == whole[held.step :]
    deadline = time.monotonic() + 20
    while any(map(_lives, helpers)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not any(map(_lives, helpers)), "a process that draws lines outlived the run"


def _children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(each) for each in found.read_text().split()] if found.exists() else []


def _lives(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False


def test_the_exported_recogniser_reads_and_says_what_it_is(tmp_path: Path, corrected_set: Path) -> None:
    config = tiny_recogniser(tmp_path / "run", lines=4, sets=(str(corrected_set),), set_share=0.5, checked=2)
    prepare(config, fresh=False)
    assert run_here(config, told=lambda note: None, stop=lambda: False).finished
    product = finish(config, "hoso train recogniser --set own")
    notes = metadata(product.exported.path)
    assert notes["role"] == "recogniser" and tuple(json.loads(notes["charset"])) == CHARSET
    assert notes["parent"].startswith("hoso-rec-vi@") and len(notes["parent_sha256"]) == 64
    assert notes["config"] == config.digest and notes["seed"] == str(config.seed) and int(notes["lines"]) >= 4
    (own,) = json.loads(notes["sets"])
    assert own["set"] == "own@v1" and own["train"] > own["test"] > 0
    weights = Weights("recogniser", notes["name"], notes["version"], product.exported.path.name,
                      product.exported.sha256, "", "")  # fmt: skip
    assert OnnxRecogniser(weights, Hardware(1), product.exported.path.parent).charset == CHARSET
    card = product.card.read_text(encoding="utf-8")
    assert product.exported.sha256 in card and "own@v1" in card and "hoso train recogniser --set own" in card
    assert {"cer", "own_cer"} <= product.checks[0].keys() and len(product.checks) == 2
    assert "before:" in card and "Not measured" in card


def test_what_is_exported_lies_as_far_from_the_start_as_the_blend_says(tmp_path: Path) -> None:
    config = tiny_recogniser(tmp_path / "run", lines=4, learning_rate=0.0005, head_learning_rate=0.002, blend=0.25)
    prepare(config, fresh=False)
    assert run_here(config, told=lambda note: None, stop=lambda: False).finished
    held = checkpoint.load(config)
    assert held is not None
    start = build(find_start("recogniser", "champion").path, 0).state_dict()
    made = load_recogniser(finish(config, "hoso train recogniser").exported.path).state_dict()
    moved = config.model_copy(update={"blend": 1.0, "checked": 2})
    prepare(moved, fresh=False)
    assert run_here(moved, told=lambda note: None, stop=lambda: False).losses == []
    assert len(finish(moved, "hoso train recogniser").checks) == 1, "another blend is exported and checked, not trained"
    for name in ("head.weight", "head.bias"):
        assert not torch.allclose(start[name], held.average[name], atol=1e-4)
        assert torch.allclose(made[name], 0.75 * start[name] + 0.25 * held.average[name], atol=1e-5)
    checkpoint.save(config, replace(held, parent={"identity": "another@1", "sha256": "0" * 64}))
    with pytest.raises(StartUnusable, match="another@1"):
        finish(config, "hoso train recogniser")


def test_a_run_that_is_ended_while_it_is_finished_leaves_no_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tiny_recogniser(tmp_path / "run", lines=4, calibrated=40)
    prepare(config, fresh=False)
    assert run_here(config, told=lambda note: None, stop=lambda: False).finished
    torn = config.run / "unfinished" / "torn.onnx"  # as a killed process leaves it
    torn.parent.mkdir()
    torn.write_bytes(b"half")

    def ended(*_: object) -> None:
        raise KeyboardInterrupt

    fitted = Confidence.from_metadata({"confidence": json.dumps({"bias": 0.0, **dict.fromkeys(NAMES, 0.0)})})
    for step, does in (
        ("models.training.ranges.measure", lambda path: "{}"),
        ("models.training.recogniser.confidence.calibrate", lambda path, lines, processes: fitted),
        ("models.training.product.write_card", write_card),
    ):
        monkeypatch.setattr(step, ended)
        with pytest.raises(KeyboardInterrupt):
            finish(config, "hoso train recogniser")
        assert not [*config.run.rglob("*.onnx"), *config.run.rglob("*.md")], step
        monkeypatch.setattr(step, does)
    product = finish(config, "hoso train recogniser")
    assert product.exported.path.parent == product.card.parent == config.run
    assert sha256(product.exported.path.read_bytes()).hexdigest() == product.exported.sha256
    assert [each.name for each in config.run.rglob("*.onnx")] == [product.exported.path.name]
    assert not torn.parent.exists()


def test_a_model_that_gives_no_numbers_is_not_exported(tmp_path: Path) -> None:
    config = tiny_recogniser(tmp_path / "run", blend=1.0)
    _steps(config, 1)
    held = checkpoint.load(config)
    assert held is not None
    spoilt = {n: v.fill_(torch.nan) if n.startswith("head.") else v for n, v in held.average.items()}
    checkpoint.save(config, replace(held, average=spoilt))
    with pytest.raises(ValueError, match="disagree"):
        export(config)
    assert not list(config.run.glob("*.onnx*"))


def test_the_detector_learns_two_squares_and_is_exported(tmp_path: Path) -> None:
    config = tiny_detector(tmp_path / "run", learning_rate=0.0003, warmup_steps=1)
    task = DetectorTask(config)
    run = Run(task, Alone(), torch.device("cpu"))
    batch = next(task.stream((0, 0), 1))
    losses = [run.learn(batch) for _ in range(10)]
    assert losses[-1] < 0.8 * losses[0]
    run.save()
    exported = finish(config, "hoso train detector").exported
    assert exported.notes["role"] == "detector" and exported.notes["parent"] == "pp-ocrv6-det-small@6.0"


def test_the_loss_of_a_detector_prefers_the_truth() -> None:
    cores = torch.zeros(1, 64, 64)
    cores[:, 10:20, 5:60] = 1
    counts = torch.ones_like(cores)
    right, wrong = (12 * cores - 6)[:, None], (6 - 12 * cores)[:, None]
    joined = torch.full((1, 1, 64, 64), 6.0)
    assert float(db_loss(right, cores, counts)) < 0.02 < 0.5 < float(db_loss(joined, cores, counts))
    assert float(db_loss(wrong, cores, counts)) > float(db_loss(joined, cores, counts))
    hidden = counts.clone()
    hidden[:, 40:] = 0
    spoilt = right.clone()
    spoilt[:, :, 40:] = 6
    assert float(db_loss(spoilt, cores, hidden)) < 0.02
