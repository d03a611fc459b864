"""After scanner, copier, fax and phone the truth still lies on the words that it names."""

from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np
import pytest

from models.synthesis.degrade.light_desk import light_photo
from models.synthesis.degrade.page import Capture, clean, fax, flatbed, photocopy
from models.synthesis.degrade.photo import photo, stored_by_sensor
from models.synthesis.pages import Page
from tests.models.synthesis.paper import crop, likeness, pages, size_of


def _upside_down(rng: random.Random, page: Page) -> Capture:
    return photo(rng, page, upside_down=True)


DEVICES: tuple[Callable[[random.Random, Page], Capture], ...] = (
    clean,
    flatbed,
    photocopy,
    fax,
    photo,
    light_photo,
    _upside_down,
)


@pytest.mark.parametrize("device", DEVICES)
def test_polygons_still_lie_on_their_own_words(device: Callable[[random.Random, Page], Capture]) -> None:
    page = pages(1)[0]
    capture = device(random.Random(11), page)
    scores, wrong = [], []
    lines = list(zip(page.truth.lines, capture.truth.lines, strict=True))
    for number, (before, after) in enumerate(lines):
        size = size_of(before.polygon)
        here = crop(page.image, before.polygon, size)
        scores.append(likeness(here, crop(capture.image, after.polygon, size)))
        elsewhere = lines[(number + 3) % len(lines)][1].polygon
        wrong.append(likeness(here, crop(capture.image, elsewhere, size)))
    assert min(scores) > 0.75, [f"{score:.2f}" for score in scores]
    assert np.median(wrong) < 0.5  # the measure can fail


@pytest.mark.parametrize("device", DEVICES)
def test_truth_keeps_its_texts_and_fields_and_fits_the_image(device: Callable[[random.Random, Page], Capture]) -> None:
    page = pages(2)[1]
    capture = device(random.Random(5), page)
    truth = capture.truth
    assert (truth.height, truth.width) == capture.image.shape[:2]
    assert [line.text for line in truth.lines] == [line.text for line in page.truth.lines]
    assert [field.value for field in truth.fields] == [field.value for field in page.truth.fields]
    for line in truth.lines:
        assert all(0 <= x <= truth.width and 0 <= y <= truth.height for x, y in line.polygon), line


@pytest.mark.parametrize("device", DEVICES)
def test_the_same_seed_degrades_alike(device: Callable[[random.Random, Page], Capture]) -> None:
    page = pages(1)[2]
    one, two = device(random.Random(3), page), device(random.Random(3), page)
    assert one.truth == two.truth and np.array_equal(one.image, two.image)


def test_a_page_upside_down_says_by_how_much_it_must_be_turned() -> None:
    capture = _upside_down(random.Random(1), pages(1)[0])
    assert capture.truth.rotation == 180
    first, last = capture.truth.lines[0].polygon, capture.truth.lines[-1].polygon
    assert first[0][1] > last[0][1]  # the heading is at the bottom
    assert first[0][0] > first[1][0]  # and its upright top-left corner is on the right


def test_a_sideways_photo_is_shown_upright_by_its_exif_turn() -> None:
    image = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)
    assert np.array_equal(np.rot90(stored_by_sensor(image), -1), image)


def test_copier_and_fax_are_black_and_white_only() -> None:
    for device in (photocopy, fax):
        assert set(np.unique(device(random.Random(2), pages(1)[0]).image)) == {0, 255}
