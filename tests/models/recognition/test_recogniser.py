"""One line reads the same alone and in any company, and well enough."""

from __future__ import annotations

import random
import unicodedata
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from models.engines import Hardware
from models.evaluation.errors import edits
from models.recognition.prepare import BUCKET, WIDEST, bucket_width, scale_to_height, scaled_width
from models.recognition.recogniser import IN_DOUBT, ROOMY, UNREAD, OnnxRecogniser
from models.synthesis.lines import sample_line
from models.synthesis.lines.blank import blank_line
from models.weights import HERE, WeightsRejected, registry

MOST_ERRORS = 0.03
"""Highest share of wrong signs on 120 worn lines kept out of training (seed 90017)."""


@pytest.fixture(scope="module")
def recogniser() -> OnnxRecogniser:
    return OnnxRecogniser(registry()["recogniser"], Hardware(threads=1))


def test_coefficients_of_another_version_are_refused_when_the_file_is_opened(tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx")
    shipped = registry()["recogniser"]
    graph = onnx.load(str(HERE / shipped.file))
    (entry,) = [each for each in graph.metadata_props if each.key == "confidence"]
    entry.value = '{"bias": 1.0, "guess": 2.0}'
    other = tmp_path / shipped.file
    onnx.save(graph, str(other))
    weights = replace(shipped, sha256=sha256(other.read_bytes()).hexdigest())
    with pytest.raises(WeightsRejected, match="another version"):
        OnnxRecogniser(weights, Hardware(threads=1), tmp_path)


@pytest.mark.parametrize(("told", "width"), [("", 384), ("0.9", 320), ("1.1", 0), ("wide", 0)])
def test_a_file_says_to_which_share_of_their_width_lines_are_narrowed(tmp_path: Path, told: str, width: int) -> None:
    onnx = pytest.importorskip("onnx")
    shipped = registry()["recogniser"]
    graph = onnx.load(str(HERE / shipped.file))
    kept = [each for each in graph.metadata_props if each.key != "narrowed"]
    del graph.metadata_props[:]
    graph.metadata_props.extend(kept)
    if told:
        graph.metadata_props.add(key="narrowed", value=told)
    other = tmp_path / shipped.file
    onnx.save(graph, str(other))
    weights = replace(shipped, sha256=sha256(other.read_bytes()).hexdigest())
    if not width:
        with pytest.raises(WeightsRejected, match=shipped.file):
            OnnxRecogniser(weights, Hardware(threads=1), tmp_path)
        return
    opened = OnnxRecogniser(weights, Hardware(threads=1), tmp_path)
    crop = np.full((24, 180, 3), 255, dtype=np.uint8)
    assert opened.bucket(crop) == width
    assert opened.recognise([crop]) == [("", 0.0)]


def test_a_line_reads_the_same_alone_and_in_any_company(recogniser: OnnxRecogniser) -> None:
    crops = [sample_line(5, number)[0] for number in range(24)]
    together = recogniser.recognise(crops)
    alone = [recogniser.recognise([crop])[0] for crop in crops]
    assert together == alone
    shuffled = list(range(len(crops)))
    random.Random(1).shuffle(shuffled)
    for start in range(0, len(crops), 7):
        places = shuffled[start : start + 7]
        assert recogniser.recognise([crops[place] for place in places]) == [together[place] for place in places]


def test_lines_kept_out_of_training_are_read(recogniser: OnnxRecogniser) -> None:
    drawn = [sample_line(90_017, number, held_out=True) for number in range(120)]
    read = recogniser.recognise([image for image, _ in drawn])
    wrong = sum(edits(text, truth) for (text, _), (_, truth) in zip(read, drawn, strict=True))
    assert wrong <= MOST_ERRORS * sum(len(truth) for _, truth in drawn)
    assert all(unicodedata.is_normalized("NFC", text) for text, _ in read)


def test_confidence_tells_clear_lines_from_noise(recogniser: OnnxRecogniser) -> None:
    clear = [sample_line(3, number, strength=0)[0] for number in range(12)]
    noise = [np.random.default_rng(n).integers(0, 255, (40, 400, 3)).astype(np.uint8) for n in range(3)]
    sure = [confidence for _, confidence in recogniser.recognise(clear)]
    unsure = [confidence for _, confidence in recogniser.recognise(noise)]
    assert np.median(sure) > 0.9 > 0.6 > max(unsure)
    assert all(confidence == round(confidence, 4) for confidence in sure)


def test_nothing_is_read_where_nothing_stands(recogniser: OnnxRecogniser) -> None:
    read = [(text, sure) for text, sure in recogniser.recognise([blank_line(90_019, n) for n in range(80)]) if text]
    assert len(read) <= 6, read
    assert all(sure < 0.9 for _, sure in read), read


def test_lines_upside_down_are_read_and_upright_ones_stay(recogniser: OnnxRecogniser) -> None:
    drawn = [sample_line(90_018, number, held_out=True, by_hand=0.0) for number in range(60)]
    crops = [image for image, truth in drawn if len(truth) > 12]
    upright = recogniser.recognise(crops)
    turned = recogniser.recognise([np.rot90(crop, 2) for crop in crops])
    agree = sum(a[0] == b[0] for a, b in zip(upright, turned, strict=True))
    assert agree >= 0.6 * len(crops)
    believed = [recogniser._judged(evidence) for evidence in recogniser.evidence(crops)]
    assert recogniser._upright(crops, believed) == believed, "a line that is upright is never taken for turned"


def test_a_second_look_at_lines_in_doubt_reads_more_of_them_right_and_is_never_less_sure(
    recogniser: OnnxRecogniser,
) -> None:
    drawn = [sample_line(90_024, number, held_out=True) for number in range(400)]
    every = recogniser.evidence([image for image, _ in drawn])
    once = recogniser.recognise([image for image, _ in drawn], again=False)
    doubtful = [number for number, (_, sure) in enumerate(once) if sure < IN_DOUBT and every[number].unread <= UNREAD]
    assert 4 < len(doubtful) < 80
    crops, truths = zip(*(drawn[number] for number in doubtful), strict=True)
    seen, first = ([these[number] for number in doubtful] for these in (every, once))
    second = recogniser._read_again(crops, seen, first)
    clear = [replace(evidence, unread=0.0) for evidence in seen]
    assert recogniser._read_again(crops, clear, [("chắc chắn", 0.9)] * len(crops)) == [("chắc chắn", 0.9)] * len(crops)
    assert all(b[1] >= a[1] for a, b in zip(first, second, strict=True)) and second != first

    def right(read: list[tuple[str, float]]) -> int:
        return sum(text == truth for (text, _), truth in zip(read, truths, strict=True))

    assert right(second) > right(first)


def test_a_reading_that_leaves_a_mark_unread_gives_way_to_one_that_does_not(recogniser: OnnxRecogniser) -> None:
    crops = [image for image, _ in (sample_line(90_021, number, held_out=True, strength=0.3) for number in range(20))]
    whole = recogniser.evidence(crops)
    lost = [replace(evidence, unread=0.2) for evidence in whole]
    sure = [("mất một chữ", 1.0)] * len(crops)
    found = recogniser._read_again(crops, lost, sure)
    assert sum(text == evidence.text for (text, _), evidence in zip(found, whole, strict=True)) >= 16
    blank = np.full((40, 300, 3), 255, dtype=np.uint8)
    assert recogniser._read_again([blank], lost[:1], sure[:1]) == sure[:1], "a second look that sees nothing is none"


def test_odd_crops_are_read_as_little_or_nothing_not_refused(recogniser: OnnxRecogniser) -> None:
    shapes = [(0, 0), (1, 1), (2, 4000), (4000, 2), (48, 9000)]
    assert len(recogniser.recognise([np.full((*shape, 3), 255, dtype=np.uint8) for shape in shapes])) == len(shapes)
    assert recogniser.recognise([]) == []


@pytest.mark.parametrize(("width", "seen"), [(40, 40), (62, 60), (66, 66), (1320, 1276), (1336, 1336), (1344, 1340)])
def test_a_line_a_little_over_a_bucket_is_squeezed_into_it(width: int, seen: int) -> None:
    assert scaled_width(np.zeros((48, width, 3), dtype=np.uint8)) == seen
    assert scale_to_height(np.zeros((96, 2 * width, 3), dtype=np.uint8)).shape == (48, seen, 3)


def test_a_bucket_is_decided_by_the_crop_alone(recogniser: OnnxRecogniser) -> None:
    assert (bucket_width(192), bucket_width(193)) == (192, 256)
    long, short = np.zeros((24, 180, 3), dtype=np.uint8), np.zeros((24, 100, 3), dtype=np.uint8)
    assert recogniser.bucket(long) == bucket_width(scaled_width(long, recogniser._narrowed))
    assert recogniser.bucket(short) == bucket_width(scaled_width(short, recogniser._narrowed * ROOMY))
    assert recogniser.bucket(np.zeros((1, 9000, 3), dtype=np.uint8)) == WIDEST
    assert WIDEST % BUCKET == 0
