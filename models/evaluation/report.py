"""An evaluation as a page that can be sent around: one HTML file with its figures and the pictures of the worst lines.

Guarantees that the file needs nothing else (no script, no network) and that all text in it is escaped. It may show
lines of whatever was measured: of real pages too, which is why it is only ever written where the user says.
"""

from __future__ import annotations

import base64
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import numpy as np
from jinja2 import Environment, PackageLoader
from markupsafe import Markup

from models.evaluation.calibration import reliability
from models.evaluation.diagram import reliability_svg
from models.evaluation.errors import alignment, wrong_in_tone_only
from models.evaluation.judging import Judged
from models.evaluation.report_words import WORDS
from models.evaluation.result import result_to_json
from models.evaluation.run import SuiteRun
from models.evaluation.suites import HAND

WORST = 12
Language = Literal["vi", "en"]


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text: `kind` is empty (right), `gone`, `wrong`, `tone` or `extra`."""

    text: str
    kind: str


def differences(truth: str, read: str) -> tuple[list[Piece], list[Piece]]:
    """The two texts cut where they differ: what was lost or taken for something else, and what was read instead."""
    left: list[Piece] = []
    right: list[Piece] = []
    for was, found in alignment(truth, read):
        if was == found:
            kinds = "", ""
        elif was and found:
            kinds = ("tone",) * 2 if wrong_in_tone_only(was, found) else ("wrong",) * 2
        else:
            kinds = "gone", "extra"
        for side, sign, kind in ((left, was, kinds[0]), (right, found, kinds[1])):
            if sign and side and side[-1].kind == kind:
                side[-1] = Piece(side[-1].text + sign, kind)
            elif sign:
                side.append(Piece(sign, kind))
    return left, right


def worst(judged: Sequence[Judged], most: int = WORST) -> list[Judged]:
    """Misread lines, those with the most edits first; of equal ones the surest first."""
    wrong = [each for each in judged if not each.score.exact]
    return sorted(wrong, key=lambda each: (-each.score.edits, -(each.score.confidence or 0.0)))[:most]


def write_report(runs: Sequence[SuiteRun], folder: Path, language: Language, command: str) -> None:
    """`folder/report.html` and `folder/results.json` (a list of `result_to_json`)."""
    folder.mkdir(parents=True, exist_ok=True)
    results = [result_to_json(run.result) for run in runs]
    (folder / "results.json").write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    (folder / "report.html").write_text(html(runs, language, command), encoding="utf-8")


def html(runs: Sequence[SuiteRun], language: Language, command: str) -> str:
    """The report in one language."""
    environment = Environment(loader=PackageLoader("models.evaluation", "."), autoescape=True, trim_blocks=True)
    words = {key: said[language == "en"] for key, said in WORDS.items()}
    suites: dict[str, list[dict[str, Any]]] = {}
    for run in runs:
        suites.setdefault(run.suite.name, []).append(_shown(run, words))
    first = {run.suite.name: run.suite for run in reversed(runs)}
    about = {name: suite.about_en if language == "en" else suite.about_vi for name, suite in first.items()}
    models = {run.result.model: run.result for run in runs}
    most = max((run.result.cer.high for run in runs), default=1.0) or 1.0
    return environment.get_template("report.html").render(
        words=words,
        language=language,
        suites=suites,
        about=about,
        models=models.values(),
        command=command,
        most=most,
        made=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        machine=f"{runs[0].result.machine}, {runs[0].result.engine}" if runs else "",
        hand=not suites.keys().isdisjoint(HAND),
    )


def _shown(run: SuiteRun, words: dict[str, str]) -> dict[str, Any]:
    read = [each.score for each in run.judged if each.score.confidence is not None]
    chances = np.array([score.confidence for score in read], dtype=np.float64)
    right = np.array([score.exact for score in read], dtype=np.bool_)
    diagram = reliability_svg(reliability(chances, right), words["confidence"], words["right"])
    causes = Counter(each.cause for each in run.judged if not each.score.exact and each.cause)
    lines = [
        {
            "score": each.score,
            "place": each.place,
            "cause": words.get(f"cause_{each.cause}", ""),
            "picture": base64.b64encode(each.picture).decode(),
            "sides": differences(each.score.truth, each.score.read),
        }
        for each in worst(run.judged)
    ]
    return {
        "result": run.result,
        "diagram": Markup(diagram),  # noqa: S704 - made of numbers and our own words
        "causes": [(words[f"cause_{cause}"], count) for cause, count in causes.most_common()],
        "lines": lines,
    }
