"""Torch modules made from ONNX files give what the files give."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime as ort
import pytest
import torch

from models.charset import CHARSET
from models.ports.line_detector import load_detector
from models.ports.line_recogniser import load_recogniser
from models.recognition.prepare import bucket_width, scale_to_height, to_pixels
from models.synthesis.lines import sample_line
from models.training.recogniser.head import give_vietnamese_head
from models.training.recogniser.task import build
from models.training.start import StartUnusable, characters_of, find_start, stock_path


def _run(path: Path, pixels: np.ndarray) -> np.ndarray:
    session = ort.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return np.asarray(session.run(None, {session.get_inputs()[0].name: pixels})[0])


def test_the_detector_in_torch_equals_its_graph() -> None:
    start = find_start("detector", "stock")
    model = load_detector(start.path)
    rng = np.random.default_rng(1)
    for shape in ((1, 3, 64, 96), (2, 3, 320, 448)):
        smooth = np.repeat(np.repeat(rng.uniform(-1, 1, (*shape[:2], shape[2] // 8, shape[3] // 8)), 8, 2), 8, 3)
        pixels = smooth.astype(np.float32)
        with torch.no_grad():
            found = model.chances(torch.from_numpy(pixels)).numpy()
        assert np.abs(found - _run(start.path, pixels)).max() < 1e-3


def test_fine_tuning_starts_at_the_outputs_of_the_model_that_it_starts_from() -> None:
    start = find_start("recogniser", "champion")
    model = build(start.path, frozen_stages=1).eval()
    for number in range(3):
        line = scale_to_height(sample_line(8, number)[0])
        pixels = to_pixels(line, bucket_width(line.shape[1]))[None]
        with torch.no_grad():
            found = model(torch.from_numpy(pixels)).exp().numpy()
        expected = _run(start.path, pixels)
        found = found[..., : expected.shape[-1]]  # signs that a later charset adds take a share of their own
        found /= found.sum(axis=-1, keepdims=True)
        assert np.abs(found - expected).max() < 1e-4


def test_a_graph_of_the_other_role_is_refused() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        load_detector(stock_path("recogniser"))


def test_a_start_that_is_not_there_or_no_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StartUnusable, match="not there"):
        find_start("recogniser", str(tmp_path / "none.onnx"))
    (tmp_path / "text.onnx").write_text("no model")
    with pytest.raises(StartUnusable, match=r"text\.onnx"):
        find_start("recogniser", str(tmp_path / "text.onnx"))


def test_the_new_head_keeps_what_it_can_and_borrows_the_rest() -> None:
    path = stock_path()
    known = characters_of(path)
    stock = load_recogniser(path)
    old = stock.head.weight.detach().clone()
    head = give_vietnamese_head(stock, known, CHARSET).head.weight.detach()
    place = {character: number for number, character in enumerate(CHARSET, start=1)}
    assert head.shape[0] == len(CHARSET) + 1
    for own, source in {"a": "a", "Đ": "Đ", "ấ": "â", "ợ": "ơ", "Ữ": "Ư", "ạ": "a"}.items():
        assert torch.equal(head[place[own]], old[known.index(source)])
    assert torch.equal(head[0], old[0])
