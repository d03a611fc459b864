"""Batches can be taken up anywhere, drawn by anybody, shared by several; corrected lines come from split `train`."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch

from models.datasets import read_set
from models.detection.boxes import BoxRules, boxes_from_chances
from models.synthesis.lines.text import transcription
from models.training.detector import data
from models.training.detector.data import CropSource, maps
from models.training.recogniser.lines import LineSource, batches, corrected

SOURCE = LineSource(11, 20, 640)


def _stream(source: LineSource = SOURCE, **where: int):  # type: ignore[no-untyped-def]
    return batches(source, area=1280, most=4, **where)


def test_batches_can_be_taken_up_anywhere() -> None:
    seen = list(islice(_stream(), 9))
    middle = seen[4]
    after = next(_stream(pool=middle.pool, skip=middle.place))
    assert torch.equal(after.pixels, seen[5].pixels)
    assert torch.equal(after.labels, seen[5].labels)
    assert (after.pool, after.place) == (seen[5].pool, seen[5].place)


def test_a_process_beside_draws_the_same_and_ends_with_the_stream() -> None:
    here = list(islice(_stream(), 3))
    running = _stream(beside=1)
    beside = list(islice(running, 3))
    running.close()
    assert all(torch.equal(a.pixels, b.pixels) for a, b in zip(here, beside, strict=True))


def test_lines_are_seen_at_a_share_of_their_width() -> None:
    whole = {text: image.shape[1] for image, text in SOURCE(0)}
    narrow = {text: image.shape[1] for image, text in replace(SOURCE, narrowed=0.8)(0)}
    both = [text for text in narrow if text in whole and whole[text] > 80]
    assert len(both) > 8 and all(0.74 < narrow[text] / whole[text] < 0.86 for text in both)


def test_two_workers_share_the_pools_between_them() -> None:
    whole = [SOURCE(number) for number in range(4)]
    first, second = ([SOURCE(number) for number in range(rank, 4, 2)] for rank in range(2))
    for rank, mine in enumerate((first, second)):
        for turn, pool in enumerate(mine):
            assert [text for _, text in pool] == [text for _, text in whole[rank + 2 * turn]]
    drawn = {batch.pool for batch in islice(_stream(pool=1, step=2), 12)}
    assert drawn and all(number % 2 == 1 for number in drawn)


def test_only_lines_of_split_train_are_learnt_from(corrected_set: Path) -> None:
    found = read_set(corrected_set)
    train = {transcription(line.text) for line in found.part("train")}
    test = {transcription(line.text) for line in found.part("test")} - train
    assert train and test
    half = LineSource(3, 40, 2000, (corrected_set,), share=0.5, strength=0.3)
    drawn = [text for number in range(6) for _, text in half(number)]
    plain = [text for number in range(6) for _, text in LineSource(3, 40, 2000)(number)]
    assert not test & set(drawn)
    assert len([text for text in drawn if text in train]) >= 60
    assert len(set(drawn) & set(plain)) > 20, "synthetic lines stay beside them"


def test_each_corrected_line_comes_once_a_round_and_never_quite_the_same(corrected_set: Path) -> None:
    count = len(corrected((corrected_set,), "train"))
    source = LineSource(3, count, 4000, (corrected_set,), share=0.999, strength=0.5)
    first, second = (source._corrected(turn) for turn in (0, count))
    texts = sorted(source._corrected(turn)[1] for turn in range(count))
    assert texts == sorted(text for _, text in corrected((corrected_set,), "train"))
    again = next(source._corrected(t) for t in range(count, 2 * count) if source._corrected(t)[1] == first[1])
    assert again[0].shape != first[0].shape or not np.array_equal(again[0], first[0])
    assert second[1] in texts


@pytest.mark.parametrize(("width", "narrowed", "off"), [(448, 1.0, 2.0), (314, 0.7, 2.5)])
def test_a_core_is_what_reading_grows_back_to_the_line(width: int, narrowed: float, off: float) -> None:
    lines = [np.array([[20, 20], [420, 26], [419, 58], [19, 52]], np.float32),
             np.array([[20, 80], [40, 80], [40, 102], [20, 102]], np.float32)]  # fmt: skip
    cores, counts = maps(lines, 128, width, narrowed)
    chances = cores.astype(np.float32)
    grown = sorted(boxes_from_chances(chances, BoxRules(), 1 / narrowed), key=lambda box: box[0, 1])
    assert cores.shape == (128, width) and counts.all()
    for line, box in zip(lines, grown, strict=True):
        assert np.abs(line - box).max() < off


def test_lines_too_low_to_read_do_not_count() -> None:
    cores, counts = maps([np.array([[10, 10], [60, 10], [60, 13], [10, 13]], np.float32)], 32, 96)
    assert not cores.any()
    assert not counts[11:13, 20:50].any() and counts[20:].all()


def test_squares_of_pages_are_the_same_for_the_same_seed() -> None:
    source = CropSource(5, 1, 2, 160)
    one, two = source(3), source(3)
    assert all(np.array_equal(a, b) for a, b in zip(one[0], two[0], strict=True))
    batch = next(data.batches(source, batch=2, pool=3))
    assert batch.pixels.shape == (2, 3, 160, 160) and batch.cores.shape == (2, 160, 160)
    assert float(batch.pixels.min()) >= -1 and float(batch.pixels.max()) <= 1
    assert torch.equal(batch.taught, batch.pixels)


def test_what_is_seen_narrower_is_the_same_part_of_the_page() -> None:
    """Pixels of a square, and the cores of lines on it, lie where they lie at full width."""
    whole, narrow = (next(data.batches(CropSource(5, 1, 2, 320, share), batch=2)) for share in (1.0, 0.7))
    assert narrow.pixels.shape == (2, 3, 320, 224) and narrow.cores.shape == narrow.counts.shape == (2, 320, 224)
    assert torch.equal(narrow.taught, whole.pixels), "a teacher sees the page as it knows it"
    assert float(whole.cores.mean()) > 0.02
    for seen, full, most in ((narrow.pixels, whole.pixels, 0.1), (narrow.cores[:, None], whole.cores[:, None], 0.06)):
        back = torch.nn.functional.interpolate(seen, size=(320, 320), mode="bilinear")
        assert float((back - full).abs().mean()) < most


@pytest.mark.parametrize("number", [0, 1])
def test_pages_that_teach_have_a_box_around_each_line(number: int) -> None:
    from models.training.detector.pages import drawn_page

    image, boxes = drawn_page(9, number)
    assert image.ndim == 3 and len(boxes) > 5
    grey = image.min(axis=2)
    inked = 0
    for box in boxes:
        (left, top), (right, bottom) = box.min(axis=0).astype(int), box.max(axis=0).astype(int)
        inside = grey[max(0, top) : bottom, max(0, left) : right]
        inked += inside.size > 0 and float(inside.min()) < float(np.percentile(grey, 90)) - 40
    assert inked >= 0.95 * len(boxes)
