"""Weights that are not the registered ones never reach the runtime."""

from __future__ import annotations

import shutil
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from models.detection.detector import OnnxDetector
from models.engines import Hardware
from models.orientation.orienter import OnnxOrienter
from models.reader import Reader
from models.recognition.recogniser import OnnxRecogniser
from models.weights import HERE, WeightsRejected, registry

ENGINES = {"detector": OnnxDetector, "recogniser": OnnxRecogniser, "orienter": OnnxOrienter}


@pytest.mark.parametrize("role", sorted(ENGINES))
def test_every_registered_file_is_there_with_its_card(role: str) -> None:
    weights = registry()[role]
    assert weights.path().is_file()
    card = (HERE / weights.card).read_text(encoding="utf-8")
    assert weights.sha256 in card
    assert weights.licence in card


@pytest.mark.parametrize("role", sorted(ENGINES))
@pytest.mark.parametrize("damage", ["truncated", "one bit", "empty", "missing", "another model"])
def test_a_wrong_file_is_refused(role: str, damage: str, tmp_path: Path) -> None:
    weights = registry()[role]
    target = tmp_path / weights.file
    data = bytearray((HERE / weights.file).read_bytes())
    if damage == "truncated":
        target.write_bytes(data[: len(data) // 2])
    elif damage == "one bit":
        data[len(data) // 2] ^= 1
        target.write_bytes(data)
    elif damage == "empty":
        target.write_bytes(b"")
    elif damage == "another model":
        other = registry()["orienter" if role != "orienter" else "detector"]
        shutil.copy(HERE / other.file, target)
    with pytest.raises(WeightsRejected, match=weights.file.replace(".", r"\.")):
        ENGINES[role](weights, Hardware(1), tmp_path)


def test_a_file_that_is_no_model_is_refused_even_with_its_own_checksum(tmp_path: Path) -> None:
    weights = registry()["detector"]
    (tmp_path / weights.file).write_bytes(b"not a graph")
    with pytest.raises(WeightsRejected):
        OnnxDetector(replace(weights, sha256=sha256(b"not a graph").hexdigest()), Hardware(1), tmp_path)


def test_a_recogniser_without_a_charset_is_refused(tmp_path: Path) -> None:
    orienter = registry()["orienter"]
    shutil.copy(HERE / orienter.file, tmp_path / orienter.file)
    with pytest.raises(WeightsRejected, match="charset"):
        OnnxRecogniser(orienter, Hardware(1), tmp_path)


def test_a_reader_names_its_models_by_version(reader: Reader) -> None:
    assert reader.model == registry()["recogniser"].identity
    assert all("@" in identity for identity in reader.models.values())
