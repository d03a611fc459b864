"""The gates of what was measured: on no suite worse than the champion, on enough lines, not slower, not hungrier."""

from __future__ import annotations

from collections.abc import Sequence

from models.evaluation.editions import largest, pairs
from models.evaluation.result import SuiteResult
from models.promotion.verdict import Candidate, Verdict

SLOWEST = 0.8
"""Of the champion's lines per second, in one run."""
ENOUGH = 100
"""Lines on which a candidate is judged at least, all suites together, and on which speeds are compared: a handful is
read in a moment and says nothing."""
HUNGRIEST = 1.25
"""Times the champion's peak memory, in one run."""
_SET = "set:"  # suites of corrected lines; models.evaluation.suites would bring everything that draws


def suite_gates(candidate: Candidate, against: str, champion: Sequence[SuiteResult]) -> list[Verdict]:
    """The verdicts on the figures of `candidate` beside those of the champion `against`.

    Of each suite the champion's largest edition counts, or a later measurement of three lines would open the gate.
    """
    if not champion:
        return [_unmeasured_champion(candidate, against)]
    measured = {result.edition: result for result in candidate.results}
    together = {ours.suite: (ours, theirs) for ours, theirs in pairs(candidate.results, champion, together=True)}
    verdicts: list[Verdict] = []
    seen = 0
    for theirs in largest(champion):
        ours = measured.get(theirs.edition)
        verdicts.append(_missing(candidate, against, theirs) if ours is None else _no_worse(ours, theirs))
        verdicts += _side_by_side(*together[theirs.suite]) if theirs.suite in together else ()
        seen += ours.lines if ours else 0
    if 0 < seen < ENOUGH:
        verdicts.append(_too_few(candidate, against, seen))
    if not any(_both_enough(*pair) for pair in together.values()):
        verdicts.append(_never_together(candidate, against, largest(champion)))
    return verdicts


def _command(candidate: Candidate, against: str, theirs: SuiteResult | None = None) -> str:
    """What measures both in one run, on the edition of `theirs` if it is told."""
    words = [f"hoso evaluate {candidate.identity} --against {against}"]
    if theirs:
        words.append(f"--suite {theirs.suite}")
        words += [f"--size {theirs.items}"] if theirs.items else ()
    return " ".join((*words, "--store"))


def _refused(gate: str, command: str, en: str, vi: str) -> Verdict:
    return Verdict(gate, False, f"{en}: run `{command}`", f"{vi}: hãy chạy `{command}`")


def _unmeasured_champion(candidate: Candidate, against: str) -> Verdict:
    return _refused(
        "suites",
        _command(candidate, against),
        f"{against}, which is in use, was never measured, so nothing can be compared",
        f"{against} đang dùng chưa được đo nên không so sánh được",
    )


def _too_few(candidate: Candidate, against: str, seen: int) -> Verdict:
    return _refused(
        "enough",
        _command(candidate, against),
        f"both were measured on {seen} lines in all, {ENOUGH} are the least",
        f"cả hai mới được đo trên {seen} dòng, cần ít nhất {ENOUGH}",
    )


def _never_together(candidate: Candidate, against: str, gates: Sequence[SuiteResult]) -> Verdict:
    """Speeds of two machines, runtimes or hours say nothing about two models; neither does never asking."""
    fit = [result for result in gates if result.lines >= ENOUGH]
    least = min(fit, key=lambda result: (result.suite.startswith(_SET), result.lines), default=None)
    return _refused(
        "speed",
        _command(candidate, against, least),
        f"speed and memory were not measured beside {against} in one run on {ENOUGH} lines of a suite",
        f"tốc độ và bộ nhớ chưa được đo cùng lượt với {against} trên {ENOUGH} dòng của một bộ đo",
    )


def _missing(candidate: Candidate, against: str, theirs: SuiteResult) -> Verdict:
    suite, command = theirs.suite, _command(candidate, against, theirs)
    ours = [result for result in candidate.results if result.suite == suite]
    en, vi = "not measured", "chưa đo"
    if any(result.digest == theirs.digest for result in ours):
        command = f"HOSO_POOL__ENGINE={theirs.engine or 'auto'} {command}"
        en, vi = "one of the two was measured in PaddleOCR", "một trong hai được đo bằng PaddleOCR"
    elif ours:
        en = f"measured on another edition of the suite than the champion's largest, {theirs.lines} lines"
        vi = f"đo trên phiên bản khác của bộ đo, không phải bản lớn nhất ({theirs.lines} dòng) của mô hình đang dùng"
    en, vi = f"{en}: run `{command}`", f"{vi}: hãy chạy `{command}`"
    if suite.startswith(_SET):  # a result does not say where its set lay
        en += f" (a set that lies in a folder, not in the store: `--suite {_SET}FOLDER`)"
        vi += f" (bộ nằm trong thư mục, không ở trong kho: `--suite {_SET}THƯ-MỤC`)"
    return Verdict(suite, False, en, vi)


def _no_worse(ours: SuiteResult, theirs: SuiteResult) -> Verdict:
    good = ours.cer.value <= theirs.cer.high
    said = f"CER {ours.cer.value:.2%} {'≤' if good else '>'} {theirs.cer.high:.2%}"
    return Verdict(
        ours.suite,
        good,
        f"{said}, the champion's upper bound (it has {theirs.cer.value:.2%})",
        f"{said}, cận trên của mô hình đang dùng ({theirs.cer.value:.2%})",
    )


def _both_enough(ours: SuiteResult, theirs: SuiteResult) -> bool:
    return min(ours.lines, theirs.lines) >= ENOUGH


def _side_by_side(ours: SuiteResult, theirs: SuiteResult) -> list[Verdict]:
    """Speed and memory of two results of one run."""
    speed = ours.lines_per_second / theirs.lines_per_second if theirs.lines_per_second else 1.0
    memory = ours.peak_mib / theirs.peak_mib if theirs.peak_mib else 1.0
    verdicts = []
    figures = f"{ours.lines_per_second:.1f} : {theirs.lines_per_second:.1f}"
    said = f"{speed:.2f} {'≥' if speed >= SLOWEST else '<'} {SLOWEST}"
    if _both_enough(ours, theirs):
        verdicts.append(
            Verdict(
                f"{ours.suite} speed",
                speed >= SLOWEST,
                f"{said} of the champion's lines/s ({figures})",
                f"{said} tốc độ của mô hình đang dùng ({figures} dòng/s)",
            )
        )
    figures = f"{ours.peak_mib:.0f} : {theirs.peak_mib:.0f} MiB"
    said = f"{memory:.2f} {'≤' if memory <= HUNGRIEST else '>'} {HUNGRIEST}"
    verdicts.append(
        Verdict(
            f"{ours.suite} memory",
            memory <= HUNGRIEST,
            f"{said} times the champion's memory ({figures})",
            f"{said} lần bộ nhớ của mô hình đang dùng ({figures})",
        )
    )
    return verdicts
