"""Measuring one or several models on named suites, in turns, so that their speeds can be compared.

Guarantees that all models of a run see the same items, that after every item it is the other one's turn, that each
has a fresh process of its own in every suite, so that no order of suites changes a figure, and that pages whose reading
was judged are not kept: only pictures of wrong lines are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import islice
from uuid import uuid4

from dossiers.errors import InputError
from models.engines import Hardware, choose
from models.evaluation.contender import Contender
from models.evaluation.judging import Judged, judge_lines, judge_page
from models.evaluation.machine import machine
from models.evaluation.result import SuiteResult
from models.evaluation.scores import Measured, summarise
from models.evaluation.station import Prepare, Station
from models.evaluation.suites.base import LineItem, LineSuite, PageItem, PageSuite, Suite, SuiteEmpty, digest

AT_ONCE = 16  # crops that a recogniser is given together
Advance = Callable[[str, int, int], None]
"""Called with a suite's name, how many of its items are done, and how many it has."""


class NoLinesForDetector(InputError):
    """A detector cannot be measured on crops of lines; `detail` names the suite."""

    code = "evaluation.needs_pages"
    vi = "Bộ đo này chỉ có ảnh từng dòng nên không đo được mô hình tìm dòng. Hãy chọn bộ đo `pages-...` hoặc `real`."
    en = "This suite has crops of lines only, which a detector does not read. Choose a `pages-...` suite or `real`."


@dataclass(frozen=True, slots=True)
class SuiteRun:
    """One model on one suite: the figures, and every line that was judged."""

    suite: Suite
    result: SuiteResult
    judged: tuple[Judged, ...]


@dataclass(frozen=True, slots=True)
class _Where:
    """What all results of a run share."""

    run: str
    machine: str
    engine: str


@dataclass(slots=True)
class _Tally:
    judged: list[Judged] = field(default_factory=list)
    seconds: float = 0.0


def evaluate(
    contenders: Sequence[Contender],
    suites: Sequence[Suite],
    hardware: Hardware,
    prepare: Prepare,
    *,
    size: int | None = None,
    advance: Advance = lambda name, done, total: None,
) -> list[SuiteRun]:
    """Every contender on every suite: suite after suite, in each the contenders in order.

    `size` changes how many lines or pages a suite has; `prepare` is what the system does to a page before it is read.
    What reads is the runtime that `hardware` chooses; under `paddleocr` PaddleOCR's detection and recognition on the
    crops of the system, as its actors run them. Raises `NoLinesForDetector`, `SuiteEmpty` when a suite has no line,
    `StationLost`, `ModelUnfit`, and what opening a model raises (`WeightsRejected`, `EngineMissing`, ...).
    """
    for suite in suites:
        if isinstance(suite, LineSuite) and any(each.weights.role == "detector" for each in contenders):
            raise NoLinesForDetector(suite.name)
    found = []
    where = _Where(uuid4().hex, machine(hardware.threads), choose(hardware))
    for suite in suites:
        with ExitStack() as stack:
            stations = [stack.enter_context(Station(each, hardware, prepare)) for each in contenders]
            found += _measure(suite, stations, min(size or suite.size, 10**6), where, advance)
    return found


def _measure(suite: Suite, stations: Sequence[Station], size: int, where: _Where, advance: Advance) -> list[SuiteRun]:
    tallies = [_Tally() for _ in stations]
    truth: list[list[str]] = []
    advance(suite.name, 0, size)
    if isinstance(suite, LineSuite):
        for chunk in _chunks(suite.items(size)):
            _read_lines(chunk, len(truth), stations, tallies)
            truth += [[item.text] for item in chunk]
            advance(suite.name, len(truth), size)
    else:
        for page in suite.items(size):
            _read_page(page, suite, not truth, stations, tallies)
            truth.append([each.text for each in page.truth])
            advance(suite.name, len(truth), size)
    if not any(truth):  # no figure is better than one of nothing: gates would take it for a good one
        raise SuiteEmpty(suite.name)
    mark = digest(suite, len(truth), truth)
    return [
        SuiteRun(suite, _result(suite, len(truth), mark, station, where, tally), tuple(tally.judged))
        for station, tally in zip(stations, tallies, strict=True)
    ]


def _chunks(items: Iterator[LineItem]) -> Iterator[list[LineItem]]:
    while chunk := list(islice(items, AT_ONCE)):
        yield chunk


def _read_lines(chunk: list[LineItem], done: int, stations: Sequence[Station], tallies: Sequence[_Tally]) -> None:
    crops = [item.image for item in chunk]
    for station, tally in zip(stations, tallies, strict=True):
        if not done:
            station.recognise(crops)  # the first reading opens the model and is not timed
        texts, seconds = station.recognise(crops)
        tally.seconds += seconds
        tally.judged += judge_lines(chunk, texts, done)


def _read_page(
    page: PageItem, suite: PageSuite, first: bool, stations: Sequence[Station], tallies: Sequence[_Tally]
) -> None:
    for station, tally in zip(stations, tallies, strict=True):
        if first:
            station.read(page.image)
        read = station.read(page.image)
        tally.seconds += read.seconds
        tally.judged += judge_page(page, read, station, suite)


def _result(suite: Suite, items: int, mark: str, station: Station, where: _Where, tally: _Tally) -> SuiteResult:
    weights = station.contender.weights
    return summarise(
        [each.score for each in tally.judged],
        Measured(
            suite=suite.name,
            digest=mark,
            role=weights.role,
            model=weights.identity,
            sha256=weights.sha256,
            seconds=tally.seconds,
            peak_mib=station.peak_mib(),
            machine=where.machine,
            engine=where.engine,
            pages=not isinstance(suite, LineSuite),
            items=items,
            version=suite.version,
            run=where.run,
        ),
    )
