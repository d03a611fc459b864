"""Counts syllables and their neighbours in official prose, labels of forms and names of places and people.

    python -m models.language.build          writes models/language/syllables.tsv.gz

Prose that is kept for held-out lines is left out, so that suites drawn from it measure the model on text it never
counted. The same corpora give the same bytes.
"""

from __future__ import annotations

import gzip
import random
import re
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

from models.language.syllables import FILE, START
from models.synthesis import text
from models.synthesis.lines.text import HELD_OUT_EVERY, LABELS, SET_PIECES

_WORD = re.compile(r"[^\W\d_]+|\d+|[^\w\s]")
_PEOPLE = 4000
_PLACES_WEIGHT = 3
_PIECES_WEIGHT = 8
_RAREST_PAIR = 2


def _tokens(line: str) -> list[str]:
    return [START, *(word if word.isalpha() else START for word in _WORD.findall(line.lower()))]


def _lines() -> Iterable[str]:
    for number, line in enumerate(text.prose()):
        if number % HELD_OUT_EVERY:
            yield line
    for scheme in ("2024", "2025"):
        for place in text.places(scheme):
            yield from (place.commune, place.district, place.province) * _PLACES_WEIGHT
    yield from (*LABELS, *SET_PIECES) * _PIECES_WEIGHT
    rng = random.Random(0)  # noqa: S311 - names, not secrets
    for _ in range(_PEOPLE):
        yield text.full_name(rng, rng.choice(("Nam", "Nữ")))


def build(out: Path = FILE) -> tuple[int, int]:
    """Write the counts; how many syllables and pairs."""
    single: Counter[str] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    for line in _lines():
        tokens = _tokens(line)
        single.update(tokens)
        pairs.update(pairwise(tokens))
    kept = {pair: n for pair, n in pairs.items() if n >= _RAREST_PAIR and START not in pair[1:]}
    rows = [f"{word}\t{n}" for word, n in sorted(single.items())]
    rows += [f"{a}\t{b}\t{n}" for (a, b), n in sorted(kept.items())]
    out.write_bytes(gzip.compress("\n".join(rows).encode(), mtime=0))
    return len(single), len(kept)


if __name__ == "__main__":
    build()
