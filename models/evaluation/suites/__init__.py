"""The named suites that models are measured on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from models.evaluation.suites import lines, pages
from models.evaluation.suites.base import Suite, SuiteEmpty, SuiteUnknown
from models.evaluation.suites.real import NAME as REAL
from models.evaluation.suites.real import real
from models.evaluation.suites.sets import PREFIX, corrected

_EVERY: tuple[Suite, ...] = (*lines.SUITES, lines.CURSIVE, *pages.SUITES)
SYNTHETIC = {suite.name: suite for suite in _EVERY}
QUICK = tuple(suite.name for suite in lines.SUITES)
HAND = frozenset({"lines-hand", lines.CURSIVE.name})
"""Drawn with fonts that look written: who shows their figures says that no real handwriting was measured."""
DEGRADED = tuple(suite.name for suite in pages.DEGRADED)


def find_suite(name: str, real_pages: Path | None = None, find_set: Callable[[str], Path] = Path) -> Suite:
    """The suite called `name`: a synthetic one, `real` (the pages in `real_pages`), or `set:NAME`, whose folder
    `find_set` says (NAME itself unless told).

    Raises `SuiteUnknown`, `SuiteEmpty`, and what `models.datasets.read_set` raises.
    """
    if name in SYNTHETIC:
        return SYNTHETIC[name]
    if name == REAL:
        if real_pages is None:
            raise SuiteEmpty("--real")
        return real(real_pages)
    if name.startswith(PREFIX):
        return corrected(find_set(name.removeprefix(PREFIX)))
    raise SuiteUnknown(", ".join((*SYNTHETIC, REAL, f"{PREFIX}NAME")))
