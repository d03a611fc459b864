"""A head that can write Vietnamese, grown from the stock head.

Each class takes the stock row of its own character where there is one. A letter that the stock dictionary lacks
starts from the nearest letter that it has (a mark stripped: ấ -> â -> a), so that training only has to tell the
marks apart.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import torch
from torch import nn

from models.ports.line_recogniser import LineRecogniser

_LIKE = {"đ": "d", "Đ": "D", "☐": "□", "☑": "□", "☒": "□", "—": "-", "–": "-", "µ": "u", "‰": "%"}
_LIKE |= dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789", strict=True))


def _ancestors(character: str) -> list[str]:
    """The character, then itself with fewer and fewer marks: ["Ấ", "Â", "A"]."""
    parts = unicodedata.normalize("NFD", character)
    shorter = [unicodedata.normalize("NFC", parts[:length]) for length in range(len(parts), 0, -1)]
    # A tone below sorts before a circumflex above in NFD, so both orders of stripping are offered.
    other = [unicodedata.normalize("NFC", parts[0] + mark) for mark in parts[1:]]
    base = _LIKE.get(parts[0], parts[0])
    return [character, *shorter, *other, base]


def give_vietnamese_head(model: LineRecogniser, known: Sequence[str], charset: Sequence[str]) -> LineRecogniser:
    """Replace the head of `model` (classes `known`, blank first) by one for blank and `charset`; returns `model`."""
    place = {character: number for number, character in enumerate(known)}
    old: nn.Linear = model.head
    new = nn.Linear(old.in_features, len(charset) + 1)
    with torch.no_grad():
        new.weight[0], new.bias[0] = old.weight[0], old.bias[0]
        for number, character in enumerate(charset, start=1):
            source = next((place[a] for a in _ancestors(character) if a in place), None)
            if source is not None:
                exact = known[source] == character
                new.weight[number] = old.weight[source]
                # A borrowed row starts a little less likely than the letter it was borrowed from.
                new.bias[number] = old.bias[source] - (0.0 if exact else 0.5)
    model.head = new
    return model
