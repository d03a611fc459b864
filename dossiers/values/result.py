"""The outcome of parsing one value: the normalised value, and if it is not good, a stable reason with its remedy."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ParsedValue:
    """`value` is normalised as far as possible even when not `ok`, so that an officer sees what was understood.

    `reason_code` is stable (`date.impossible`, `personal_id.length`, ...), empty when `ok`; `vi` and `en` are
    sentences that name the remedy. None of them repeats the value: they may be shown in lists and logs.
    """

    value: str
    ok: bool
    reason_code: str = ""
    vi: str = ""
    en: str = ""


def good(value: str) -> ParsedValue:
    """A value that passed."""
    return ParsedValue(value, True)


def bad(value: str, reason_code: str, vi: str, en: str) -> ParsedValue:
    """A value that an officer must look at."""
    return ParsedValue(value, False, reason_code, vi, en)
