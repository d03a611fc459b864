"""What an evaluation says about one model on one suite: plain numbers with their intervals, as stored and compared.

Guarantees that two results can be compared only when their `edition` agrees, that speed and memory can be compared only
`beside` each other, and that JSON made from a result gives an equal result back. JSON of before a field was kept gives
a result with its default.
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
    machine named by `machine` with the runtime `engine` (of `models.engines`; empty where it was not kept).
    `digest`: hash of the suite's lines or pages and its version. `items`: how many lines or pages the suite had (what
    `--size` says; 0 where it was not kept), `version`: the suite's (0: not kept), `run`: the same in all results of one
    run, in which models take turns (empty: not kept).
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
    engine: str = ""
    items: int = 0
    version: int = 0
    run: str = ""

    @property
    def edition(self) -> tuple[str, str, bool]:
        """What must agree in results that are compared: the suite, its digest, and whether PaddleOCR's code read, which
        decodes and weighs otherwise than ours. Our runtimes agree within `models.engines.network.TOLERANCE`."""
        return self.suite, self.digest, self.engine == "paddleocr"

    def beside(self, other: SuiteResult) -> bool:
        """Whether speed and memory of the two say something about the models: measured in turns, in one run."""
        return bool(self.run) and self.run == other.run


def result_to_json(result: SuiteResult) -> dict[str, Any]:
    """Plain JSON values, keys as the attributes are called."""
    return asdict(result)


def result_from_json(held: dict[str, Any]) -> SuiteResult:
    """The result that `result_to_json` wrote. `KeyError`, `TypeError` when it is something else."""
    intervals = {key: Interval(**held[key]) for key in ("cer", "wer", "exact")}
    return SuiteResult(**{**held, **intervals})
