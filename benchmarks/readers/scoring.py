"""Readings of pages against their transcriptions: the line-matched rule of `models/evaluation`, for any reader."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.readers.reading import Piece
from dossiers.page import Line
from models.evaluation.intervals import ratio
from models.evaluation.matching import best, candidates, normalise
from models.evaluation.scores import LineScore, score_line


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


def score_page(truth: Sequence[str], pieces: Sequence[Piece]) -> list[LineScore]:
    """A score for each line of `truth`, against the nearest run of neighbouring pieces of one row."""
    lines = [_line(piece) for piece in pieces]
    among = candidates(lines)
    scores = []
    for line in truth:
        if not (wanted := normalise(line)):
            continue
        _, chosen = best(wanted, among)
        score = score_line(wanted, chosen.text if chosen else "", chosen.confidence if chosen else None)
        scores += [score] if score else []
    return scores


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


def _line(piece: Piece) -> Line:
    a, b, c, d = ((float(x), float(y)) for x, y in piece["polygon"])
    return Line(piece["text"], (a, b, c, d), float(piece["confidence"]))
