"""Fonts that would teach a reader something wrong are refused."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from models.synthesis.fonts import (
    FAMILIES,
    KEPT_OUT,
    STYLES,
    FontIncomplete,
    check_coverage,
    cursives,
    families,
    find_font,
)


@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_every_face_has_all_letters_and_draws_them_apart(name: str) -> None:
    for style in STYLES:
        assert find_font(name, style).is_file()


@pytest.mark.parametrize("change", ["missing", "alike"])
def test_a_font_without_a_letter_or_with_two_alike_is_refused(change: str, tmp_path: Path) -> None:
    spoilt = tmp_path / "spoilt.ttf"
    with TTFont(find_font("Tinos")) as font:
        for table in font["cmap"].tables:
            if change == "missing":
                table.cmap.pop(ord("Ệ"), None)
            elif ord("Ẹ") in table.cmap:
                table.cmap[ord("Ệ")] = table.cmap[ord("Ẹ")]
        font.save(spoilt)
    with pytest.raises(FontIncomplete, match="Ệ"):
        check_coverage(spoilt)


def test_each_kind_has_fonts_for_training_and_fonts_kept_out() -> None:
    for kind in (partial(families, hand=True), partial(families, hand=False), cursives):
        assert kind(kept_out=True)
        assert len(kind(kept_out=False)) > len(kind(kept_out=True))
        assert set(kind(kept_out=True)) <= KEPT_OUT
        assert not set(kind(kept_out=False)) & KEPT_OUT
