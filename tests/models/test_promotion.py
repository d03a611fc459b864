"""The gates of a promotion: each refuses what it is there for, and says what to do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.charset import CHARSET
from models.evaluation.result import Interval, SuiteResult
from models.promotion import LARGEST, Candidate, Verdict, judge, passed

CHAMPION = "hoso-rec-vi@1"


def result(model: str = CHAMPION, suite: str = "lines-print", cer: float = 0.010, **more: object) -> SuiteResult:
    measured = SuiteResult(
        suite=suite,
        digest="d1",
        role="recogniser",
        model=model,
        sha256="0" * 64,
        lines=400,
        signs=16_000,
        cer=Interval(cer, cer - 0.002, cer + 0.002),
        wer=Interval(0.03, 0.02, 0.04),
        exact=Interval(0.9, 0.88, 0.92),
        missed=0,
        tone_only=0.5,
        ece=0.02,
        review_threshold=0.9,
        review_share=0.1,
        lines_per_second=40.0,
        peak_mib=400.0,
        machine="one",
        engine="onnxruntime",
    )
    return replace(measured, **more)  # type: ignore[arg-type]


def candidate(*results: SuiteResult, charset: tuple[str, ...] | None = CHARSET, **more: object) -> Candidate:
    made = Candidate("recogniser", "hoso-rec-vi@2", 10_000_000, "a" * 64, "a" * 64, charset, results)
    return replace(made, **more)  # type: ignore[arg-type]


def refused(verdicts: tuple[Verdict, ...]) -> list[str]:
    return [verdict.gate for verdict in verdicts if not verdict.passed]


def test_a_candidate_no_worse_anywhere_passes() -> None:
    verdicts = judge(candidate(result("x@2", cer=0.012)), CHAMPION, [result()])
    assert refused(verdicts) == []
    assert passed(verdicts, forced=False)
    assert [verdict.gate for verdict in verdicts] == [
        "charset", "sha256", "size", "lines-print", "lines-print speed", "lines-print memory"
    ]  # fmt: skip


def test_a_candidate_beyond_the_champions_interval_is_refused_with_both_figures() -> None:
    verdicts = judge(candidate(result("x@2", cer=0.0121)), CHAMPION, [result()])
    assert refused(verdicts) == ["lines-print"]
    assert "1.21% > 1.20%" in verdicts[3].en


@pytest.mark.parametrize("letter", ["Ữ", "đ"])
def test_a_model_that_cannot_write_a_letter_is_refused_even_by_force(letter: str) -> None:
    lacking = tuple(sign for sign in CHARSET if sign != letter)
    verdicts = judge(candidate(result("x@2"), charset=lacking), CHAMPION, [result()])
    assert refused(verdicts) == ["charset"]
    assert letter in verdicts[0].en
    assert not passed(verdicts, forced=True)


def test_other_bytes_in_the_store_are_refused_even_by_force() -> None:
    verdicts = judge(candidate(result("x@2"), stored_sha256="b" * 64), CHAMPION, [result()])
    assert refused(verdicts) == ["sha256"]
    assert not passed(verdicts, forced=True)


def test_a_suite_that_was_not_measured_is_a_gate_and_names_the_command() -> None:
    verdicts = judge(candidate(result("x@2")), CHAMPION, [result(), result(suite="pages-fax")])
    assert refused(verdicts) == ["pages-fax"]
    command = "hoso evaluate hoso-rec-vi@2 --against hoso-rec-vi@1 --suite pages-fax --store"
    assert command in verdicts[-1].en
    assert command in verdicts[-1].vi
    assert passed(verdicts, forced=True)


def test_another_edition_of_a_suite_does_not_count() -> None:
    verdicts = judge(candidate(result("x@2", digest="older")), CHAMPION, [result()])
    assert refused(verdicts) == ["lines-print"]
    assert "another edition" in verdicts[-1].en


def test_nothing_passes_against_a_champion_that_nobody_measured() -> None:
    verdicts = judge(candidate(result("x@2")), CHAMPION, [])
    assert refused(verdicts) == ["suites"]
    assert "--against hoso-rec-vi@1" in verdicts[-1].en


@pytest.mark.parametrize(
    ("figures", "gate"),
    [({"lines_per_second": 31.0}, "lines-print speed"), ({"peak_mib": 501.0}, "lines-print memory")],
)
def test_slower_or_hungrier_on_the_same_machine_is_refused(figures: dict[str, float], gate: str) -> None:
    assert refused(judge(candidate(result("x@2", **figures)), CHAMPION, [result()])) == [gate]
    elsewhere = result("x@2", machine="another", **figures)
    assert refused(judge(candidate(elsewhere), CHAMPION, [result()])) == [], "two machines compare two machines"
    otherwise = result("x@2", engine="openvino", **figures)
    assert refused(judge(candidate(otherwise), CHAMPION, [result()])) == [], "two runtimes compare two runtimes"


def test_the_speed_of_a_handful_of_lines_is_no_gate() -> None:
    slow = result("x@2", suite="set:mine@v1", lines=7, lines_per_second=10.0)
    verdicts = judge(candidate(slow, result("x@2")), CHAMPION, [result(suite="set:mine@v1", lines=7), result()])
    assert refused(verdicts) == []
    assert [verdict.gate for verdict in verdicts][3:5] == ["set:mine@v1", "set:mine@v1 memory"]


def test_a_handful_of_lines_alone_promotes_nothing() -> None:
    verdicts = judge(candidate(result("x@2", lines=99)), CHAMPION, [result(lines=99)])
    assert refused(verdicts) == ["enough"]
    assert "99 lines" in verdicts[-1].en and "--store" in verdicts[-1].vi
    assert refused(judge(candidate(result("x@2", lines=100)), CHAMPION, [result(lines=100)])) == []


def test_a_measurement_in_paddleocr_is_no_measurement_against_one_in_our_runtimes() -> None:
    verdicts = judge(candidate(result("x@2", engine="paddleocr")), CHAMPION, [result()])
    assert refused(verdicts) == ["lines-print"]
    assert "PaddleOCR" in verdicts[-1].en and "PaddleOCR" in verdicts[-1].vi
    there = result(engine="paddleocr")
    assert refused(judge(candidate(result("x@2", engine="paddleocr")), CHAMPION, [there])) == []


def test_a_file_over_the_limit_is_refused() -> None:
    verdicts = judge(candidate(result("x@2"), size=LARGEST + 1), CHAMPION, [result()])
    assert refused(verdicts) == ["size"]
    assert passed(verdicts, forced=True)


def test_a_detector_writes_nothing_and_needs_no_charset() -> None:
    detector = result("det@1", role="detector")
    assert refused(judge(candidate(result("det@2"), charset=None, role="detector"), "det@1", [detector])) == []
