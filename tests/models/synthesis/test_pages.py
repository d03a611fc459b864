"""A composed page says exactly what is printed on it, and where."""

from __future__ import annotations

import random
import unicodedata
from pathlib import Path

import numpy as np
import pytest
import yaml
from fontTools.ttLib import TTFont

from dossiers.page import Box
from models.synthesis.fonts import find_font
from models.synthesis.forms.case import case, date_in_words, two_digits_in_words
from models.synthesis.pages import finish
from models.synthesis.pages.ink import Glyphs
from models.synthesis.pages.official import official_document
from tests.models.synthesis.paper import crop, pages, printed, sheets, size_of

SEEDS = (1, 2)
FORMS = Path(__file__).parents[3] / "config" / "forms"


@pytest.mark.parametrize("seed", SEEDS)
def test_every_line_encloses_its_ink_and_nothing_is_cut_off(seed: int) -> None:
    for page in pages(seed):
        for line in page.truth.lines:
            box = Box.of(line.polygon)
            assert box.left > 0 and box.top > 0, line
            assert box.right < page.truth.width and box.bottom < page.truth.height, line
            ink = crop(page.image, line.polygon, size_of(line.polygon)) < 128
            assert ink.any(axis=0).mean() > 0.3, line  # strokes from end to end; digits in cells stand apart
            assert ink[: len(ink) // 2].any() and ink[len(ink) // 2 :].any(), line
            pale = crop(page.image, line.polygon, size_of(line.polygon)) < 215  # the flag of a 1 is thin
            across = np.flatnonzero(pale.any(axis=0))
            assert across[0] <= 3 and across[-1] >= ink.shape[1] - 4, line  # the box is tight


@pytest.mark.parametrize("seed", SEEDS)
def test_printed_lines_do_not_run_into_each_other(seed: int) -> None:
    for page in pages(seed):
        boxes = [(line.text, Box.of(line.polygon)) for line in page.truth.lines]
        for number, (text, one) in enumerate(boxes):
            for other_text, other in boxes[number + 1 :]:
                wide = min(one.right, other.right) - max(one.left, other.left)
                high = min(one.bottom, other.bottom) - max(one.top, other.top)
                assert wide <= 2 or high <= 0.3 * min(one.height, other.height), (text, other_text)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_field_value_is_printed_in_the_lines(seed: int) -> None:
    for page in pages(seed):
        text = " ".join(printed(page))
        for field in page.truth.fields:
            assert field.raw and field.polygons, field
            if field.key != "members_table":
                assert field.raw in text, field
            for word in field.raw.split(" "):
                assert word in text, field


@pytest.mark.parametrize("seed", SEEDS)
def test_field_keys_are_those_of_the_configured_forms(seed: int) -> None:
    for page in pages(seed):
        path = FORMS / f"{page.truth.kind}.yaml"
        if not page.truth.fields:
            continue
        known = {field["key"] for field in yaml.safe_load(path.read_text(encoding="utf-8"))["fields"]}
        assert {field.key for field in page.truth.fields} <= known, page.truth.kind


def test_a_form_fills_every_required_field() -> None:
    found: dict[str, set[str]] = {}
    for page in pages(1):
        found.setdefault(page.truth.kind, set()).update(field.key for field in page.truth.fields)
    for kind, keys in found.items():
        path = FORMS / f"{kind}.yaml"
        form = yaml.safe_load(path.read_text(encoding="utf-8")) if path.is_file() else {}
        required = {field["key"] for field in form.get("fields", ()) if field.get("required")}
        assert required <= keys, kind


@pytest.mark.parametrize("seed", SEEDS)
def test_text_is_nfc_and_every_letter_is_in_its_font(seed: int) -> None:
    covered: dict[tuple[str, str], frozenset[int]] = {}
    for sheet in sheets(seed):
        for mark in sheet.marks:
            if isinstance(mark, Glyphs):
                style = (mark.face.family, mark.face.style)
                if style not in covered:
                    covered[style] = frozenset(TTFont(find_font(*style), lazy=True).getBestCmap())
                assert covered[style].issuperset(map(ord, mark.text)), (style, mark.text)
    for page in pages(seed):
        for text in printed(page):
            assert text == unicodedata.normalize("NFC", text) and "\u00d0" not in text


def test_the_same_seed_composes_the_same_pixels_and_another_seed_others() -> None:
    def made(seed: int) -> bytes:
        rng = random.Random(seed)
        page = finish(official_document(rng, case(rng))[0])
        return page.image.tobytes() + repr(page.truth).encode()

    assert made(4) == made(4)
    assert made(4) != made(5)


def test_an_official_document_has_a_red_seal_over_the_signature() -> None:
    rng = random.Random(3)
    page = finish(official_document(rng, case(rng))[-1])
    stamps = {stamp.name: Box.of(stamp.polygon) for stamp in page.truth.stamps}
    seal, signature = stamps["seal"], stamps["signature"]
    assert seal.left < signature.left < seal.right
    assert 270 < seal.width < 300  # 36 mm at 200 dpi
    area = page.image[int(seal.top) : int(seal.bottom), int(seal.left) : int(seal.right)].astype(int)
    red = (area[..., 0] - area[..., 1] > 60) & (area[..., 0] - area[..., 2] > 60)
    assert 0.05 < red.mean() < 0.6


def test_the_signer_never_stands_alone_on_a_page() -> None:
    for seed in SEEDS:
        for page in pages(seed):
            if any(field.key == "signer_name" for field in page.truth.fields):
                assert any(len(line.text) > 45 for line in page.truth.lines), page.truth.lines


def test_dates_and_numbers_are_written_out_as_officials_do() -> None:
    written = {5: "năm", 10: "mười", 15: "mười lăm", 21: "hai mươi mốt", 24: "hai mươi tư", 30: "ba mươi"}
    assert {number: two_digits_in_words(number) for number in written} == written
    facts = case(random.Random(1))
    assert date_in_words(facts.day).startswith("Ngày ") and "năm hai nghìn không trăm" in date_in_words(facts.day)
