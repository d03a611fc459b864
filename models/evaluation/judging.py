"""What a station's answers are worth: each line of an item against its truth, with the evidence where it is wrong.

For wrong lines of synthetic pages the cause is found by trial: the recogniser reads the place where the line is
printed. If that is right, the line was lost before it, by the detector or the preparation of the page.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import cv2
import numpy as np

from dossiers.page import Box, Polygon
from models.evaluation.cells import read_in_cell
from models.evaluation.matching import beside, candidates, nearest, normalise
from models.evaluation.scores import LineScore, score_line
from models.evaluation.station import Matrix, ReadPage, Station, grown, moved
from models.evaluation.suites.base import LineItem, PageItem, PageSuite, Truth
from models.protocols import Image

Cause = Literal["recognition", "detection", "preparation", ""]
"""Which step spoilt a line; empty where it cannot be told (no place is known for the lines of real pages)."""
_LEVEL = 0.7  # degrees: a page this straight was prepared well


@dataclass(frozen=True, slots=True)
class Judged:
    """One line: its score and, when it is wrong, its picture (PNG; empty when there is none), place and cause."""

    score: LineScore
    place: str
    picture: bytes = b""
    cause: Cause = ""


def judge_lines(items: Sequence[LineItem], texts: Sequence[tuple[str, float]], first: int) -> list[Judged]:
    """Crops; `first` is the number of the first one in its suite."""
    judged = []
    for number, (item, (text, chance)) in enumerate(zip(items, texts, strict=True), first):
        if score := score_line(item.text, text, chance):
            shown = b"" if score.exact else png(item.image)
            judged.append(Judged(score, f"#{number}", shown, "" if score.exact else "recognition"))
    return judged


def judge_page(item: PageItem, read: ReadPage, station: Station, suite: PageSuite) -> list[Judged]:
    """All lines (or cells) of a page of `suite` that `station` has just read."""
    drop = str.maketrans("", "", suite.untold)
    lines = [replace(line, text=line.text.translate(drop)) for line in read.lines]
    everywhere = candidates(lines)
    scored: list[tuple[Truth, LineScore, Sequence[Polygon]]] = []
    for truth in item.truth:
        places = [moved(polygon, read.matrix) for polygon in truth.polygons]
        found = (
            read_in_cell(lines, places)
            if suite.cells
            else nearest(truth.text, truth.boxed, candidates(beside(lines, places)) if places else everywhere)
        )
        text, chance = (found.text, found.confidence) if found else ("", None)
        if score := score_line(truth.text, text, chance):
            pieces = [piece.polygon for piece in found.pieces] if found else []
            scored.append((truth, score, pieces or places))
    causes = _causes(station, [(truth, score) for truth, score, _ in scored if not score.exact], read, drop)
    judged = []
    for truth, score, shown in scored:
        if score.exact:
            judged.append(Judged(score, item.name))
        else:
            judged.append(Judged(score, item.name, png(_cut(read.image, shown)), causes[id(truth)]))
    return judged


def _causes(
    station: Station, wrong: Sequence[tuple[Truth, LineScore]], read: ReadPage, drop: dict[int, int | None]
) -> dict[int, Cause]:
    placed = [(truth, score) for truth, score in wrong if truth.polygons]
    causes: dict[int, Cause] = {id(truth): "" for truth, _ in wrong}
    if not placed:
        return causes
    again = station.reread([truth.polygons for truth, _ in placed])
    for (truth, score), (text, _) in zip(placed, again, strict=True):
        if not _well_prepared(truth.polygons[0], read.matrix, read.image):
            causes[id(truth)] = "preparation"
        else:
            text = text.translate(drop)
            right = normalise(text.replace(" ", "") if truth.boxed else text) == score.truth
            causes[id(truth)] = "detection" if right else "recognition"
    return causes


def _well_prepared(polygon: Polygon, matrix: Matrix, image: Image) -> bool:
    """Whether a printed line lies level and inside the page as it was read."""
    (x0, y0), (x1, y1), _, _ = moved(polygon, matrix)
    length = math.hypot(x1 - x0, y1 - y0)
    # The corners of a short word say nothing about its slope.
    level = length < 120 or abs(math.degrees(math.atan2(y1 - y0, x1 - x0))) < _LEVEL
    height, width = image.shape[:2]
    box = Box.of(moved(polygon, matrix))
    return level and x1 > x0 and box.left > -3 and box.top > -3 and box.right < width + 3 and box.bottom < height + 3


def _cut(image: Image, polygons: Sequence[Polygon]) -> Image:
    """The upright part of a page around `polygons`; nothing when there are none."""
    if not polygons:
        return image[:0, :0]
    corners = np.array([corner for polygon in polygons for corner in grown(polygon)])
    left, top = np.maximum(np.floor(corners.min(axis=0)).astype(int) - 4, 0)
    right, bottom = np.ceil(corners.max(axis=0)).astype(int) + 4
    return image[top:bottom, left:right]


def png(image: Image) -> bytes:
    """The picture as a PNG file; empty for an empty picture."""
    return cv2.imencode(".png", image)[1].tobytes() if image.size else b""
