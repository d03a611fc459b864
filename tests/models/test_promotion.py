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
        items=400,
        version=1,
        run="one run",
    )
    return replace(measured, **more)  # type: ignore[arg-type]


def candidate(*results: SuiteResult, charset: tuple[str, ...] | None = CHARSET, **more: object) -> Candidate:
    made = Candidate("recogniser", "hoso-rec-vi@2", 10_000_000, "a" * 64, "a" * 64, charset, "", results)
    return replace(made, **more)  # type: ignore[arg-type]


def refused(verdicts: tuple[Verdict, ...]) -> list[str]:
    return [verdict.gate for verdict in verdicts if not verdict.passed]


def test_a_candidate_no_worse_anywhere_passes() -> None:
    verdicts = judge(candidate(result("x@2", cer=0.012)), CHAMPION, [result()])
    assert refused(verdicts) == []
    assert passed(verdicts, forced=False)
    assert [verdict.gate for verdict in verdicts] == [
        "charset", "letters", "sha256", "size", "lines-print", "lines-print speed", "lines-print memory"
    ]  # fmt: skip


def test_a_candidate_beyond_the_champions_interval_is_refused_with_both_figures() -> None:
    verdicts = judge(candidate(result("x@2", cer=0.0121)), CHAMPION, [result()])
    assert refused(verdicts) == ["lines-print"]
    assert "1.21% > 1.20%" in verdicts[4].en


@pytest.mark.parametrize("letter", ["Ữ", "đ"])
def test_a_model_that_cannot_write_a_letter_is_refused_even_by_force(letter: str) -> None:
    lacking = tuple(sign for sign in CHARSET if sign != letter)
    verdicts = judge(candidate(result("x@2"), charset=lacking, unwritten=None), CHAMPION, [result()])
    assert refused(verdicts) == ["charset"]
    assert letter in verdicts[0].en
    assert not passed(verdicts, forced=True)


def test_a_model_that_never_writes_a_letter_is_refused_even_by_force_whatever_its_charset_says() -> None:
    verdicts = judge(candidate(result("x@2"), unwritten="Ữ"), CHAMPION, [result()])
    assert refused(verdicts) == ["letters"]
    assert "Ữ" in verdicts[1].en and "Ữ" in verdicts[1].vi
    assert not passed(verdicts, forced=True)


def test_other_bytes_in_the_store_are_refused_even_by_force() -> None:
    verdicts = judge(candidate(result("x@2"), stored_sha256="b" * 64), CHAMPION, [result()])
    assert refused(verdicts) == ["sha256"]
    assert not passed(verdicts, forced=True)


def test_a_suite_that_was_not_measured_is_a_gate_and_names_the_command() -> None:
    verdicts = judge(candidate(result("x@2")), CHAMPION, [result(), result(suite="pages-fax")])
    assert refused(verdicts) == ["pages-fax"]
    command = "hoso evaluate hoso-rec-vi@2 --against hoso-rec-vi@1 --suite pages-fax --size 400 --store"
    assert command in verdicts[-1].en
    assert command in verdicts[-1].vi
    assert passed(verdicts, forced=True)


def test_a_set_may_lie_in_the_store_or_in_a_folder_and_the_gate_says_both() -> None:
    theirs = [result(), result(suite="set:mine@v1", lines=6, items=6)]
    missing = judge(candidate(result("x@2")), CHAMPION, theirs)[-1]
    assert missing.gate == "set:mine@v1"
    assert "--suite set:mine@v1 --size 6 --store" in missing.en
    assert "--suite set:FOLDER" in missing.en and "--suite set:THƯ-MỤC" in missing.vi


def test_another_edition_of_a_suite_does_not_count() -> None:
    verdicts = judge(candidate(result("x@2", digest="older")), CHAMPION, [result()])
    assert refused(verdicts) == ["lines-print", "speed"]
    assert "another edition" in verdicts[-2].en


def test_a_later_and_smaller_measurement_opens_no_gate() -> None:
    large = {"digest": "of 400"}
    small = {"digest": "of 3", "lines": 3, "items": 3, "run": "the next"}
    theirs = [result(**large), result(cer=0.5, **small)]
    worse = [result("x@2", cer=0.1, **large), result("x@2", cer=0.5, **small)]
    verdicts = judge(candidate(*worse), CHAMPION, theirs)
    assert refused(verdicts) == ["lines-print"]
    assert "10.00% > 1.20%" in next(verdict for verdict in verdicts if not verdict.passed).en
    never = judge(candidate(worse[1]), CHAMPION, theirs)
    assert "400 lines" in next(verdict for verdict in never if verdict.gate == "lines-print").en


def test_of_equally_large_editions_the_newest_is_the_gate_and_of_one_edition_the_newest_figures() -> None:
    theirs = [result(digest="before"), result(digest="after", cer=0.03)]
    ours = [result("x@2", digest="after", cer=0.9), result("x@2", digest="after", cer=0.03)]
    assert refused(judge(candidate(*ours), CHAMPION, theirs)) == []


