"""From a scan to fields with the real reader: the whole way that a page takes in the flow."""

from __future__ import annotations

import json
from pathlib import Path

from config.catalogue import forms
from config.settings import Settings
from dossiers.page import Line
from models.reader import Reader
from workers.formats import sniff
from workers.stages.prepare import prepare
from workers.stages.rasterise import rasterise
from workers.stages.understand import ReadPage, understand

SAMPLES = Path(__file__).parents[3] / "samples"
KIND = "to_khai_dang_ky_khai_sinh"


def test_the_scanned_birth_form_gives_its_fields_or_says_that_it_doubts() -> None:
    settings = Settings()
    reader = Reader.open(settings)
    scan = rasterise(SAMPLES / "khai-sinh.pdf", sniff.PDF, 0, settings.limits)
    image = prepare(scan.image, reader.orient).image
    polygons = reader.detect(image)
    texts = reader.recognise(reader.crop(image, polygons))
    lines = tuple(Line(text, polygon, sure) for polygon, (text, sure) in zip(polygons, texts, strict=True) if text)
    (document,) = understand([ReadPage(1, 1, lines, image.shape[1], image.shape[0])], forms()).documents

    truth = json.loads((SAMPLES / "khai-sinh.truth.json").read_text(encoding="utf-8"))["documents"][0]["fields"]
    read = {field.key: field for field in document.fields}
    assert document.kind == KIND
    assert read.keys() >= truth.keys()
    wrong = [key for key, field in truth.items() if read[key].value != field["value"]]
    assert len(wrong) <= 2, wrong  # the reader may slip; the fields are found
