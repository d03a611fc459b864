"""The gates that a candidate passes before it becomes champion. Pure: figures in, verdicts out.

Guarantees that nothing is taken for granted: a suite on which the champion was measured and the candidate was not is
a gate not passed, and so is a champion that was never measured, because then nobody can say that the candidate is no
worse, and two that were never measured together, because then nobody can say that it is not slower. Three gates cannot
be forced: a charset that lacks Vietnamese letters, letters that are never written, a file that is not the registered
one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from models.evaluation.result import SuiteResult
from models.promotion.file_gates import LARGEST, file_gates
from models.promotion.suite_gates import ENOUGH, HUNGRIEST, SLOWEST, suite_gates
from models.promotion.verdict import Candidate, Verdict

__all__ = ["ENOUGH", "HUNGRIEST", "LARGEST", "SLOWEST", "Candidate", "Verdict", "judge", "passed"]


def judge(candidate: Candidate, against: str, champion: Sequence[SuiteResult]) -> tuple[Verdict, ...]:
    """All verdicts on `candidate` against all results, oldest first, of the champion `against` (name@version)."""
    return (*file_gates(candidate), *suite_gates(candidate, against, champion))


def passed(verdicts: Iterable[Verdict], forced: bool) -> bool:
    """Whether the candidate may be promoted; `forced` passes every gate that can be."""
    return all(verdict.passed or (forced and verdict.forcible) for verdict in verdicts)
