"""Counts syllables and their neighbours in official prose, a dictionary, the print of forms and names of places and
people; and stops in the prose and behind the labels.

    python -m models.language.build          writes models/language/syllables.tsv.gz and stops.tsv.gz

Prose that is kept for held-out lines is left out, so that suites drawn from it measure the model on text it never
counted. The same corpora give the same bytes.
"""

from __future__ import annotations

import gzip
import random
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

from models.language import stops, syllables
from models.language.syllables import START
from models.synthesis import text
from models.synthesis.forms.catalogue import catalogue
from models.synthesis.lines.text import HELD_OUT_EVERY, LABELS, SET_PIECES

_WORD = re.compile(r"[^\W\d_]+|\d+|[^\w\s]")
_PEOPLE = 4000
_PLACES_WEIGHT = 3
_PIECES_WEIGHT = 8
_LABELS_WEIGHT = 4
_FORMS_WEIGHT = 4
_WORDS_WEIGHT = 2
_OLD_TONE = re.compile(r"\b(?!qu)(\w*)(o[àáảãạèéẻẽẹ]|u[ỳýỷỹỵ])\b")
"""A tone on the second vowel of an open syllable: `hoà`, which decrees print `hòa`."""


def _tokens(line: str) -> list[str]:
    return [START, *(word if word.isalpha() else START for word in _WORD.findall(line.lower()))]


def _prose() -> Iterable[str]:
    for number, line in enumerate(text.prose()):
        if number % HELD_OUT_EVERY:
            yield line


def _lines() -> Iterable[str]:
    yield from _prose()
    for scheme in ("2024", "2025"):
        for place in text.places(scheme):
            yield from (place.commune, place.district, place.province) * _PLACES_WEIGHT
    yield from (*LABELS, *SET_PIECES) * _PIECES_WEIGHT
    for printed in _print_of_forms():
        yield from [printed] * _FORMS_WEIGHT
    for word in text.words_of_dictionary():
        yield from sorted({word, _OLD_TONE.sub(_tone_moved, word)}) * _WORDS_WEIGHT
    rng = random.Random(0)  # noqa: S311 - names, not secrets
    for _ in range(_PEOPLE):
        yield text.full_name(rng, rng.choice(("Nam", "Nữ")))


def _print_of_forms() -> Iterable[str]:
    for form in catalogue().values():
        yield form["title"]
        for field in form["fields"]:
            yield from (field["label"], field.get("section", ""), *map(str, field.get("options", ())))
        yield from (*form["declaration"], *form["signature"])


def _tone_moved(found: re.Match[str]) -> str:
    """`hoà` as `hòa`."""
    before, vowels = found.groups()
    plain = unicodedata.normalize("NFD", vowels[1])
    return f"{before}{unicodedata.normalize('NFC', vowels[0] + plain[1:])}{plain[0]}"


def _labelled() -> Iterable[str]:
    """Labels of forms: alone, before a capital, before a small letter, before a number."""
    for label in LABELS:
        yield from (f"{label}: {value}" for value in ("", "A", "a", "1") * _LABELS_WEIGHT)


def build(folder: Path = syllables.FILE.parent) -> tuple[int, int, int]:
    """Write the counts; how many syllables, pairs and places of stops."""
    single: Counter[str] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    for line in _lines():
        tokens = _tokens(line)
        single.update(tokens)
        pairs.update(pairwise(tokens))
    kept = {pair: n for pair, n in pairs.items() if START not in pair[1:]}
    rows = [f"{word}\t{n}" for word, n in sorted(single.items())]
    rows += [f"{a}\t{b}\t{n}" for (a, b), n in sorted(kept.items())]
    _write(folder / syllables.FILE.name, rows)
    seen: Counter[stops.Sighting] = Counter()
    for line in (*_prose(), *_labelled(), *SET_PIECES):
        seen.update(stops.sightings(line.split()))
    _write(folder / stops.FILE.name, ["\t".join((*place, str(n))) for place, n in sorted(seen.items())])
    return len(single), len(kept), len(seen)


def _write(path: Path, rows: Iterable[str]) -> None:
    path.write_bytes(gzip.compress("\n".join(rows).encode(), mtime=0))


if __name__ == "__main__":
    build()
