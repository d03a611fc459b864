"""One line of the truth against what was read for it, and many of them as one `SuiteResult`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.evaluation.calibration import expected_calibration_error, review
from models.evaluation.errors import alignment, distance, substitutions, wrong_in_tone_only
from models.evaluation.intervals import ratio
from models.evaluation.matching import MISSED, normalise
from models.evaluation.result import SuiteResult


@dataclass(frozen=True, slots=True)
class LineScore:
    """`truth` and `read` are normalised; `confidence` is None where nothing was found. Counts: of signs and words."""

    truth: str
    read: str
    confidence: float | None
    edits: int
    word_edits: int
    words: int
    substitutions: int
    tone_only: int

    @property
    def signs(self) -> int:
        return len(self.truth)

    @property
    def exact(self) -> bool:
        return self.edits == 0

    @property
    def missed(self) -> bool:
        """No reading came nearer than 60 % of the line's length."""
        return self.edits > MISSED * self.signs


def score_line(truth: str, read: str, confidence: float | None) -> LineScore | None:
    """The score of one reading; None when the line's truth is empty once normalised (leader dots alone)."""
    truth, read = normalise(truth), normalise(read)
    if not truth:
        return None
    found = distance(truth, read)
    # Reading too much costs more than reading nothing; as for pages, a line costs at most its own length.
    if found >= len(truth):
        return LineScore(truth, read, confidence, len(truth), len(truth.split()), len(truth.split()), 0, 0)
    changed = substitutions(alignment(truth, read)) if found else []
    words = truth.split()
    return LineScore(
        truth=truth,
        read=read,
        confidence=confidence,
        edits=found,
        word_edits=distance(words, read.split()) if found else 0,
        words=len(words),
        substitutions=len(changed),
        tone_only=sum(wrong_in_tone_only(*pair) for pair in changed),
    )


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured beside the lines: which suite, which model, how fast, how large, where, on which runtime; how
    many items the suite had, its version, and in which run."""

    suite: str
    digest: str
    role: str
    model: str
    sha256: str
    seconds: float
    peak_mib: float
    machine: str
    engine: str
    pages: bool
    items: int = 0
    version: int = 0
    run: str = ""


def summarise(scores: Sequence[LineScore], about: Measured) -> SuiteResult:
    """The figures of one model on one suite. Calibration counts lines for which something was read."""
    edits, signs = _column([s.edits for s in scores]), _column([s.signs for s in scores])
    read = [s for s in scores if s.confidence is not None]
    confidence = _column([s.confidence or 0.0 for s in read])
    right = np.array([s.exact for s in read], dtype=np.bool_)
    threshold, share = review(confidence, right)
    changed = sum(s.substitutions for s in scores)
    return SuiteResult(
        suite=about.suite,
        digest=about.digest,
        role=about.role,
        model=about.model,
        sha256=about.sha256,
        lines=len(scores),
        signs=int(signs.sum()),
        cer=ratio(edits, signs),
        wer=ratio(_column([s.word_edits for s in scores]), _column([s.words for s in scores])),
        exact=ratio(_column([float(s.exact) for s in scores]), np.ones(len(scores))),
        missed=sum(s.missed for s in scores) if about.pages else 0,
        tone_only=sum(s.tone_only for s in scores) / changed if changed else 0.0,
        ece=expected_calibration_error(confidence, right),
        review_threshold=threshold,
        review_share=share,
        lines_per_second=len(scores) / about.seconds if about.seconds else 0.0,
        peak_mib=about.peak_mib,
        machine=about.machine,
        engine=about.engine,
        items=about.items,
        version=about.version,
        run=about.run,
    )


def _column(values: Sequence[float]) -> np.ndarray:
    return np.array(values, dtype=np.float64)
