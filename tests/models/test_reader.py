"""The whole way: from a page as it came to lines with places on it."""

from __future__ import annotations

import json
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from PIL import Image as Picture
from PIL import ImageDraw

from config.settings import Settings
from dossiers.page import Box, PageReading, reading_to_json
from models.evaluation.errors import edits
from models.orientation.turning import turn, untouched_point
from models.reader import Reader
from models.synthesis.fonts import load_font


def _same(reading: PageReading) -> Any:
    return {**reading_to_json(reading), "seconds": 0}


def test_pages_read_side_by_side_read_as_one_after_another(reader: Reader, page: Any) -> None:
    pages = [turn(page.image, degrees) for degrees in (0, 180, 0, 180)]
    alone = [_same(reader.read(image)) for image in pages]
    with ThreadPoolExecutor(4) as threads:
        assert [_same(reading) for reading in threads.map(reader.read, pages)] == alone


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_a_page_turned_any_way_is_read_with_its_boxes_as_given(reader: Reader, page: Any, degrees: int) -> None:
    given = turn(page.image, degrees)
    reading = reader.read(given)
    assert reading.rotation == (360 - degrees) % 360
    assert (reading.height, reading.width) == given.shape[:2]
    assert len(reading.lines) == len(page.lines)
    upright_height, upright_width = page.image.shape[:2]
    errors = 0
    for line, (printed, ink) in zip(reading.lines, page.lines, strict=True):
        errors += edits(line.text, printed)
        # Turning the page was the inverse of what the reader did: undo it to compare on the upright page.
        corners = [untouched_point(p, degrees, upright_width, upright_height) for p in line.polygon]
        a, b, c, d = corners
        assert a[0] < b[0]
        assert d[0] < c[0]
        assert a[1] < d[1]
        assert b[1] < c[1]
        box = Box.of((a, b, c, d))
        assert box.left <= ink[0] + 2
        assert box.right >= ink[2] - 2
        assert abs((box.top + box.bottom) / 2 - (ink[1] + ink[3]) / 2) < 10
        assert box.height < 70
    assert errors <= 0.01 * sum(len(printed) for printed, _ in page.lines)


def test_texts_are_composed_and_confident(reader: Reader, page: Any) -> None:
    lines = reader.read(page.image).lines
    assert len(lines) == len(page.lines)
    for line in lines:
        assert unicodedata.is_normalized("NFC", line.text)
        assert 0.8 < line.confidence <= 1
        assert line.model == reader.model


def test_the_steps_one_by_one_give_what_read_gives(reader: Reader, page: Any) -> None:
    turned = turn(page.image, 90)
    upright = turn(turned, reader.orient(turned))
    polygons = reader.detect(upright)
    texts = reader.recognise(reader.crop(upright, polygons))
    assert [(line.text, line.confidence) for line in reader.read(turned).lines] == texts


def test_reading_twice_with_another_page_between_is_the_same(reader: Reader, page: Any) -> None:
    first = _same(reader.read(page.image))
    reader.read(np.ascontiguousarray(page.image[300:900, 100:1200]))
    assert json.dumps(_same(reader.read(page.image))) == json.dumps(first)


@pytest.mark.parametrize("shape", [(1, 1), (3, 900), (900, 3), (64, 64), (400, 300)])
def test_a_picture_of_nothing_has_no_lines_and_no_error(reader: Reader, shape: tuple[int, int]) -> None:
    reading = reader.read(np.full((*shape, 3), 200, dtype=np.uint8))
    assert reading.lines == ()
    assert (reading.height, reading.width) == shape


def test_two_columns_of_a_letter_head_are_two_lines(reader: Reader) -> None:
    left, right = "SỞ XÂY DỰNG TỈNH ĐỒNG THÁP", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
    picture = Picture.new("RGB", (1654, 500), "white")
    pen = ImageDraw.Draw(picture)
    bold = load_font("Tinos", "bold", 34)
    pen.text((110, 150), left, font=bold, fill="black")
    pen.text((110 + bold.getlength(left) + 62, 150), right, font=bold, fill="black")
    image = np.asarray(picture)[:, :, ::-1].copy()
    first, second = (text for text, _ in reader.recognise(reader.crop(image, reader.detect(image))))
    assert edits(first, left) <= 1
    assert edits(second, right) <= 1


def test_settings_open_a_reader_and_a_lone_orienter(page: Any) -> None:
    settings = Settings()
    assert Reader.orienter(settings)(turn(page.image, 180)) == 180
    opened = Reader.open(settings)
    assert opened.bucket(np.zeros((48, 80, 3), dtype=np.uint8)) == 128
