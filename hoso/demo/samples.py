"""The three sample dossiers, what is truly on them, and how much of it was found."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dossiers.errors import NotFound

FOLDER = Path(__file__).parents[2] / "samples"
NAMES = ("khai-sinh", "cu-tru", "xay-dung")


class SamplesMissing(NotFound):
    """The samples lie beside the code in the repository, not in the installed package."""

    code = "demo.samples_missing"
    vi = "Không tìm thấy thư mục samples. Hãy chạy demo từ bản sao của kho mã nguồn."
    en = "The folder samples was not found. Run the demo from a clone of the repository."


@dataclass(frozen=True, slots=True)
class Sample:
    """A dossier to submit: its files, its procedure, and the truth about its papers."""

    name: str
    procedure: str
    files: tuple[Path, ...]
    documents: tuple[dict[str, Any], ...]


def load() -> tuple[Sample, ...]:
    """All samples. Raises `SamplesMissing`."""
    found = []
    for name in NAMES:
        try:
            truth = json.loads((FOLDER / f"{name}.truth.json").read_text(encoding="utf-8"))
        except OSError as error:
            raise SamplesMissing(str(FOLDER)) from error
        files = tuple(FOLDER / file["name"] for file in truth["files"])
        found.append(Sample(name, truth["procedure"], files, tuple(truth["documents"])))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Score:
    """`exact` of `expected` values came out letter for letter; papers: kind and page range both right."""

    expected: int
    exact: int
    papers: int
    papers_right: int


def score(sample: Sample, documents: list[dict[str, Any]], fields: list[dict[str, Any]]) -> Score:
    """What the API gave, against the truth. Values are compared in their normalised form, tones and all; those of a
    table cell by cell, however its cells and rows are set apart."""
    kinds = {(d["kind"], d["first_page"], d["last_page"]) for d in documents}
    ordinal_of = {(d["kind"], d["first_page"]): d["ordinal"] for d in documents}
    found = {(f["document"], f["key"]): _nfc(f["value"]) for f in fields}
    expected = exact = right = 0
    for document in sample.documents:
        right += _as_engine_knows_it(document) in kinds or _unknown(document) in kinds
        ordinal = ordinal_of.get((document["kind"], document["first_page"]), 0)
        for key, true in document["fields"].items():
            if true["value"]:
                expected += 1
                value = found.get((ordinal, key), "")
                exact += value == _nfc(true["value"]) or _cells(value) == _nfc(true["raw"])
    return Score(expected, exact, len(sample.documents), right)


def _cells(value: str) -> str:
    """A table's value (`cell; cell | cell; cell`, days as 2026-04-12) as the words that are printed in it."""
    return re.sub(r"(\d{4})-(\d{2})-(\d{2})", r"\3/\2/\1", value.replace("; ", " ").replace(" | ", " "))


def _as_engine_knows_it(document: dict[str, Any]) -> tuple[str, int, int]:
    return document["kind"], document["first_page"], document["last_page"]


def _unknown(document: dict[str, Any]) -> tuple[str, int, int]:
    """A paper that is no form of the catalogue is rightly called `unknown`."""
    from config.catalogue import forms

    known = forms().get(document["kind"]) is not None
    return "" if known else "unknown", document["first_page"], document["last_page"]


def _nfc(value: object) -> str:
    return unicodedata.normalize("NFC", value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
