"""Every form of the catalogue can be drawn, filled in, with exact truth."""

from __future__ import annotations

import random
import unicodedata

import pytest

from models.charset import CHARSET
from models.synthesis.fonts import FAMILIES, KEPT_OUT
from models.synthesis.forms.catalogue import catalogue, form
from models.synthesis.pages import finish
from models.synthesis.pages.ink import Glyphs


@pytest.mark.parametrize("name", sorted(catalogue()))
def test_a_form_prints_its_labels_and_values_in_signs_that_a_reader_can_write(name: str) -> None:
    sheets = form(random.Random(3), name)
    printed = " ".join(" ".join(line.words) for sheet in sheets for line in sheet.lines)
    assert unicodedata.is_normalized("NFC", printed)
    assert set(printed) <= set(CHARSET), set(printed) - set(CHARSET)
    for field in catalogue()[name]["fields"]:
        assert str(field["label"]).split()[0].rstrip(":") in printed


def test_the_same_seed_gives_the_same_sheet() -> None:
    first, again = (finish(form(random.Random(5), "tk1_ts_bhxh_bhyt")[0]) for _ in range(2))
    assert (first.image == again.image).all()
    assert first.truth == again.truth


def test_hands_kept_out_of_training_stay_out() -> None:
    def hands(kept_out: bool) -> set[str]:
        sheets = [form(random.Random(n), "don_de_nghi_cap_gpxd", kept_out=kept_out)[0] for n in range(12)]
        families = {mark.face.family for sheet in sheets for mark in sheet.marks if isinstance(mark, Glyphs)}
        return {family for family in families if FAMILIES[family].kind == "hand"}

    assert hands(kept_out=True)
    assert hands(kept_out=True) <= KEPT_OUT
    assert hands(kept_out=False)
    assert not hands(kept_out=False) & KEPT_OUT
