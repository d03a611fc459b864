"""The gates that a candidate passes before it becomes champion. Pure: figures in, verdicts out.

Guarantees that nothing is taken for granted: a suite on which the champion was measured and the candidate was not is
a gate not passed, and so is a champion that was never measured, because then nobody can say that the candidate is no
worse. Two gates cannot be forced: a charset that lacks Vietnamese letters and a file that is not the registered one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from models.charset import missing_letters
from models.evaluation.result import SuiteResult

LARGEST = 50_000_000
"""Bytes of a weight file."""
SLOWEST = 0.8
"""Of the champion's lines per second, on the same machine and runtime."""
ENOUGH = 100
"""Lines on which a candidate is judged at least, all suites together, and on which speeds are compared: a handful is
read in a moment and says nothing."""
HUNGRIEST = 1.25
"""Times the champion's peak memory, on the same machine and runtime."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """What is judged. `charset` is None for models that write nothing; `stored_sha256` is that of the bytes fetched.

    `results`: the newest of each suite.
    """

    role: str
    identity: str
    size: int
    sha256: str
    stored_sha256: str
    charset: tuple[str, ...] | None
    results: Sequence[SuiteResult]


@dataclass(frozen=True, slots=True)
class Verdict:
    """One gate: did the candidate pass, the figures (and what to do) in both languages, can it be forced."""

    gate: str
    passed: bool
    en: str
    vi: str
    forcible: bool = True


def judge(candidate: Candidate, against: str, champion: Sequence[SuiteResult]) -> tuple[Verdict, ...]:
    """All verdicts on `candidate` against the newest results of the champion `against` (name@version)."""
    verdicts = [_hash(candidate), _size(candidate)]
    if candidate.charset is not None:
        verdicts.insert(0, _charset(candidate.charset))
    if not champion:
        verdicts.append(_unmeasured_champion(candidate, against))
    measured = {result.edition: result for result in candidate.results}
    seen = 0
    for theirs in champion:
        ours = measured.get(theirs.edition)
        verdicts += [_missing(candidate, against, theirs)] if ours is None else _suite(ours, theirs)
        seen += ours.lines if ours else 0
    if 0 < seen < ENOUGH:
        verdicts.append(_too_few(candidate, against, seen))
    return tuple(verdicts)


def passed(verdicts: Iterable[Verdict], forced: bool) -> bool:
    """Whether the candidate may be promoted; `forced` passes every gate that can be."""
    return all(verdict.passed or (forced and verdict.forcible) for verdict in verdicts)


def _charset(charset: tuple[str, ...]) -> Verdict:
    lacking = missing_letters(charset)
    if not lacking:
        return Verdict("charset", True, "all 134 Vietnamese letters", "đủ 134 chữ cái tiếng Việt", forcible=False)
    return Verdict(
        "charset",
        False,
        f"cannot write {lacking}: train with the charset of models/charset.py",
        f"không viết được {lacking}: hãy huấn luyện với bộ ký tự của models/charset.py",
        forcible=False,
    )


def _hash(candidate: Candidate) -> Verdict:
    if candidate.sha256 == candidate.stored_sha256:
        return Verdict("sha256", True, candidate.sha256, candidate.sha256, forcible=False)
    return Verdict(
        "sha256",
        False,
        f"the store holds {candidate.stored_sha256 or 'damaged bytes'}, registered is {candidate.sha256}: "
        "restore the object from a copy, or register the file again",
        f"kho giữ {candidate.stored_sha256 or 'dữ liệu hỏng'}, đã đăng ký {candidate.sha256}: "
        "hãy khôi phục từ bản sao hoặc đăng ký lại",
        forcible=False,
    )


def _size(candidate: Candidate) -> Verdict:
    said = f"{candidate.size / 1e6:.1f} MB ≤ {LARGEST / 1e6:.0f} MB"
    if candidate.size <= LARGEST:
        return Verdict("size", True, said, said)
    said = said.replace("≤", ">")
    return Verdict(
        "size", False, f"{said}: quantise it or train a smaller one", f"{said}: hãy lượng tử hóa hoặc thu nhỏ"
    )


def _unmeasured_champion(candidate: Candidate, against: str) -> Verdict:
    command = f"hoso evaluate {candidate.identity} --against {against} --store"
    return Verdict(
        "suites",
        False,
        f"{against}, which is in use, was never measured, so nothing can be compared: run `{command}`",
        f"{against} đang dùng chưa được đo nên không so sánh được: hãy chạy `{command}`",
    )


def _too_few(candidate: Candidate, against: str, seen: int) -> Verdict:
    command = f"hoso evaluate {candidate.identity} --against {against} --store"
    return Verdict(
        "enough",
        False,
        f"both were measured on {seen} lines in all, {ENOUGH} are the least: run `{command}`",
        f"cả hai mới được đo trên {seen} dòng, cần ít nhất {ENOUGH}: hãy chạy `{command}`",
    )


def _missing(candidate: Candidate, against: str, theirs: SuiteResult) -> Verdict:
    suite = theirs.suite
    command = f"hoso evaluate {candidate.identity} --against {against} --suite {suite} --store"
    ours = [result for result in candidate.results if result.suite == suite]
    en, vi = "not measured", "chưa đo"
    if any(result.digest == theirs.digest for result in ours):
        en, vi = "one of the two was measured in PaddleOCR", "một trong hai được đo bằng PaddleOCR"
    elif ours:
        en, vi = "measured on another edition of the suite", "đo trên phiên bản khác của bộ đo"
    return Verdict(suite, False, f"{en}: run `{command}`", f"{vi}: hãy chạy `{command}`")


def _suite(ours: SuiteResult, theirs: SuiteResult) -> list[Verdict]:
    good = ours.cer.value <= theirs.cer.high
    said = f"CER {ours.cer.value:.2%} {'≤' if good else '>'} {theirs.cer.high:.2%}"
    verdicts = [
        Verdict(
            ours.suite,
            good,
            f"{said}, the champion's upper bound (it has {theirs.cer.value:.2%})",
            f"{said}, cận trên của mô hình đang dùng ({theirs.cer.value:.2%})",
        )
    ]
    if not ours.beside(theirs):
        return verdicts  # figures of two machines or runtimes say nothing about two models
    speed = ours.lines_per_second / theirs.lines_per_second if theirs.lines_per_second else 1.0
    memory = ours.peak_mib / theirs.peak_mib if theirs.peak_mib else 1.0
    figures = f"{ours.lines_per_second:.1f} : {theirs.lines_per_second:.1f}"
    said = f"{speed:.2f} {'≥' if speed >= SLOWEST else '<'} {SLOWEST}"
    if min(ours.lines, theirs.lines) >= ENOUGH:
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
