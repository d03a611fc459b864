"""Frames for digits are one line, read without the frames."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from PIL import Image as Picture
from PIL import ImageDraw

from models.cropping import crop_lines
from models.detection.digit_boxes import digit_boxes, may_be_row, without_frames
from models.detection.drawn import drawn_on
from models.protocols import Image
from models.reader import Reader
from models.synthesis.fonts import load_font

NUMBER = "079094056708"


def _framed(number: str = NUMBER, side: int = 48) -> Image:
    canvas = Picture.new("RGB", (1654, 2339), (248, 248, 246))
    pen = ImageDraw.Draw(canvas)
    font = load_font("Tinos", "regular", 36)
    for place, digit in enumerate(number):
        left = 700 + place * side
        pen.rectangle([left, 600, left + side, 600 + side], outline=(60, 60, 60), width=2)
        pen.text((left + 15, 605), digit, font=font, fill=(20, 20, 20))
    pen.text((160, 605), "Số định danh cá nhân:", font=font, fill=(20, 20, 20))
    return np.array(canvas)


def test_a_row_of_frames_is_found_with_every_frame() -> None:
    ((*row,),) = digit_boxes(drawn_on(cv2.cvtColor(_framed(), cv2.COLOR_BGR2GRAY)))
    assert len(row) == len(NUMBER)
    assert 700 <= row[0][0][0] <= 704
    assert 700 + 48 * 12 - 4 <= row[-1][2][0] <= 700 + 48 * 12 + 1


def test_the_digits_are_read_as_one_line(reader: Reader) -> None:
    page = _framed()
    polygons = reader.detect(page)
    texts = [text for text, _ in reader.recognise(crop_lines(page, polygons))]
    assert [text.replace(" ", "") for text in texts] == ["Sốđịnhdanhcánhân:", NUMBER]


def test_only_boxes_on_whole_pixels_may_be_rows_of_frames(reader: Reader) -> None:
    page = _framed()
    assert [may_be_row(polygon) for polygon in reader.detect(page)] == [False, True]


def test_frames_go_and_digits_stay() -> None:
    page = _framed()
    cleared = without_frames(page)
    assert (cleared[598:650, 700:702] > 240).all()
    assert (cleared[605:645, 700 + 12 : 700 + 36] < 60).any()


def test_a_frame_filled_with_ink_is_one_of_its_row() -> None:
    page = _framed()
    page[603:647, 893:940] = 60  # the fifth of twelve; a white corner is left
    page[610:630, 900:915] = 250
    ((*row,),) = digit_boxes(drawn_on(cv2.cvtColor(page, cv2.COLOR_BGR2GRAY)))
    assert len(row) == len(NUMBER)


def _torn(*frames: int, side: int = 48) -> Image:
    """The frames of some digits open at the top and towards the right."""
    page = _framed()
    for place in frames:
        left = 700 + place * side
        page[598:604, left + 20 : left + 32] = 248
        page[620:632, left + side - 3 : left + side + 4] = 248
    return page


@pytest.mark.parametrize("frames", [(4,), (2, 3), (1, 4, 7), (0,), (11,), (0, 1, 5, 11)])
def test_torn_frames_belong_to_their_row(frames: tuple[int, ...]) -> None:
    ((*row,),) = digit_boxes(drawn_on(cv2.cvtColor(_torn(*frames), cv2.COLOR_BGR2GRAY)))
    assert len(row) == len(NUMBER)
    lefts = np.array([box[0][0] for box in row])
    np.testing.assert_allclose(lefts, 702 + 48 * np.arange(len(NUMBER)), atol=4)


def test_torn_frames_are_read_with_their_row(reader: Reader) -> None:
    page = _torn(0, 5, 11)
    polygons = reader.detect(page)
    texts = [text.replace(" ", "") for text, _ in reader.recognise(crop_lines(page, polygons))]
    assert NUMBER in texts


def test_what_stands_beside_a_row_is_no_frame() -> None:
    page = _framed()
    right = 700 + 48 * 12
    page[600:602, right : right + 300] = page[648:650, right : right + 300] = 60  # the row ends at a long cell
    ((*row,),) = digit_boxes(drawn_on(cv2.cvtColor(page, cv2.COLOR_BGR2GRAY)))
    assert len(row) == len(NUMBER)


def test_frames_behind_a_gap_without_lines_are_of_another_row() -> None:
    page = _framed()
    page[598:652, 700 + 48 * 6 + 4 : 700 + 48 * 7 + 20] = 248
    page[598:652, 700 + 48 * 6 + 2 : 700 + 48 * 6 + 4] = 60
    assert [len(row) for row in digit_boxes(drawn_on(cv2.cvtColor(page, cv2.COLOR_BGR2GRAY)))] == [6]


def test_a_blank_page_has_no_frames() -> None:
    assert digit_boxes(drawn_on(np.full((400, 300), 250, dtype=np.uint8))) == []


def test_a_page_of_print_and_a_table_of_few_columns_have_none() -> None:
    page = np.full((2339, 1654, 3), 250, dtype=np.uint8)
    page[300:302, 200:1200] = page[420:422, 200:1200] = 60
    for x in range(200, 1201, 200):
        page[300:420, x : x + 2] = 60
    assert digit_boxes(drawn_on(page[:, :, 0])) == []
    assert without_frames(page) is page
