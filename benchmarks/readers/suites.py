"""The suites of `hoso evaluate` as files that any reader can be given, and what a reader makes of them.

A file holds the very pixels that the suite gives to Hoso, as PNG: what a JPEG or a fax did to a page was done before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2

from benchmarks.readers.measuring import layouts
from benchmarks.readers.reading import Unavailable
from benchmarks.readers.running import Answer, Crew, Peer
from benchmarks.readers.scoring import Figures, figures, score_crop, score_page
from models.evaluation.scores import LineScore
from models.evaluation.suites.base import LineSuite, PageItem, PageSuite, Suite, Truth, digest
from models.protocols import Image


@dataclass(frozen=True, slots=True)
class Sheet:
    """The file of a page, or of the crop of one line, and what stands on it."""

    path: Path
    truth: tuple[Truth, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """A suite in files. `crops`: one line each, for recognisers alone; `digest`: the one that `hoso evaluate` gives to
    the same suite of this size; `untold`: signs that the truth leaves out."""

    name: str
    about: str
    sheets: tuple[Sheet, ...]
    crops: bool
    digest: str = ""
    untold: str = ""


@dataclass(frozen=True, slots=True)
class Read:
    """One reader on all suites: figures by suite, of the page suites together, on which files it failed and why, and
    why it reads no crops (empty where it does)."""

    label: str
    says: str
    suites: dict[str, Figures]
    together: Figures | None
    failed: dict[str, str]
    no_crops: str = ""


def write_suite(suite: Suite, size: int, folder: Path) -> Written:
    """The first `size` items of `suite` as files in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    sheets = []
    for number, (image, truth) in enumerate(_items(suite, size)):
        sheets.append(Sheet(folder / f"{suite.name}-{number:03d}.png", truth))
        if not cv2.imwrite(str(sheets[-1].path), image):
            raise OSError(f"cannot write {sheets[-1].path}")
    mark = digest(suite, len(sheets), [[line.text for line in sheet.truth] for sheet in sheets])
    untold = suite.untold if isinstance(suite, PageSuite) else ""
    return Written(suite.name, suite.about_en, tuple(sheets), isinstance(suite, LineSuite), mark, untold)


def _items(suite: Suite, size: int) -> Iterator[tuple[Image, tuple[Truth, ...]]]:
    for item in suite.items(size):
        yield item.image, item.truth if isinstance(item, PageItem) else (Truth(item.text),)


def read_suites(peer: Peer, suites: Sequence[Written], cores: Sequence[int]) -> Read:
    """Every suite read by `peer`, as many files side by side as cores. Raises `Unavailable` when it is not there, or
    ends before it has read every page; that it reads no crops is part of the result."""
    pages = [suite for suite in suites if not suite.crops]
    crops = [suite for suite in suites if suite.crops]
    says, answers = _answers(peer, pages, cores)
    no_crops = ""
    if crops:
        try:
            alone, more = _answers(replace(peer, options={**peer.options, "one-line": "yes"}), crops, cores)
            says, answers = says or alone, answers | more
        except Unavailable as error:
            if not pages:
                raise
            no_crops = str(error)
    answered = [(suite, answers[suite.name]) for suite in suites if suite.name in answers]
    scores = {suite.name: _scores(suite, found) for suite, found in answered}
    together = [score for suite in pages for score in scores[suite.name]]
    return Read(
        label=peer.label,
        says=says,
        suites={name: figures(found) for name, found in scores.items()},
        together=figures(together) if together else None,
        failed={
            sheet.path.stem: answer.error
            for suite, found in answered
            for sheet, answer in zip(suite.sheets, found, strict=True)
            if answer.error
        },
        no_crops=no_crops,
    )


def _answers(peer: Peer, suites: Sequence[Written], cores: Sequence[int]) -> tuple[str, dict[str, list[Answer]]]:
    if not suites:
        return "", {}
    _, side_by_side = layouts(peer, len(cores))
    with Crew(peer, side_by_side, cores) as crew:
        return crew.says, {suite.name: crew.read_all([sheet.path for sheet in suite.sheets])[1] for suite in suites}


def _scores(suite: Written, answers: Sequence[Answer]) -> list[LineScore]:
    found = []
    for sheet, answer in zip(suite.sheets, answers, strict=True):
        if suite.crops:
            found += score_crop(sheet.truth[0].text, answer.lines)
        else:
            found += score_page(sheet.truth, answer.lines, suite.untold)
    return found
