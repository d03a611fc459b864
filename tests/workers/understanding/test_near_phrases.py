"""The search for misread phrases against the plain definition of edit distance."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from workers.understanding.match import _ends, distance, near_hits


@settings(max_examples=150, deadline=None)
@given(st.text("ab", min_size=1, max_size=6), st.text("ab ", max_size=24), st.integers(0, 2))
def test_ends_and_costs_are_those_of_the_definition(phrase: str, text: str, most: int) -> None:
    best = {end: min(distance(phrase, text[start:end]) for start in range(end + 1)) for end in range(1, len(text) + 1)}
    assert dict(_ends(phrase, text, most)) == {end: cost for end, cost in best.items() if cost <= most}


@settings(max_examples=150, deadline=None)
@given(st.text("abc", min_size=3, max_size=8), st.text("abc ", max_size=30))
def test_hits_are_as_near_as_they_say_and_do_not_overlap(phrase: str, text: str) -> None:
    hits = sorted(near_hits(phrase, text, 2), key=lambda hit: hit.start)
    assert all(distance(phrase, text[hit.start : hit.end]) <= hit.distance <= 2 for hit in hits)
    assert all(one.end <= other.start for one, other in pairwise(hits))


def test_a_label_inside_a_word_is_no_label() -> None:
    assert near_hits("so tang", "the so tangible", 0) == []
