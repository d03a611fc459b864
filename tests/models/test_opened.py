"""Engines are opened once, whoever asks; the newest stays, an old one goes, and its callers still finish."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from models.engines import Hardware
from models.opened import OpenModels
from models.weights import HERE, Weights, registry
from tests.models.conftest import DrawnPage
from tests.models.versions import another_version


@pytest.fixture(scope="module")
def second(tmp_path_factory: pytest.TempPathFactory) -> tuple[Weights, Path]:
    folder = tmp_path_factory.mktemp("weights")
    return another_version(folder, "0.3-test"), folder


@pytest.fixture
def models(second: tuple[Weights, Path]) -> tuple[OpenModels, list[str]]:
    asked: list[str] = []

    @contextmanager
    def place(weights: Weights) -> Iterator[Path]:
        asked.append(weights.identity)
        time.sleep(0.05)
        yield second[1] if weights == second[0] else HERE

    return OpenModels(Hardware(1, engine="onnxruntime"), place), asked


def test_threads_that_want_the_same_weights_share_one_engine(models: tuple[OpenModels, list[str]]) -> None:
    opened, asked = models
    with ThreadPoolExecutor(4) as threads:
        engines = list(threads.map(opened.recogniser, [registry()["recogniser"]] * 8))
    assert len(set(map(id, engines))) == 1
    assert len(asked) == 1


def test_an_engine_is_the_one_asked_for(models: tuple[OpenModels, list[str]], second: tuple[Weights, Path]) -> None:
    opened, _ = models
    assert opened.recogniser(registry()["recogniser"]).identity == registry()["recogniser"].identity
    assert opened.recogniser(second[0]).identity == second[0].identity


def test_the_one_not_used_for_a_while_is_closed_and_the_newest_never(
    models: tuple[OpenModels, list[str]], second: tuple[Weights, Path]
) -> None:
    opened, asked = models
    old = opened.recogniser(registry()["recogniser"])
    time.sleep(0.02)
    opened.recogniser(second[0])
    opened.close_unused(3600)
    assert opened.is_open(registry()["recogniser"])
    opened.close_unused(0.01)
    assert not opened.is_open(registry()["recogniser"])
    assert opened.is_open(second[0])
    time.sleep(0.02)
    opened.close_unused(0.01)
    assert opened.is_open(second[0]), "nobody came after it"
    assert old.recognise([np.full((48, 64, 3), 255, np.uint8)]) == [("", 0.0)], "whoever holds it still reads"
    opened.recogniser(registry()["recogniser"])
    assert asked.count(registry()["recogniser"].identity) == 2


def test_the_second_version_is_another_file_that_reads_the_same(
    models: tuple[OpenModels, list[str]], second: tuple[Weights, Path], page: DrawnPage
) -> None:
    """What the tests of promotion stand on."""
    opened, first = models[0], registry()["recogniser"]
    assert second[0].sha256 != first.sha256
    line = page.image[200:260, 200:1400]
    (read,) = opened.recogniser(first).recognise([line])
    assert opened.recogniser(second[0]).recognise([line]) == [read]
    assert read[0]
