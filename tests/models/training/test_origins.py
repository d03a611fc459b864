"""A run is told by what it is made of, wherever that lies: the lines of its sets and the model that it starts from."""

from __future__ import annotations

import json
import shutil
from hashlib import sha256
from pathlib import Path

import pytest
import torch

from models.datasets.folder import LABELS, encode, split_of
from models.synthesis.lines import sample_line
from models.training import checkpoint
from models.training.checkpoint import TrainingMismatch
from models.training.config import RecogniserTraining
from models.training.export import export
from models.training.loop import train
from models.training.notes import write_notes
from models.training.origin import NothingToLearn
from models.training.product import prepare
from models.training.recogniser import lines
from models.training.recogniser.task import RecogniserTask
from models.training.start import find_start
from tests.models.training.conftest import tiny_recogniser


def _labels(folder: Path, count: int, split: str = "") -> Path:
    """A folder of labels as a person makes one; only lines of `split` where it is told."""
    folder.mkdir()
    rows: list[str] = []
    for number in range(1000):
        image, text = sample_line(9, number, strength=0.0, by_hand=0.0)
        data = encode(image)
        if len(rows) < count and split in ("", split_of(sha256(data).hexdigest()[:16])):
            (folder / f"{number}.png").write_bytes(data)
            rows.append(f"{number}.png\t{text}\n")
        if len(rows) == count:
            break
    (folder / LABELS).write_text("".join(rows), encoding="utf-8")
    return folder


def _mend(folder: Path) -> None:
    """Another text in the first row, in place."""
    first, *rest = (folder / LABELS).read_text(encoding="utf-8").splitlines(keepends=True)
    (folder / LABELS).write_text("".join([first.partition("\t")[0] + "\tSố nhà 7\n", *rest]), encoding="utf-8")


def _run(folder: Path, own: Path, **changes: object) -> RecogniserTraining:
    return tiny_recogniser(folder, sets=(str(own),), set_share=0.5, **changes)


def _step(config: RecogniserTraining) -> str:
    """One step of a run as the command line begins it; the version that it would be exported as."""
    prepare(config, fresh=False)
    train(RecogniserTask(config), most_steps=1)
    return export(config).notes["version"]


def test_sets_without_a_line_to_learn_are_refused_before_the_model_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = _labels(tmp_path / "own", 3, "test")
    monkeypatch.setattr(lines, "sample_line", lambda *_, **__: pytest.fail("a line was drawn"))
    config = _run(tmp_path / "run", own, start=str(tmp_path / "none.onnx"))
    with pytest.raises(NothingToLearn, match="own: 3 test, 0 train"):
        prepare(config, fresh=True)
    with pytest.raises(NothingToLearn):
        RecogniserTask(config)
    more = _labels(tmp_path / "more", 3, "train")
    assert RecogniserTask(_run(tmp_path / "run", own).model_copy(update={"sets": (str(own), str(more))})).origin.sets


def test_labels_that_were_mended_in_place_are_another_run(tmp_path: Path) -> None:
    own = _labels(tmp_path / "own", 6)
    config = _run(tmp_path / "run", own)
    before = _step(config)
    assert _step(config) == before, "nothing has changed: it goes on"
    _mend(own)
    for begin in (lambda: prepare(config, fresh=False), lambda: train(RecogniserTask(config), most_steps=1)):
        with pytest.raises(TrainingMismatch, match=r": sets$"):
            begin()
    (told,) = json.loads(export(config).notes["sets"])
    assert export(config).notes["version"] == before, "what is exported is named after what was learnt from"
    prepare(config, fresh=True)
    assert _step(config) != before
    assert json.loads(export(config).notes["sets"])[0]["digest"] != told["digest"]


@pytest.mark.parametrize("change", ["none", "fewer", "others"])
def test_a_run_does_not_go_on_over_other_sets(tmp_path: Path, change: str) -> None:
    own, more = _labels(tmp_path / "own", 4), _labels(tmp_path / "more", 5)
    config = _run(tmp_path / "run", own).model_copy(update={"sets": (str(own), str(more))})
    _step(config)
    sets = {"none": (), "fewer": (str(own),), "others": (str(more), str(own))}[change]
    with pytest.raises(TrainingMismatch, match="sets"):
        prepare(config.model_copy(update={"sets": sets}), fresh=False)


def test_the_same_recipe_gives_the_same_version_wherever_it_lies(tmp_path: Path) -> None:
    own = _labels(tmp_path / "own", 6)
    start = tmp_path / "start.onnx"
    shutil.copyfile(find_start("recogniser", "champion").path, start)
    here = _run(tmp_path / "a", own, start=str(start))
    version = _step(here)
    there = tmp_path / "elsewhere"
    there.mkdir()
    moved = _run(tmp_path / "b", own.rename(there / "mine"), start=str(start.rename(there / "begin.onnx")))
    assert moved.digest == here.digest
    assert _step(moved) == version
    assert _step(moved.model_copy(update={"run": here.run})) == version, "a run goes on with what was moved"


def test_a_start_that_was_replaced_in_place_is_another_run(tmp_path: Path) -> None:
    start = tmp_path / "start.onnx"
    shutil.copyfile(find_start("recogniser", "champion").path, start)
    config = tiny_recogniser(tmp_path / "run", start=str(start))
    _step(config)
    write_notes(start, {"remark": "another file"})
    with pytest.raises(TrainingMismatch, match=r": start$"):
        prepare(config, fresh=False)


@pytest.mark.parametrize("with_sets", [False, True])
def test_a_checkpoint_from_before_contents_were_noted(tmp_path: Path, with_sets: bool) -> None:
    config = _run(tmp_path / "run", _labels(tmp_path / "own", 4)) if with_sets else tiny_recogniser(tmp_path / "run")
    _step(config)
    held = torch.load(config.run / checkpoint.FILE, weights_only=True)
    del held["sets"]
    torch.save(held, config.run / checkpoint.FILE)
    if with_sets:  # nobody knows what the sets held
        with pytest.raises(TrainingMismatch, match="sets"):
            checkpoint.load(config)
    else:
        assert train(RecogniserTask(config), most_steps=1).seen
