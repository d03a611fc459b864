"""Which of many results count: all are kept for ever, and one suite was perhaps measured in several editions.

Results are given oldest first. An edition that a newer version of its suite has replaced cannot be measured any more,
so it gives way to any of the newer one; else the larger edition counts, and of equally large ones the newest.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from models.evaluation.result import SuiteResult

Pair = tuple[SuiteResult, SuiteResult]
"""Two models on the same edition."""


def largest(results: Iterable[SuiteResult]) -> list[SuiteResult]:
    """The result that counts most of each suite, in order of the suites' names."""
    found: dict[str, SuiteResult] = {}
    for result in results:
        held = found.get(result.suite)
        if held is None or _weight(result) >= _weight(held):
            found[result.suite] = result
    return [found[suite] for suite in sorted(found)]


def newest(results: Iterable[SuiteResult]) -> list[SuiteResult]:
    """The newest result of each edition, in order of the suites' names, what counts most first."""
    held = {result.edition: result for result in results}
    heavy_first = sorted(held.values(), key=_weight, reverse=True)
    return sorted(heavy_first, key=lambda result: result.suite)


def pairs(ours: Sequence[SuiteResult], theirs: Sequence[SuiteResult], *, together: bool = False) -> list[Pair]:
    """The pair that counts most of each suite on which both were measured, in order of the suites' names; of equally
    large ones one that was measured in one run, if there is any. `together`: only such."""
    found: dict[str, Pair] = {}
    same = ((a, b) for a in ours for b in theirs if a.edition == b.edition)
    for a, b in (pair for pair in same if pair[0].beside(pair[1]) or not together):
        held = found.get(a.suite)
        if held is None or (_weight(a), a.beside(b)) >= (_weight(held[0]), held[0].beside(held[1])):
            found[a.suite] = a, b
    return [found[suite] for suite in sorted(found)]


def _weight(result: SuiteResult) -> tuple[int, int]:
    return result.version, result.lines
