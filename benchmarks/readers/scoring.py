"""Readings against their transcriptions: the line-matched rule of `models/evaluation`, for any reader.

Two things differ from `hoso evaluate`, because not every reader says where on the page as given its pieces stand (some
tell places on the page that they straightened): a line may be answered from anywhere on the page; and neighbours are,
beside pieces of one height, those along the printed line where its place is known, so that words of a page that lies
askew are one row.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.readers.reading import Piece
from dossiers.page import Line, Polygon
from models.evaluation.intervals import ratio
from models.evaluation.matching import Candidate, beside, candidates, nearest
from models.evaluation.scores import LineScore, score_line
from models.evaluation.station import moved
from models.evaluation.suites.base import Truth


@dataclass(frozen=True, slots=True)
class Figures:
    """CER and WER in % with their 95 % intervals; lines read exactly, missed, in all; % of substitutions wrong in tone
    or mark alone."""

    cer: float
    cer_interval: tuple[float, float]
    wer: float
    wer_interval: tuple[float, float]
    exact: int
    missed: int
    lines: int
    tone_only: float


def score_page(truth: Sequence[Truth], pieces: Sequence[Piece], untold: str = "") -> list[LineScore]:
    """A score for each line of `truth`, against the nearest run of neighbouring pieces; of what was read, the signs in
    `untold` do not count."""
    drop = str.maketrans("", "", untold)
    lines = [_line(piece, drop) for piece in pieces]
    everywhere = candidates(lines)
    scores = []
    for line in truth:
        along = _along(lines, line.polygons) if line.polygons else []
        chosen = nearest(line.text, line.boxed, [*along, *everywhere])
        score = score_line(line.text, chosen.text if chosen else "", chosen.confidence if chosen else None)
        scores += [score] if score else []
    return scores


def score_crop(truth: str, pieces: Sequence[Piece]) -> list[LineScore]:
    """The score of a crop of one line (none where `truth` is leader dots alone): all that was read counts."""
    score = score_line(truth, " ".join(piece["text"] for piece in pieces), None)
    return [score] if score else []


def figures(scores: Sequence[LineScore]) -> Figures:
    """The figures of many lines. `ValueError` when there is none."""
    if not scores:
        raise ValueError("no line to score")
    edits, signs = np.array([s.edits for s in scores], float), np.array([s.signs for s in scores], float)
    wrong, words = np.array([s.word_edits for s in scores], float), np.array([s.words for s in scores], float)
    cer, wer = ratio(edits, signs), ratio(wrong, words)
    changed = sum(s.substitutions for s in scores)
    return Figures(
        cer=round(100 * cer.value, 2),
        cer_interval=(round(100 * cer.low, 2), round(100 * cer.high, 2)),
        wer=round(100 * wer.value, 2),
        wer_interval=(round(100 * wer.low, 2), round(100 * wer.high, 2)),
        exact=sum(s.exact for s in scores),
        missed=sum(s.missed for s in scores),
        lines=len(scores),
        tone_only=round(100 * sum(s.tone_only for s in scores) / changed, 1) if changed else 0.0,
    )


def _along(lines: Sequence[Line], places: Sequence[Polygon]) -> list[Candidate]:
    """Runs of pieces that stand where a line is printed, neighbours along its own slope."""
    (x0, y0), (x1, y1), _, _ = places[0]
    angle = math.atan2(y1 - y0, x1 - x0)
    cos, sin = math.cos(angle), math.sin(angle)
    level = ((cos, sin, 0.0), (-sin, cos, 0.0), (0.0, 0.0, 1.0))
    turned = [replace(line, polygon=moved(line.polygon, level)) for line in lines]
    return candidates(beside(turned, [moved(place, level) for place in places]))


def _line(piece: Piece, drop: dict[int, int | None]) -> Line:
    a, b, c, d = ((float(x), float(y)) for x, y in piece["polygon"])
    return Line(piece["text"].translate(drop), (a, b, c, d), float(piece["confidence"]))
