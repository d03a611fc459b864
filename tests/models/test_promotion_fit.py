"""What each role's network must give, tried with networks that give something else."""

from __future__ import annotations

import json
from collections.abc import Mapping

import numpy as np
import pytest
from numpy.typing import NDArray

from models.charset import CHARSET
from models.engines import Hardware, open_network
from models.promotion.fit import misfit
from models.weights import registry

CLASSES = len(CHARSET) + 1


class Fake:
    """A network that gives `found`."""

    engine, on_gpu = "fake", False
    metadata: Mapping[str, str] = {}

    def __init__(self, found: NDArray[np.float32]) -> None:
        self._found = found

    def run(self, pixels: NDArray[np.float32]) -> NDArray[np.float32]:
        return self._found


def even(*shape: int) -> NDArray[np.float32]:
    return np.full(shape, 1 / shape[-1], np.float32)


def test_the_shipped_weights_fit_their_roles_and_no_other() -> None:
    opened = {
        role: open_network(weights.path(), Hardware(threads=1, engine="onnxruntime"))
        for role, weights in registry().items()
    }
    charset = json.loads(opened["recogniser"].metadata["charset"])
    assert misfit(opened["recogniser"], "recogniser", charset) == ""
    assert f"[2, steps, {len(charset) + 2}]" in misfit(opened["recogniser"], "recogniser", [*charset, "Ω"])
    assert misfit(opened["detector"], "detector", ()) == ""
    for role, found in (("recogniser", "detector"), ("recogniser", "orienter"), ("detector", "recogniser"),
                        ("detector", "orienter")):  # fmt: skip
        assert misfit(opened[found], role, charset), (role, found)


@pytest.mark.parametrize(
    "found",
    [
        even(2, 40, 18_710),  # a stock PP-OCR recogniser in which our charset was noted
        even(2, 40, CLASSES - 1),
        even(40, 2, CLASSES),  # steps first
        even(1, 40, CLASSES),  # one line for two
        even(2, CLASSES),
        even(2, 40, CLASSES) - 9,  # no softmax
        np.full((2, 40, CLASSES), np.nan, np.float32),
    ],
)
def test_a_recogniser_gives_chances_of_its_charset_and_the_blank_for_each_line(found: NDArray[np.float32]) -> None:
    assert misfit(Fake(even(2, 40, CLASSES)), "recogniser", CHARSET) == ""
    assert "recogniser" in misfit(Fake(found), "recogniser", CHARSET)


def test_a_detector_gives_a_map_as_large_as_the_page() -> None:
    page = np.zeros((1, 1, 64, 96), np.float32)
    assert misfit(Fake(page), "detector", ()) == ""
    for found in (page[:, :, ::4, ::4], page[0], even(1, 4), np.zeros((1, 2, 64, 96), np.float32)):
        assert "detector" in misfit(Fake(found), "detector", ())
