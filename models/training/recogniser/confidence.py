"""Fits a recogniser's confidence on lines that it never saw, and writes the coefficients into its file.

    python -m models.training.recogniser.confidence --model runs/recogniser/recogniser.onnx

Lines are drawn with fonts and prose kept out of training, clean and worn, printed and by hand; and whole pages, whose
lines are cut out as the shipped detector finds them, so that what detection does wrong is among what is weighed. (Pages
that must be prepared before they are read, askew or photographed, are left out: prepared they are like the others.)
The same lines and pages for the same numbers.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import lru_cache, partial
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dossiers.errors import HosoError
from dossiers.page import Line
from models.cropping import crop_lines
from models.detection.detector import OnnxDetector
from models.engines import Hardware
from models.evaluation.matching import beside, candidates, nearest, normalise
from models.evaluation.suites.base import PageItem
from models.evaluation.suites.pages import UNTOLD, pages_like
from models.protocols import Detector
from models.recognition.confidence import Confidence
from models.recognition.evidence import NAMES, Evidence, observations
from models.recognition.recogniser import OnnxRecogniser
from models.synthesis.lines import sample_line
from models.training.notes import write_notes
from models.training.recogniser.monotone import fit
from models.training.stream import live_with_parent
from models.weights import Weights, registry

SEED = 515_151
PAGES = ("pages-clean", "pages-jpeg", "pages-toner", "pages-fax", "pages-seal", "pages-leaders")
"""Suites whose kinds of pages are drawn, in equal numbers, with a seed that is not theirs."""
LINES_TO_A_PAGE = 2
"""So many lines are drawn for each page, which has some 35 of its own: the more single lines there are, which are
misread for other reasons, the more of a page an officer must look at."""
_STRENGTHS = (0.3, 0.7, 1.0)
_JOINED = 0.1
"""Share of hands whose letters join: most of their lines are misread, so more would outweigh all that is printed."""
_PARTS = 6
"""Orders into which the single lines are cut, to be read side by side."""
_Order = tuple[str, int | range]
"""A kind of page and how many of them, or numbers of single lines."""
Noticed = Iterator[tuple[Evidence, bool]]
"""What speaks for a line, and whether it was read without an error."""


def on_lines(recogniser: OnnxRecogniser, numbers: Iterable[int], seed: int = SEED) -> Noticed:
    """Crops of single lines of these numbers; those of which nothing was read are left out."""
    for number in numbers:
        strength = _STRENGTHS[number % len(_STRENGTHS)]
        image, truth = sample_line(seed, number, held_out=True, strength=strength, joined=_JOINED)
        (evidence,) = recogniser.evidence([image])
        if evidence.text:
            yield evidence, normalise(evidence.text) == normalise(truth)


def on_pages(
    recogniser: OnnxRecogniser, detector: Detector, each: int, names: Sequence[str] = PAGES, seed: int = SEED
) -> Noticed:
    """The lines of `each` pages of each kind as `detector` finds them; those that no line of the truth answers to are
    left out."""
    for name in names:
        for page in pages_like(name, each, seed):
            polygons = detector.detect(page.image)
            found = recogniser.evidence(crop_lines(page.image, polygons))
            drop = str.maketrans("", "", UNTOLD)
            lines = [
                Line(evidence.text.translate(drop), polygon, evidence.chance, recogniser.identity)
                for polygon, evidence in zip(polygons, found, strict=True)
            ]
            yield from ((found[number], right) for number, right in judged(page, lines))


def judged(page: PageItem, lines: list[Line]) -> Iterator[tuple[int, bool]]:
    """The number of each line that answers to a part of the truth, and whether it is right.

    Of several pieces that make up one misread line, those that stand in it word by word are right. Left out is what
    was read right and cut wrong: lines that a piece joins, numbers whose digits were found one by one."""
    numbers = {id(line): number for number, line in enumerate(lines)}
    for truth in page.truth:
        answer = nearest(truth.text, truth.boxed, candidates(beside(lines, truth.polygons)))
        if answer is None:
            continue
        wanted = normalise(truth.text)
        right = answer.text == wanted
        if not right and (truth.boxed or _holds(answer.text, wanted)):
            continue
        for piece in answer.pieces:
            whole = len(answer.pieces) > 1 and _holds(wanted, normalise(piece.text))
            yield numbers[id(piece)], right or whole


def _holds(text: str, part: str) -> bool:
    return f" {part} " in f" {text} "


class NotFitted(HosoError):
    """The confidence of a trained model could not be fitted; `detail` says why. The checkpoint stands."""

    code = "training.not_fitted"
    vi = (
        "Chưa tính được độ tin cậy của mô hình; trạng thái huấn luyện vẫn còn. Hãy chạy lại cùng lệnh; nếu thiếu bộ "
        "nhớ, hãy giảm `threads`."
    )
    en = (
        "The confidence of the model could not be fitted; the checkpoint stands. Give the same command again; where "
        "memory is short, with fewer `threads`."
    )


def calibrate(path: Path, lines: int, processes: int = 1) -> Confidence:
    """Fit on `lines` lines and a page for every `LINES_TO_A_PAGE` of them, read in so many processes, and write the
    coefficients into the file at `path` (its hash changes). They do not depend on `processes`. Raises `NotFitted`."""
    each = -(-(lines // LINES_TO_A_PAGE) // len(PAGES))
    orders: list[_Order] = [(name, each) for name in PAGES]
    orders += [("", range(start, lines, _PARTS)) for start in range(_PARTS)]
    look = partial(_noticed, path)
    try:
        if processes > 1:
            with ProcessPoolExecutor(processes, get_context("spawn"), live_with_parent) as pool:
                parts = list(pool.map(look, orders))
        else:
            parts = list(map(look, orders))
        fitted = fit(np.concatenate([seen for seen, _ in parts]), np.concatenate([right for _, right in parts]))
    except (BrokenProcessPool, ValueError) as error:
        raise NotFitted(f"{path.name}: {error}") from error
    write_notes(path, {"confidence": fitted.to_metadata()})
    return fitted


def _noticed(path: Path, order: _Order) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Observations [n, 15] of the lines of an order, and whether each was read right."""
    recogniser, detector = _opened(path)
    kind, which = order
    found = on_pages(recogniser, detector, which, [kind]) if isinstance(which, int) else on_lines(recogniser, which)
    noticed = [(observations(evidence, recogniser.language), right) for evidence, right in found]
    seen = np.array([row for row, _ in noticed]).reshape(-1, len(NAMES))
    return seen, np.array([right for _, right in noticed], dtype=np.bool_)


@lru_cache(maxsize=1)
def _opened(path: Path) -> tuple[OnnxRecogniser, OnnxDetector]:
    """Once in each process."""
    weights = Weights("recogniser", "fresh", "0", path.name, sha256(path.read_bytes()).hexdigest(), "", "")
    one = Hardware(threads=1)
    return OnnxRecogniser(weights, one, path.parent), OnnxDetector(registry()["detector"], one)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--lines", type=int, default=3000)
    parser.add_argument("--processes", type=int, default=2)
    arguments = parser.parse_args()
    calibrate(arguments.model, arguments.lines, arguments.processes)
