"""Which of many results count, worked out by hand."""

from __future__ import annotations

from models.evaluation.editions import largest, newest, pairs
from models.evaluation.result import SuiteResult
from tests.models.test_promotion import result


def figures(results: list[SuiteResult]) -> list[tuple[str, str, float]]:
    return [(each.suite, each.digest, each.cer.value) for each in results]


def test_the_largest_edition_of_each_suite_and_its_newest_figures_count() -> None:
    held = [
        result(suite="b", digest="large", cer=0.1),
        result(suite="b", digest="large", cer=0.2),
        result(suite="b", digest="small", lines=3, cer=0.3),
        result(suite="a", digest="only", lines=1, cer=0.4),
    ]
    assert figures(largest(held)) == [("a", "only", 0.4), ("b", "large", 0.2)]
    assert figures(newest(held)) == [("a", "only", 0.4), ("b", "large", 0.2), ("b", "small", 0.3)]


def test_a_newer_version_of_a_suite_replaces_all_editions_of_the_one_before() -> None:
    held = [result(digest="first", version=1), result(digest="second", version=2, lines=120)]
    assert [each.digest for each in largest(held)] == ["second"]
    assert [each.digest for each in largest(held[::-1])] == ["second"]


def test_pairs_are_of_the_largest_common_edition_and_of_one_run_where_there_is_one() -> None:
    ours = [result("x@2", digest="small", lines=3), result("x@2", cer=0.1), result("x@2", cer=0.2, run="alone")]
    theirs = [result(digest="larger", lines=900), result(), result(digest="small", lines=3)]
    ((a, b),) = pairs(ours, theirs)
    assert (a.cer.value, a.digest, a.run == b.run) == (0.1, "d1", True)
    ((a, b),) = pairs(ours[2:], theirs)
    assert (a.run, b.run) == ("alone", "one run")
    assert pairs(ours[2:], theirs, together=True) == []
    assert [a.digest for a, _ in pairs([ours[0], ours[2]], theirs, together=True)] == ["small"]
