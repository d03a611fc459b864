"""A network may lose hidden units: those that others make up for go, and what is exported opens like any other."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from models.charset import CHARSET
from models.ports.line_detector import load_detector
from models.ports.line_recogniser import LineRecogniser, load_recogniser
from models.recognition.prepare import scale_to_height
from models.synthesis.lines import sample_line
from models.training.config import TrainingConfigInvalid
from models.training.detector.loss import taught_loss
from models.training.detector.task import DetectorTask
from models.training.export import export
from models.training.loop import train
from models.training.narrow import narrow, units_kept
from models.training.recogniser.lines import stacked
from models.training.recogniser.task import LEAST_UNITS, RecogniserTask, apart
from models.training.start import StartUnusable, find_start
from tests.models.training.conftest import tiny_detector, tiny_recogniser

SHARE = 0.7


def _pixels(seed: int, count: int) -> list[torch.Tensor]:
    lines = [sample_line(seed, number, by_hand=0.0) for number in range(count)]
    return [stacked([(scale_to_height(image, 0.95), text)])[0] for image, text in lines]


def _champion() -> LineRecogniser:
    return load_recogniser(find_start("recogniser", "champion").path)


@pytest.mark.parametrize(
    ("hidden", "share", "kept"), [(192, 0.333, 96), (384, 0.333, 128), (768, 0.333, 256), (96, 0.5, 96), (384, 1, 384)]
)
def test_units_are_kept_in_whole_steps_and_never_fewer_than_the_least(hidden: int, share: float, kept: int) -> None:
    assert units_kept(hidden, share, LEAST_UNITS) == kept


def test_what_is_left_says_nearly_what_the_whole_said() -> None:
    """Lines that nothing was judged by; units taken without a choice leave nothing to be read."""
    whole, chosen, cut = _champion(), _champion(), _champion()
    narrow(chosen, SHARE, LEAST_UNITS, _pixels(11, 24))
    for mixer in cut.mixers():
        into, back, kept = mixer.into, mixer.back, units_kept(mixer.hidden, SHARE, LEAST_UNITS)
        mixer.resize(kept)
        with torch.no_grad():
            mixer.into.weight.copy_(into.weight[:kept])
            mixer.into.bias.copy_(into.bias[:kept])
            mixer.back.weight.copy_(back.weight[:, :kept])
            mixer.back.bias.copy_(back.bias)
    hidden = [mixer.hidden for mixer in chosen.mixers()]
    assert hidden == [mixer.hidden for mixer in cut.mixers()] and sum(hidden) < sum(m.hidden for m in whole.mixers())
    seen = _pixels(12, 8)
    with torch.no_grad():
        far = [sum(float(apart(whole(pixels), model(pixels))) for pixels in seen) for model in (chosen, cut)]
    assert far[0] < far[1] / 4


def test_a_narrowed_run_goes_on_and_exports_a_file_as_narrow_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.training.recogniser.task._JUDGED", 16)
    config = tiny_recogniser(tmp_path / "run", hidden=SHARE, taught=1.0, blend=1.0, widest=256)
    train(RecogniserTask(config), most_steps=1)
    monkeypatch.delattr("models.training.recogniser.task._JUDGED")  # nothing is judged again
    task = RecogniserTask(config)
    assert len(train(task, most_steps=1).losses) == 1, "a checkpoint of narrow weights is taken up again"
    exported = export(config)
    made = load_recogniser(exported.path)
    assert [mixer.hidden for mixer in made.mixers()] == [mixer.hidden for mixer in task.model.mixers()]
    assert min(mixer.hidden for mixer in made.mixers()) >= 96 and made.head.out_features == len(CHARSET) + 1


def test_a_narrowed_detector_goes_on_and_exports_a_file_as_narrow_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.training.detector.task._JUDGED", 12)
    config = tiny_detector(tmp_path / "run", hidden=0.5, taught=10.0, side=320)
    train(DetectorTask(config), most_steps=1)
    monkeypatch.delattr("models.training.detector.task._JUDGED")  # nothing is judged again
    task = DetectorTask(config)
    assert len(train(task, most_steps=1).losses) == 1, "a checkpoint of narrow weights is taken up again"
    made = load_detector(export(config).path)
    hidden = [mixer.hidden for mixer in made.mixers()]
    assert hidden == [mixer.hidden for mixer in task.model.mixers()]
    assert hidden == [
        units_kept(m.hidden, 0.5, 64) for m in load_detector(find_start("detector", "stock").path).mixers()
    ]


def test_a_detector_that_sees_pages_narrower_says_so_and_its_teacher_sees_them_as_before(tmp_path: Path) -> None:
    config = tiny_detector(tmp_path / "run", narrowed=0.7, taught=10.0, side=320)
    task = DetectorTask(config)
    batch = next(task.stream((0, 0), 1))
    assert batch.pixels.shape[3] == 224 and batch.taught.shape[3] == 320
    assert len(train(task, most_steps=1).losses) == 1
    made = export(config)
    assert made.notes["narrowed"] == "0.7"
    after = DetectorTask(tiny_detector(tmp_path / "after", start=str(made.path), taught=1.0, side=320))
    batch = next(after.stream((0, 0), 1))
    assert batch.pixels.shape[3] == batch.taught.shape[3] == 224, "who is trained from it sees pages as it does"


def test_a_detectors_teacher_is_answered_best_by_what_it_says_itself() -> None:
    wanted = torch.randn(2, 1, 32, 32, generator=torch.Generator().manual_seed(3)) * 4
    same, near, other = (float(taught_loss(logits, wanted)) for logits in (wanted, wanted + 0.5, -wanted))
    assert same < near < other / 3
    halved = torch.logit((torch.sigmoid(wanted[..., 0::2]) + torch.sigmoid(wanted[..., 1::2])) / 2)
    assert float(taught_loss(halved, wanted)) < float(taught_loss(wanted[..., :16], wanted)) / 3


def test_a_teacher_adds_to_the_loss_what_the_model_says_otherwise(tmp_path: Path) -> None:
    config = tiny_recogniser(tmp_path, taught=2.0)
    taught, alone = RecogniserTask(config), RecogniserTask(tiny_recogniser(tmp_path))
    batch = next(alone.stream((0, 0), 1))
    device = torch.device("cpu")
    with torch.no_grad():
        same = float(taught.loss(taught.model, batch, device) - alone.loss(alone.model, batch, device))
        for parameter in taught.model.head.parameters():
            parameter.mul_(0.5)
        other = float(taught.loss(taught.model, batch, device) - alone.loss(taught.model, batch, device))
    assert abs(same) < 0.01 < other


def test_half_the_way_to_a_narrowed_model_and_a_teacher_of_other_signs_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TrainingConfigInvalid, match="blend: 1"):
        tiny_recogniser(tmp_path, hidden=0.5)
    with pytest.raises(StartUnusable, match="cannot teach"):
        RecogniserTask(tiny_recogniser(tmp_path, start="stock", taught=1.0, blend=1.0))
