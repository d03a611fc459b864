"""Whole fictitious dossiers: the files that someone uploads, and the exact truth about them.

Guarantees: the same kind, seed, pages and degradation give the same bytes; all persons, numbers and addresses of
persons are invented; page numbers in the truth count all pages of all files in order, from 1, as the engine does.

`python -m models.synthesis.dossiers --out samples --seed 7` writes the three demo dossiers.
"""

from __future__ import annotations

import argparse
import random
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

from models.synthesis.degrade.page import Capture, clean, fax, flatbed, photocopy
from models.synthesis.degrade.photo import photo
from models.synthesis.dossiers_truth import SyntheticDossier, paper_truth, to_json
from models.synthesis.forms import birth, construction, residence
from models.synthesis.forms.case import Case, case
from models.synthesis.pages import Page, finish, official, supporting
from models.synthesis.pages.files import archive, jpeg, pdf
from models.synthesis.pages.layout import Sheet
from models.synthesis.pages.official_texts import dwelling_letter, plan_decision

Kind = Literal["khai-sinh", "cu-tru", "xay-dung", "chung"]  # the codes of config/procedures
Degradation = Literal["clean", "flatbed", "photocopy", "fax", "photo"]
Paper = Callable[[random.Random, Case], list[Sheet]]

KINDS: tuple[Kind, ...] = ("khai-sinh", "cu-tru", "xay-dung", "chung")
_DEVICES: dict[Degradation, Callable[[random.Random, Page], Capture]] = {
    "clean": clean, "flatbed": flatbed, "photocopy": photocopy, "fax": fax, "photo": photo,
}  # fmt: skip


def _decision(rng: random.Random, facts: Case) -> list[Sheet]:
    return official.official_document(rng, facts, plan_decision(rng, facts))


def _dwelling(rng: random.Random, facts: Case) -> list[Sheet]:
    return official.official_document(rng, facts, dwelling_letter(rng, facts))


_PAPERS: dict[Kind, tuple[Paper, ...]] = {
    "khai-sinh": (birth.birth_registration, supporting.birth_notice, supporting.agreement),
    "cu-tru": (residence.residence_change, supporting.consent, _dwelling),
    "xay-dung": (construction.construction_permit, _decision, supporting.floor_table),
    "chung": (official.official_document,),
}
_SCHEME: dict[Kind, str] = {"xay-dung": "2024"}


def _seeded(name: str) -> random.Random:
    return random.Random(name)  # noqa: S311 - repeatable on purpose, nothing secret


def compose(kind: Kind, rng: random.Random, facts: Case, pages: int | None = None) -> list[list[Sheet]]:
    """The papers of a dossier, each a list of sheets, the form first: each paper once, or exactly `pages` sheets (the
    last paper is cut, further supporting papers of the same case are added)."""
    papers: list[list[Sheet]] = []
    wanted = pages
    rest: tuple[Paper, ...] = _PAPERS[kind]
    while rest:
        for make in rest:
            sheets = make(rng, facts)
            if wanted is not None:
                sheets = sheets[:wanted]
                wanted -= len(sheets)
            if sheets:
                papers.append(sheets)
        rest = (_PAPERS[kind][1:] or _PAPERS[kind]) if wanted else ()
    return papers


def make_dossier(
    kind: Kind, seed: int, pages: int | None = None, degradation: Degradation = "flatbed"
) -> SyntheticDossier:
    """One dossier: a PDF of scans, or for `photo` a ZIP of JPEGs. `pages`: exactly so many, at least 1."""
    rng = _seeded(f"{kind}/{seed}/{degradation}")
    facts = case(rng, _SCHEME.get(kind, "2025"))
    papers = compose(kind, rng, facts, pages)
    captures = [[_DEVICES[degradation](rng, finish(sheet)) for sheet in sheets] for sheets in papers]
    if degradation == "photo":
        photos = [each for paper in captures for each in paper]
        entries = [(f"Ảnh {number:02d}.jpg", jpeg(each)) for number, each in enumerate(photos, 1)]
        files = ((f"{kind}-{seed}.zip", archive(entries)),)
    else:
        files = ((f"{kind}-{seed}.pdf", pdf([each for paper in captures for each in paper])),)
    truth = paper_truth([[each.truth for each in paper] for paper in captures])
    return SyntheticDossier(kind, seed, files, *truth)


