"""A model that cannot write Vietnamese never gets as far as a page."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from models.charset import CHARSET, VIETNAMESE_LETTERS, CharsetIncomplete, missing_letters, require_vietnamese
from models.engines import Hardware
from models.recognition.recogniser import OnnxRecogniser
from models.weights import HERE, registry


def test_the_alphabet_has_134_composed_letters_and_their_cases_match() -> None:
    assert len(set(VIETNAMESE_LETTERS)) == 134
    assert all(len(unicodedata.normalize("NFC", letter)) == 1 for letter in VIETNAMESE_LETTERS)
    assert VIETNAMESE_LETTERS[67:] == VIETNAMESE_LETTERS[:67].upper()
    # U+1EA0 to U+1EF9 is the Vietnamese block of Unicode; only the letters with a tone or mark of the alphabet count.
    assert {chr(code) for code in range(0x1EA0, 0x1EFA)} <= set(VIETNAMESE_LETTERS)


@pytest.mark.parametrize("letter", ["ấ", "Ỹ", "Đ", "ơ"])
def test_one_missing_letter_is_enough_to_refuse(letter: str) -> None:
    charset = [character for character in CHARSET if character != letter]
    with pytest.raises(CharsetIncomplete, match=letter):
        require_vietnamese(charset, "some-model@1")
    assert missing_letters(charset) == letter


def test_the_eth_of_iceland_does_not_pass_for_the_vietnamese_letter() -> None:
    assert missing_letters("\u00d0" if character == "Đ" else character for character in CHARSET) == "Đ"


def test_a_recogniser_that_lacks_letters_is_refused_when_opened(tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx")
    weights = registry()["recogniser"]
    graph = onnx.load(str(HERE / weights.file))
    for entry in graph.metadata_props:
        if entry.key == "charset":
            stock = [character for character in json.loads(entry.value) if character not in "ảấầẩẫậắằẳẵặ"]
            entry.value = json.dumps(stock)
    onnx.save(graph, str(tmp_path / weights.file))
    digest = sha256((tmp_path / weights.file).read_bytes()).hexdigest()
    with pytest.raises(CharsetIncomplete):
        OnnxRecogniser(replace(weights, sha256=digest), Hardware(1), tmp_path)
