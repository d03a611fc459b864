"""Training learns, and a run that was ended goes on as if it had not been."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

import torch

from models.charset import CHARSET
from models.engines import Hardware
from models.recognition.recogniser import OnnxRecogniser
from models.training.export import export
from models.training.lines_data import batches
from models.training.recogniser import RecogniserTraining, main, read_config
from models.training.stock import load_onnx, stock_characters, stock_path
from models.training.vietnamese_head import give_vietnamese_head
from models.weights import registry

CONFIG = Path(__file__).parents[3] / "config" / "training" / "recogniser.yaml"


def _tiny(run: Path) -> RecogniserTraining:
    small = {"run": run, "pool": 24, "area": 1024, "most": 4, "widest": 512, "lines": 1000, "warmup_steps": 2}
    return read_config(CONFIG).model_copy(update=small)


def test_the_configuration_refuses_unknown_keys(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(CONFIG.read_text(encoding="utf-8") + "\nlearning_rat: 1\n", encoding="utf-8")
    with pytest.raises(ValueError, match="learning_rat"):
        read_config(wrong)


def test_a_run_that_was_ended_goes_on_as_if_it_had_not_been(tmp_path: Path) -> None:
    whole = main(_tiny(tmp_path / "whole"), most_steps=6)
    first = main(_tiny(tmp_path / "parts"), most_steps=2)
    rest = main(_tiny(tmp_path / "parts"), most_steps=4)
    assert first + rest == whole
    assert len(set(whole)) == 6


def test_the_exported_file_is_a_recogniser_that_reads(tmp_path: Path) -> None:
    config = _tiny(tmp_path / "run")
    main(config, most_steps=1)
    out = tmp_path / "fresh.onnx"
    assert 0 < export(config, out) <= 4
    from hashlib import sha256

    weights = replace(registry()["recogniser"], file=out.name, sha256=sha256(out.read_bytes()).hexdigest())
    recogniser = OnnxRecogniser(weights, Hardware(1), tmp_path)
    assert recogniser.charset == CHARSET


def test_batches_can_be_taken_up_anywhere() -> None:
    def stream(pool: int = 0, skip: int = 0, lines: int = 0):  # type: ignore[no-untyped-def]
        return batches(11, pool_size=20, widest=640, area=1280, most=4, pool=pool, skip=skip, lines=lines)

    running = stream()
    seen = [next(running) for _ in range(9)]
    middle = seen[4]
    after = next(stream(middle.pool, middle.place, middle.lines))
    assert torch.equal(after.pixels, seen[5].pixels)
    assert torch.equal(after.labels, seen[5].labels)
    assert after.lines == seen[5].lines


def test_the_new_head_keeps_what_it_can_and_borrows_the_rest() -> None:
    path = stock_path()
    known = stock_characters(path)
    stock = load_onnx(path)
    old = stock.head.weight.detach().clone()
    head = give_vietnamese_head(stock, known, CHARSET).head.weight.detach()
    place = {character: number for number, character in enumerate(CHARSET, start=1)}
    assert head.shape[0] == len(CHARSET) + 1
    for own, source in {"a": "a", "Đ": "Đ", "ấ": "â", "ợ": "ơ", "Ữ": "Ư", "ạ": "a"}.items():
        assert torch.equal(head[place[own]], old[known.index(source)])
    assert torch.equal(head[0], old[0])
