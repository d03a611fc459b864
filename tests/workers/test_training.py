"""Two workers train one model: gradients averaged, one checkpoint, from which one alone can go on."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("pyarrow")

import ray

from models.training import checkpoint
from models.training.loop import Note, train
from models.training.product import prepare
from models.training.recogniser.task import RecogniserTask
from tests.models.training.conftest import tiny_recogniser
from workers.training import TrainingFailed, train_together

pytestmark = pytest.mark.timeout(600)


def test_two_workers_train_one_model_and_one_goes_on(tmp_path: Path) -> None:
    config = tiny_recogniser(tmp_path / "run", lines=16, pool=8)
    prepare(config, fresh=False)
    told: list[Note] = []
    outcome = train_together(config, 2, told=told.append, stop=lambda: False)
    held = checkpoint.load(config)
    assert held is not None and outcome.finished and outcome.seen == held.seen >= 16
    assert len(held.places) == 2 and {pool % 2 for pool, _ in held.places} == {0, 1}, "each has pools of its own"
    assert held.step < held.seen, "a step is a batch of both"
    assert told and told[-1].seen == held.seen
    assert not ray.is_initialized()
    alone = train(RecogniserTask(config.model_copy(update={"lines": 1000})), most_steps=1)
    assert alone.seen > held.seen


@pytest.mark.soak  # Ray Train takes long to give up
def test_a_worker_that_fails_is_told_with_its_reason(tmp_path: Path) -> None:
    config = tiny_recogniser(tmp_path / "run").model_copy(update={"start": str(tmp_path / "none.onnx")})
    with pytest.raises(TrainingFailed, match=r"none\.onnx"):
        train_together(config, 1, told=lambda note: None, stop=lambda: False)
