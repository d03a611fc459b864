"""One reader measured: what it reads, how long a page takes, how many pages a second the cores give, what it holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.readers.running import Crew, Layout, Peer
from benchmarks.readers.scoring import Figures, figures, score_page
from models.evaluation.scores import LineScore
from models.evaluation.suites.base import Truth


@dataclass(frozen=True, slots=True)
class Page:
    """A page image and what stands on it; no truth: only timed."""

    path: Path
    truth: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.path.stem


@dataclass(frozen=True, slots=True)
class Timing:
    """`layout` as processes x pages at once x threads; `peak_mib` of all its processes together."""

    layout: Layout
    pages_per_second: float
    seconds_per_page: float
    peak_mib: float


@dataclass(frozen=True, slots=True)
class Result:
    """`text`: the text pages together, `table`: the table page (None without it), `pages`: each by name. `one`: one
    page at a time on all cores; `best`: the layout with most pages a second; `failed`: pages on which it failed;
    `same`: both layouts read the same; `agree`: transcribed lines that it reads as the first reader of the run does."""

    label: str
    says: str
    text: Figures | None
    table: Figures | None
    pages: dict[str, Figures]
    one: Timing
    best: Timing
    tried: tuple[Timing, ...]
    failed: dict[str, str]
    same: bool
    agree: int = 0


def layouts(peer: Peer, cores: int) -> tuple[Layout, ...]:
    """One page on all cores; and as many pages side by side as cores, on one thread each. Pages that share a process
    wait for each other's Python now and then: there one more is in work."""
    side_by_side = Layout(1, cores + 1, 1) if peer.shares_process else Layout(cores, 1, 1)
    return Layout(1, 1, cores), side_by_side


def measure(
    peer: Peer, pages: Sequence[Page], table: str, cores: Sequence[int], repeats: int
) -> tuple[Result, list[str]]:
    """Read every page once to warm up and to score, then `repeats` times for the clock, in each layout.

    The result, and what was read for each transcribed line: it is compared and thrown away, because pages may be
    somebody's. Raises `Unavailable` when the reader is not there.
    """
    paths = [page.path for page in pages]
    timings, texts = [], []
    for layout in layouts(peer, len(cores)):
        with Crew(peer, layout, cores) as crew:
            _, first = crew.read_all(paths)
            seconds, answers = crew.read_all(paths * repeats)
        each = sum(answer.seconds for answer in answers) / len(answers)
        speed = len(answers) / seconds
        timings.append(Timing(layout, round(speed, 3), round(each, 3), round(crew.peak_mib, 1)))
        texts.append([[piece["text"] for piece in answer.lines] for answer in first])
        if len(timings) == 1:
            says, scored = crew.says, first
    scores = {
        page.name: score_page([Truth(line) for line in page.truth], answer.lines)
        for page, answer in zip(pages, scored, strict=True)
        if page.truth
    }
    result = Result(
        label=peer.label,
        says=says,
        text=_together(scores, [name for name in scores if name != table]),
        table=_together(scores, [name for name in scores if name == table]),
        pages={name: figures(found) for name, found in scores.items() if found},
        one=timings[0],
        best=max(timings, key=lambda timing: timing.pages_per_second),
        tried=tuple(timings),
        failed={page.name: a.error for page, a in zip(pages, scored, strict=True) if a.error},
        same=all(found == texts[0] for found in texts),
    )
    return result, [score.read for found in scores.values() for score in found]


def _together(scores: Mapping[str, list[LineScore]], names: Sequence[str]) -> Figures | None:
    found = [score for name in names for score in scores[name]]
    return figures(found) if found else None
