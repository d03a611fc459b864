"""What is judged, and what is said of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from models.evaluation.result import SuiteResult


@dataclass(frozen=True, slots=True)
class Candidate:
    """What is judged. `stored_sha256` is that of the bytes fetched; `charset` is None for models that write nothing.

    `unwritten`: the letters that it never wrote when it read (`models.promotion.letters`); None where there was nothing
    to read with: no recogniser, damaged bytes, a charset that lacks letters. `results`: all of them, oldest first.
    """

    role: str
    identity: str
    size: int
    sha256: str
    stored_sha256: str
    charset: tuple[str, ...] | None
    unwritten: str | None
    results: Sequence[SuiteResult]


@dataclass(frozen=True, slots=True)
class Verdict:
    """One gate: did the candidate pass, the figures (and what to do) in both languages, can it be forced."""

    gate: str
    passed: bool
    en: str
    vi: str
    forcible: bool = True
