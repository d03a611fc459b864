"""The three sample dossiers travel the machine's part of the path on real parts and come out right."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from config.catalogue import forms
from tests.laws.conftest import working
from tests.laws.house import House
from workers.pool import Pool

SAMPLES = Path(__file__).parents[2] / "samples"
LEAST_EXACT = 0.8  # of the fields; a change of models may move single ones, phone photos of small digits most


@pytest.mark.parametrize(
    ("file", "procedure"), [("khai-sinh.pdf", "khai-sinh"), ("cu-tru.zip", "cu-tru"), ("xay-dung.pdf", "xay-dung")]
)
async def test_a_sample_dossier_reaches_the_officer_with_its_fields(
    house: House, pool: Pool, file: str, procedure: str
) -> None:
    truth = json.loads((SAMPLES / file).with_suffix(".truth.json").read_text(encoding="utf-8"))
    async with working(house, pool):
        dossier = house.submit([(file, (SAMPLES / file).read_bytes())], procedure)
        await house.until([dossier.id])
    outcome = house.outcome(dossier.id)
    assert (outcome.step, outcome.state) == ("appraise", "waiting"), house.look(dossier.id).reason
    wanted = {
        (document["kind"], key): field["value"]
        for document in truth["documents"]
        for key, field in document.get("fields", {}).items()
    }
    kinds = {ordinal: kind for ordinal, (kind, *_) in enumerate(outcome.documents, 1)}
    found = {(kinds[n], key): value for n, key, value, *_ in outcome.fields}
    wrong = {name: (value, found.get(name)) for name, value in wanted.items() if value != found.get(name)}
    print(file, len(wanted), "fields", len(wrong), "differ:", wrong)
    assert len(wrong) <= (1 - LEAST_EXACT) * len(wanted), wrong
    known = {document["kind"] for document in truth["documents"]} & set(forms().by_id)
    assert [(kind, first, last) for kind, _, first, last, _ in outcome.documents if kind != "unknown"] == [
        (d["kind"], d["first_page"], d["last_page"]) for d in truth["documents"] if d["kind"] in known
    ]
