"""A line written by hand shows what its text says: all of its signs, and white between its words."""

from __future__ import annotations

import random

import numpy as np
import pytest

from models.synthesis.fonts import cursives, families, load_font
from models.synthesis.lines import hand, sample_line

EM = 40
WORDS = ("0777007411", "Tôn", "giáo", "20.426.000", "VNĐ", "KST")


@pytest.mark.parametrize("name", [*families(hand=True, kept_out=True), *cursives(kept_out=True)])
def test_words_part_by_white_and_the_last_sign_is_whole(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hand, "_under", lambda *_: None)  # no rule to write on: what is dark is ink
    font = load_font(name, "regular", EM)
    for seed in range(20):
        drawn = hand.draw_written("", " ".join(WORDS), font, font, random.Random(seed))
        grey = drawn.min(axis=2).astype(int)
        inked = (grey < grey.max() - 40).any(axis=0)
        edges = np.flatnonzero(np.diff(np.concatenate(([0], inked.astype(int), [0]))))
        starts, ends = edges[::2], edges[1::2]
        white = starts[1:] - ends[:-1]
        assert (white > 0.15 * EM).sum() >= len(WORDS) - 1, seed
        assert starts[0] > 0 and ends[-1] < drawn.shape[1], seed


def test_nobody_joins_capitals() -> None:
    drawn = [sample_line(5, number, by_hand=1.0, joined=1.0)[1] for number in range(60)]
    written = [word for text in drawn for word in text.split(": ")[-1].split() if word.isalpha() and len(word) > 1]
    assert not [word for word in written if word.isupper()]


def test_another_hand_keeps_the_words_and_changes_slant_and_width() -> None:
    plain = [sample_line(6, number, by_hand=1.0, strength=0.0) for number in range(30)]
    varied = [sample_line(6, number, by_hand=1.0, strength=0.0, varied=1.0) for number in range(30)]
    assert [text for _, text in plain] == [text for _, text in varied]
    share = np.array([other.shape[1] / one.shape[1] for (one, _), (other, _) in zip(plain, varied, strict=True)])
    assert share.min() < 0.95 and share.max() > 1.2
    kept = [(other < other.max() - 60).any(axis=2).sum() / max(1, (one < one.max() - 60).any(axis=2).sum())
            for (one, _), (other, _) in zip(plain, varied, strict=True)]  # fmt: skip
    assert min(kept) > 0.25 and 0.7 < float(np.median(kept)) < 1.6, "ink is not lost"
