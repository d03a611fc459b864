"""Which pieces of a reading answer to which line of the truth, when both stand on a page.

The rule: pieces whose middles are on one height form a row; for each line of the truth the best reading is the run of
neighbouring pieces of one row with the smallest edit distance, among those that stand where it is printed if that is
known. What is read beyond the truth is not punished, because stamps, signatures and leader dots are not transcribed.
Texts are compared as `normalise` leaves them. A line is missed when no run is nearer than 60 % of its length.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from dossiers.page import Box, Line, Polygon
from models.evaluation.errors import distance

MISSED = 0.6
_LONGEST_RUN = 40  # pieces
_TRIED = 60  # candidates a line, the likest by length and letters first
_NEAR = 0.45  # of a row's height: so far may middles be apart
_SIGNS = str.maketrans(
    {"“": '"', "”": '"', "„": '"', "’": "'", "‘": "'", "´": "'", "`": "'", "–": "-", "—": "-", "−": "-", "…": "..."}
)
_LEADERS = re.compile(r"(?:[.·_•]\s?){3,}")


def normalise(text: str) -> str:
    """NFC; quotes and dashes unified; runs of leader dots dropped; white space collapsed."""
    flat = unicodedata.normalize("NFC", text).translate(_SIGNS)
    return re.sub(r"\s+", " ", _LEADERS.sub(" ", flat)).strip()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A run of neighbouring pieces of one row: their joined text, normalised, and the pieces."""

    text: str
    pieces: tuple[Line, ...]

    @property
    def confidence(self) -> float:
        """The chance that all pieces are right."""
        chance = 1.0
        for piece in self.pieces:
            chance *= piece.confidence
        return chance


def rows(lines: Iterable[Line]) -> list[list[Line]]:
    """Pieces grouped by height, each row from left to right; pieces without text are left out."""
    placed = [(Box.of(line.polygon), line) for line in lines if line.text.strip()]
    placed.sort(key=lambda pair: (pair[0].top + pair[0].bottom) / 2)
    found: list[list[tuple[Box, Line]]] = []
    for box, line in placed:
        middle = (box.top + box.bottom) / 2
        for row in reversed(found[-6:]):
            top = sum(each.top for each, _ in row) / len(row)
            bottom = sum(each.bottom for each, _ in row) / len(row)
            if top < middle < bottom and abs(middle - (top + bottom) / 2) < _NEAR * (bottom - top):
                row.append((box, line))
                break
        else:
            found.append([(box, line)])
    return [[line for _, line in sorted(row, key=lambda pair: pair[0].left)] for row in found]


def beside(lines: Iterable[Line], places: Sequence[Polygon]) -> list[Line]:
    """The pieces that stand where a line of the truth is printed, `places` in the same pixels: another line of the page
    may read alike, but says nothing about this one."""
    around = [Box.of(place) for place in places]
    return [line for line in lines if any(_meet(Box.of(line.polygon), place) for place in around)]


def _meet(one: Box, other: Box) -> bool:
    higher = one.top < (other.top + other.bottom) / 2 < one.bottom
    lower = other.top < (one.top + one.bottom) / 2 < other.bottom
    return (higher or lower) and one.left < other.right and other.left < one.right


def candidates(lines: Iterable[Line]) -> list[Candidate]:
    """Every run of neighbouring pieces of a row, each text once (the first in reading order), not empty."""
    found: dict[str, Candidate] = {}
    for row in rows(lines):
        for first in range(len(row)):
            for end in range(first + 1, min(len(row), first + _LONGEST_RUN) + 1):
                run = tuple(row[first:end])
                text = normalise(" ".join(piece.text for piece in run))
                if text:
                    found.setdefault(text, Candidate(text, run))
    return list(found.values())


def nearest(truth: str, boxed: bool, among: Sequence[Candidate]) -> Candidate | None:
    """What was read of a line, None where nothing is nearer than nothing at all. `boxed`: each of its signs stands in a
    box of its own, so that spaces between them are no error."""
    if boxed:
        among = [replace(each, text=each.text.replace(" ", "")) for each in among]
    return best(normalise(truth), among)[1]


def best(truth: str, among: Sequence[Candidate]) -> tuple[int, Candidate | None]:
    """Edits to the nearest candidate, and it; all signs of `truth` and None where none is nearer than nothing at all.

    `truth` is normalised and not empty.
    """
    letters = set(truth)
    likeliest = sorted(among, key=lambda c: (abs(len(c.text) - len(truth)) + len(letters ^ set(c.text)), c.text))
    fewest, chosen = len(truth), None
    for each in likeliest[:_TRIED]:
        if abs(len(each.text) - len(truth)) >= fewest:
            continue
        if (found := distance(truth, each.text)) < fewest:
            fewest, chosen = found, each
    return fewest, chosen
