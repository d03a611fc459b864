"""A sheet is cut out of a photo; the bright part of a shadowed scan is no sheet."""

from __future__ import annotations

import random
from pathlib import Path

import cv2
import numpy as np
import pytest

from config.settings import Limits
from models.evaluation.suites.pages import as_filed, mixed_paper
from models.synthesis.degrade.photo import photo
from models.synthesis.degrade.scan import shadow
from models.synthesis.pages import finish
from workers.formats.photo import background, page_corners, shrink
from workers.stages.ingest import SourceFile, ingest
from workers.stages.prepare import prepare
from workers.stages.rasterise import rasterise


@pytest.mark.parametrize("seed", [1, 2, 5])
def test_a_shadow_over_a_scan_cuts_nothing_off(seed: int) -> None:
    capture = shadow(random.Random(seed), finish(mixed_paper(random.Random(seed), seed)))
    assert page_corners(shrink(as_filed(capture))[0]) is None


def test_a_sheet_on_a_desk_is_found() -> None:
    capture = photo(random.Random(3), finish(mixed_paper(random.Random(3), 0)))
    grey, _ = shrink(as_filed(capture))
    corners = page_corners(grey)
    assert corners is not None
    covered = cv2.contourArea(np.asarray(corners, np.float32)) / (grey.shape[0] * grey.shape[1])
    assert 0.7 < covered < 0.97


@pytest.mark.parametrize("size", [(1, 6000), (6000, 1), (2, 4000), (9000, 3), (1, 1)])
def test_a_sliver_is_a_blank_page_of_the_system(tmp_path: Path, size: tuple[int, int]) -> None:
    """As the jobs do it: taken in, drawn, stored as JPEG, prepared."""
    path = tmp_path / "sliver.png"
    cv2.imwrite(str(path), np.full((*size, 3), 90, np.uint8))
    (member,) = ingest(SourceFile(1, path.name, path), Limits(), tmp_path).members
    drawn = rasterise(member.path, member.media_type, 0, Limits()).image
    stored = cv2.imdecode(cv2.imencode(".jpg", drawn)[1], cv2.IMREAD_COLOR)
    for image in (drawn, np.asarray(stored, np.uint8)):
        assert prepare(image, lambda _: pytest.fail("nothing to turn")).blank
    assert min(background(shrink(drawn)[0]).shape) >= 1


def test_a_page_is_shrunk_by_the_factor_that_places_map_back_by() -> None:
    image = np.full((2339, 1653, 3), 255, dtype=np.uint8)
    image[2200:2231, 1500:1541] = 0
    grey, scale = shrink(image)
    ink = 255.0 - grey
    rows, columns = ink.sum(axis=1), ink.sum(axis=0)
    y, x = (float((side * np.arange(side.size)).sum() / ink.sum() + 0.5) / scale - 0.5 for side in (rows, columns))
    assert (y, x) == pytest.approx((2215, 1520), abs=0.05)