def load_dossiers(count: int = 20, seed: int = 1, pages: int = 3) -> Iterator[SyntheticDossier]:
    """`count` different dossiers for load tests: kinds in turn, flatbed scans and every third one photos."""
    for number in range(count):
        degradation: Degradation = "photo" if number % 3 == 2 else "flatbed"
        yield make_dossier(KINDS[number % len(KINDS)], seed * 1000 + number, pages, degradation)


def birth_sample(seed: int) -> SyntheticDossier:
    """`khai-sinh.pdf`: birth registration form, hospital's notice, parents' agreement; a clean flatbed scan."""
    made = make_dossier("khai-sinh", seed)
    return made.named("khai-sinh", (("khai-sinh.pdf", made.files[0][1]),))


def residence_sample(seed: int) -> SyntheticDossier:
    """`cu-tru.zip`: phone photos of CT01, the owner's consent (upside down) and an official letter; Vietnamese file
    names with spaces, one of them in NFD; one photo is stored sideways with an EXIF orientation."""
    rng = _seeded(f"cu-tru/{seed}/sample")
    facts = case(rng)
    papers = compose("cu-tru", rng, facts, 3)
    names = (
        "01 Tờ khai thay đổi thông tin cư trú.jpg",
        "02 Văn bản đồng ý của chủ nhà.jpg",
        "03 Văn bản của Ủy ban nhân dân.jpg",
    )
    captures = [
        photo(rng, finish(sheets[0]), upside_down=number == 1, turned=number == 2)
        for number, sheets in enumerate(papers)
    ]
    entries = [
        (unicodedata.normalize("NFD" if number == 1 else "NFC", name), jpeg(each))
        for number, (name, each) in enumerate(zip(names, captures, strict=True))
    ]
    truth = paper_truth([[each.truth] for each in captures])
    return SyntheticDossier("cu-tru", seed, (("cu-tru.zip", archive(entries)),), *truth)


def construction_sample(seed: int) -> SyntheticDossier:
    """`xay-dung.pdf`: application (2 scans), decision (scans), a table of floor areas that is real text."""
    rng = _seeded(f"xay-dung/{seed}/sample")
    facts = case(rng, "2024")
    papers = compose("xay-dung", rng, facts)
    captures = [[flatbed(rng, finish(sheet)) for sheet in sheets] for sheets in papers[:-1]]
    table = papers[-1][0]
    content = pdf([*(each for paper in captures for each in paper), table])
    truths = [*([each.truth for each in paper] for paper in captures), [finish(table).truth]]
    last = sum(len(paper) for paper in truths)
    pages, documents = paper_truth(truths)
    return SyntheticDossier("xay-dung", seed, (("xay-dung.pdf", content),), pages, documents, text_pages=(last,))


def samples(seed: int) -> tuple[SyntheticDossier, ...]:
    """The three demo dossiers."""
    return birth_sample(seed), residence_sample(seed), construction_sample(seed)


def main() -> None:
    """Write the demo dossiers and `NAME.truth.json` beside each."""
    parser = argparse.ArgumentParser(description="Write the three demo dossiers and the truth about them.")
    parser.add_argument("--out", type=Path, default=Path("samples"), help="folder to write to (default: samples)")
    parser.add_argument("--seed", type=int, default=7, help="seed that decides everything (default: 7)")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    for dossier in samples(arguments.seed):
        for name, content in dossier.files:
            (arguments.out / name).write_bytes(content)
        (arguments.out / f"{dossier.kind}.truth.json").write_text(to_json(dossier), encoding="utf-8")


if __name__ == "__main__":
    main()