def test_an_edition_that_a_newer_version_of_the_suite_has_replaced_is_no_gate() -> None:
    """Nobody can measure it any more."""
    theirs = [result(digest="first", version=1), result(digest="second", version=2, lines=150)]
    assert refused(judge(candidate(result("x@2", digest="second", version=2, lines=150)), CHAMPION, theirs)) == []


def test_nothing_passes_against_a_champion_that_nobody_measured() -> None:
    verdicts = judge(candidate(result("x@2")), CHAMPION, [])
    assert refused(verdicts) == ["suites"]
    assert "--against hoso-rec-vi@1" in verdicts[-1].en


@pytest.mark.parametrize(
    ("figures", "gate"),
    [({"lines_per_second": 31.0}, "lines-print speed"), ({"peak_mib": 501.0}, "lines-print memory")],
)
def test_slower_or_hungrier_in_one_run_is_refused(figures: dict[str, float], gate: str) -> None:
    assert refused(judge(candidate(result("x@2", **figures)), CHAMPION, [result()])) == [gate]


@pytest.mark.parametrize("elsewhere", [{"run": "another"}, {"run": ""}])
def test_never_measured_together_is_a_gate_of_its_own_and_can_be_forced(elsewhere: dict[str, str]) -> None:
    slow = result("x@2", lines_per_second=4.0, peak_mib=2000.0, **elsewhere)
    verdicts = judge(candidate(slow), CHAMPION, [result(run=elsewhere["run"] and "one run")])
    assert refused(verdicts) == ["speed"]
    command = "hoso evaluate hoso-rec-vi@2 --against hoso-rec-vi@1 --suite lines-print --size 400 --store"
    assert command in verdicts[-1].en and command in verdicts[-1].vi
    assert passed(verdicts, forced=True) and not passed(verdicts, forced=False)


def test_speed_is_compared_in_the_run_that_both_have_and_not_with_the_newest_of_another() -> None:
    theirs = [result(), result(run="later, on a fast machine", lines_per_second=400.0)]
    assert refused(judge(candidate(result("x@2")), CHAMPION, theirs)) == []


def test_speeds_of_suites_of_too_few_lines_are_no_comparison() -> None:
    few = {"lines": 50, "lines_per_second": 4.0}
    pairs = [(result("x@2", suite, **few), result(suite=suite, lines=50)) for suite in ("lines-print", "lines-worn")]
    verdicts = judge(candidate(*(ours for ours, _ in pairs)), CHAMPION, [theirs for _, theirs in pairs])
    assert refused(verdicts) == ["speed"]


def test_the_speed_of_a_handful_of_lines_is_no_gate() -> None:
    slow = result("x@2", suite="set:mine@v1", lines=7, lines_per_second=10.0)
    verdicts = judge(candidate(slow, result("x@2")), CHAMPION, [result(suite="set:mine@v1", lines=7), result()])
    assert refused(verdicts) == []
    assert [verdict.gate for verdict in verdicts][-2:] == ["set:mine@v1", "set:mine@v1 memory"]


def test_what_the_walkthrough_measures_passes() -> None:
    """docs/training.md: two suites of 150 lines and six lines of one's own, both models in one run."""
    suites = {"lines-print": 150, "lines-worn": 150, "set:my-lines@v1": 6}
    ours, theirs = (
        [result(model, suite, lines=lines, items=lines) for suite, lines in suites.items()]
        for model in ("x@2", CHAMPION)
    )
    assert passed(judge(candidate(*ours), CHAMPION, theirs), forced=False)


def test_a_handful_of_lines_alone_promotes_nothing() -> None:
    verdicts = judge(candidate(result("x@2", lines=99)), CHAMPION, [result(lines=99)])
    assert refused(verdicts) == ["enough", "speed"]
    assert "99 lines" in verdicts[-2].en and "--store" in verdicts[-2].vi
    assert refused(judge(candidate(result("x@2", lines=100)), CHAMPION, [result(lines=100)])) == []


def test_a_measurement_in_paddleocr_is_no_measurement_against_one_in_our_runtimes() -> None:
    verdicts = judge(candidate(result("x@2", engine="paddleocr")), CHAMPION, [result()])
    assert refused(verdicts) == ["lines-print", "speed"]
    assert "PaddleOCR" in verdicts[-2].en and "PaddleOCR" in verdicts[-2].vi
    assert "HOSO_POOL__ENGINE=onnxruntime hoso evaluate" in verdicts[-2].en
    there = result(engine="paddleocr")
    assert refused(judge(candidate(result("x@2", engine="paddleocr")), CHAMPION, [there])) == []


def test_a_file_over_the_limit_is_refused() -> None:
    verdicts = judge(candidate(result("x@2"), size=LARGEST + 1), CHAMPION, [result()])
    assert refused(verdicts) == ["size"]
    assert passed(verdicts, forced=True)


def test_a_detector_writes_nothing_and_needs_no_charset() -> None:
    detector = result("det@1", role="detector")
    judged = candidate(result("det@2"), charset=None, unwritten=None, role="detector")
    assert refused(judge(judged, "det@1", [detector])) == []
