"""What an evaluation says about one model on one suite: plain numbers with their intervals, as stored and compared.

Guarantees that two results can be compared only when suite and `digest` (hash of the suite's lines or pages and its
version) agree, and that JSON made from a result gives an equal result back.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Interval:
    """A measured share in 0..1 and the bounds of its 95 % interval (bootstrap over lines)."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class SuiteResult:
    """One model on one suite.

    `model`: `name@version`; `sha256`: of its weight file; `role`: `recogniser` or `detector`. `cer`, `wer`: edits over
    signs and words of the truth; `exact`: lines read without an error; `missed`: lines of pages that were not found
    (0 for suites of line crops). `tone_only`: share of substitutions wrong in tone or mark alone. `ece`: expected
    calibration error of line confidence (15 bins). `review_share`: share of lines below the smallest threshold that
    finds 95 % of the misread ones, and that `review_threshold`. `lines_per_second` and `peak_mib` were measured on the
    machine named by `machine` and compare only with results of the same run.
    """

    suite: str
    digest: str
    role: str
    model: str
    sha256: str
    lines: int
    signs: int
    cer: Interval
    wer: Interval
    exact: Interval
    missed: int
    tone_only: float
    ece: float
    review_threshold: float
    review_share: float
    lines_per_second: float
    peak_mib: float
    machine: str


def result_to_json(result: SuiteResult) -> dict[str, Any]:
    """Plain JSON values, keys as the attributes are called."""
    return asdict(result)


def result_from_json(held: dict[str, Any]) -> SuiteResult:
    """The result that `result_to_json` wrote. `KeyError`, `TypeError` when it is something else."""
    intervals = {key: Interval(**held[key]) for key in ("cer", "wer", "exact")}
    return SuiteResult(**{**held, **intervals})
