"""How likely a full stop, comma, semicolon or colon is after a word of Vietnamese official prose, by what follows it.

Where ink is short the four look alike: a fax makes a semicolon of a colon. What stands before and behind tells them
apart: "như sau" at the end of a line is followed by a colon, the number that opens a clause by a full stop.
"""

from __future__ import annotations

import gzip
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path

FILE = Path(__file__).parent / "stops.tsv.gz"
STOPS = ".,;:"
NUMBER, OTHER = "9", "#"
"""Stand for a whole number, counted with the word before it ("điều 9"), and for whatever else is not a word."""
_PRIOR = 3.0
"""So many sightings of a word weigh what is usual before such a follower."""
_LEAST = -4.0
"""No stop scores less: prose does not know all that a form says."""
_AROUND = "“”\"'()[]…-–"

Sighting = tuple[str, str, str]
"""(word or its stand-in, kind of what follows as `_kind` says, stop)."""


def sightings(words: Sequence[str]) -> Iterable[Sighting]:
    """Every stop of a line, given as its words as printed."""
    for before, (word, after) in zip(["", *words], pairwise([*words, ""]), strict=False):
        if _stopped(word):
            yield _core(word[:-1], before), _kind(after), word[-1]


def _stopped(word: str) -> bool:
    """Whether a word ends in a stop: not in leader dots."""
    return len(word) > 1 and word[-1] in STOPS and word[-2] != "."


def _core(word: str, before: str) -> str:
    core = word.strip(_AROUND)
    if core.isdecimal():
        return f"{before.lower()} {NUMBER}" if before.isalpha() else NUMBER
    return core.lower() if core.isalpha() else OTHER


def _kind(after: str) -> str:
    """What follows: nothing (""), a small letter ("a"), a capital ("A"), a digit ("9") or something else ("-")."""
    first = after.lstrip("“\"'([")[:1]
    if not first:
        return "-" if after else ""
    return NUMBER if first.isdecimal() else "A" if first.isupper() else "a" if first.islower() else "-"


class StopModel:
    """Log-chances of stops."""

    def __init__(self, counts: dict[Sighting, int]) -> None:
        self._counts = counts
        self._usual: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for (_, kind, stop), count in counts.items():
            self._usual[kind][stop] += count

    @classmethod
    def load(cls, path: Path = FILE) -> StopModel:
        """The counts that `models.language.build` wrote."""
        rows = [row.split("\t") for row in gzip.decompress(path.read_bytes()).decode().split("\n")]
        return cls({(word, kind, stop): int(count) for word, kind, stop, count in rows})

    def score(self, before: str, word: str, after: str) -> float:
        """How likely the stop at the end of `word` is beside the likeliest there, the words as printed: natural log,
        0 for the likeliest and where there is no stop; not below `_LEAST`, which two stops have."""
        if not _stopped(word):
            return 0.0
        if word[-2] in STOPS:
            return _LEAST
        core, kind = _core(word[:-1], before), _kind(after)
        usual = self._usual[kind]
        chances = {
            each: self._counts.get((core, kind, each), 0) + _PRIOR * (usual[each] + 1) / (usual.total() + len(STOPS))
            for each in STOPS
        }
        return max(_LEAST, math.log(chances[word[-1]] / max(chances.values())))
