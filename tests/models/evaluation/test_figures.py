"""Calibration, review thresholds, intervals and totals, against values worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from models.evaluation.calibration import asked, expected_calibration_error, reliability, review
from models.evaluation.intervals import ratio
from models.evaluation.result import result_from_json, result_to_json
from models.evaluation.scores import LineScore, Measured, score_line, summarise

ABOUT = Measured("lines-x", "d", "recogniser", "m@1", "ab" * 32, 2.0, 100.0, "a machine", "onnxruntime", pages=True)


def scored(truth: str, read: str, confidence: float | None) -> LineScore:
    score = score_line(truth, read, confidence)
    assert score is not None
    return score


def test_calibration_error_by_hand() -> None:
    confidence = np.array([0.95, 0.95, 0.95, 0.95, 0.5, 0.5])
    right = np.array([True, True, True, False, True, False])
    # Two bins: four lines at 0.95 of which 0.75 are right, two at 0.5 of which half are right.
    assert expected_calibration_error(confidence, right) == pytest.approx(4 / 6 * 0.2)
    assert [each.lines for each in reliability(confidence, right)] == [2, 4]


def test_full_confidence_falls_into_the_last_bin() -> None:
    (only,) = reliability(np.array([1.0]), np.array([True]))
    assert (only.lines, only.confidence, only.right) == (1, 1.0, 1.0)


def test_the_review_threshold_is_the_smallest_that_finds_95_of_100_wrong_lines() -> None:
    wrong = np.arange(100) / 1000  # 0.000 to 0.099
    sure = np.full(900, 0.9)
    confidence = np.concatenate([wrong, sure])
    right = np.concatenate([np.zeros(100, bool), np.ones(900, bool)])
    threshold, share = review(confidence, right)
    assert threshold == pytest.approx(0.0941)  # the 95th lies at 0.094
    assert share == pytest.approx(0.095)
    assert (wrong < threshold - 0.0001).sum() == 94


def test_a_wrong_line_of_full_confidence_sends_everything_to_review() -> None:
    threshold, share = review(np.array([1.0, 1.0, 0.2]), np.array([False, True, True]))
    assert threshold > 1.0
    assert share == 1.0


def test_a_mark_asks_for_those_below_it_and_finds_the_wrong_ones_among_them() -> None:
    confidence, right = np.array([0.2, 0.95, 0.96, 1.0]), np.array([False, True, False, True])
    assert asked(confidence, right, 0.96) == (0.5, 0.5)
    assert asked(confidence, np.ones(4, np.bool_), 0.96) == (0.5, 1.0)


def test_nothing_wrong_needs_no_review() -> None:
    assert review(np.array([0.1, 0.9]), np.array([True, True])) == (0.0, 0.0)


def test_an_interval_holds_its_value_narrows_with_lines_and_is_repeatable() -> None:
    rng = np.random.default_rng(1)
    few, many = rng.random(30), rng.random(3000)
    narrow, wide = ratio(many, np.ones(3000)), ratio(few, np.ones(30))
    assert narrow.low < narrow.value < narrow.high
    assert narrow.high - narrow.low < (wide.high - wide.low) / 3
    assert ratio(few, np.ones(30)) == wide


def test_an_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(2)
    inside = 0
    for _ in range(40):
        found = ratio((rng.random(200) < 0.3).astype(float), np.ones(200))
        inside += found.low <= 0.3 <= found.high
    assert inside >= 33


def test_figures_of_three_lines_by_hand() -> None:
    result = summarise([scored("chữ ký", "chừ ký", 0.6), scored("ngày", "ngày", 0.9), scored("tháng", "", None)], ABOUT)
    assert (result.lines, result.signs, result.missed) == (3, 15, 1)
    assert result.cer.value == pytest.approx(6 / 15)  # one substitution, five signs that were not found
    assert result.wer.value == pytest.approx(2 / 4)
    assert result.exact.value == pytest.approx(1 / 3)
    assert result.tone_only == 1.0
    assert result.review_threshold == pytest.approx(0.6001)
    assert result.review_share == 0.5  # of the two lines for which something was read
    assert result.lines_per_second == 1.5
    assert result_from_json(result_to_json(result)) == result


def test_a_line_of_leader_dots_alone_is_not_scored() -> None:
    assert score_line("……………", "anything", 0.5) is None


def test_reading_far_too_much_costs_a_line_no_more_than_its_length() -> None:
    assert scored("ab", "xxxxxxxxxx", 0.5).edits == 2
