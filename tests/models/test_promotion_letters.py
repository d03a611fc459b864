"""What reads every letter passes with room to spare, and what cannot write one is found, whatever its charset says."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from models.charset import VIETNAMESE_LETTERS
from models.engines import Hardware, Network, open_network
from models.promotion.letters import TRIES, unwritten, written
from models.weights import registry
from tests.models.versions import another_version

ONE_THREAD = Hardware(threads=1, engine="onnxruntime")


def charset_of(network: Network) -> list[str]:
    return list(json.loads(network.metadata["charset"]))


@pytest.fixture(scope="module")
def sound() -> Network:
    return open_network(registry()["recogniser"].path(), ONE_THREAD)


def test_every_letter_stands_in_the_lines_of_every_try() -> None:
    for _, lines in TRIES:
        assert set(VIETNAMESE_LETTERS) <= set("".join(lines))


def test_the_shipped_recogniser_writes_every_letter_in_most_of_the_tries(sound: Network) -> None:
    assert unwritten(sound, charset_of(sound)) == ""
    counted: Counter[str] = Counter()
    for face, lines in TRIES:
        counted.update(set().union(*(written(sound, charset_of(sound), line, face) for line in lines)))
    least = min(VIETNAMESE_LETTERS, key=lambda letter: counted[letter])
    assert counted[least] >= len(TRIES) // 2, least


@pytest.mark.parametrize("letter", ["Ữ", "đ", "ỵ"])
def test_a_letter_whose_class_never_wins_is_found(letter: str, tmp_path: Path) -> None:
    network = open_network(tmp_path / another_version(tmp_path, "1", mute=letter).file, ONE_THREAD)
    assert unwritten(network, charset_of(network)) == letter


def test_two_letters_that_are_taken_for_each_other_are_not_written_where_they_stand(tmp_path: Path) -> None:
    swapped = "ế", "ũ"  # two that nobody confuses: a sound model that once takes one for the other would write it so
    network = open_network(tmp_path / another_version(tmp_path, "1", swapped=swapped).file, ONE_THREAD)
    assert set(unwritten(network, charset_of(network))) == set(swapped)
