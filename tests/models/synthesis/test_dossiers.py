"""Dossiers are the files that people upload, the same for the same seed; the samples in the repository are such."""

from __future__ import annotations

import io
import json
import unicodedata
import zipfile
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from PIL import Image, ImageOps

from models.synthesis.dossiers import KINDS, Degradation, load_dossiers, make_dossier, samples
from models.synthesis.dossiers_truth import SyntheticDossier, to_json

SAMPLES = Path(__file__).parents[3] / "samples"
SEED = 7


@pytest.fixture(scope="module")
def made() -> dict[str, SyntheticDossier]:
    return {dossier.kind: dossier for dossier in samples(SEED)}


def images(content: bytes) -> list[np.ndarray]:
    """The pages of a PDF at 200 dpi or the pictures of a ZIP as shown, RGB."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            pictures = [Image.open(io.BytesIO(archive.read(name))) for name in archive.namelist()]
        return [np.asarray(ImageOps.exif_transpose(picture).convert("RGB")) for picture in pictures]
    with pypdfium2.PdfDocument(content) as document:
        return [np.asarray(page.render(scale=200 / 72).to_pil().convert("RGB")) for page in document]


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_gives_the_same_bytes(kind: str) -> None:
    one, two = (make_dossier(kind, 5, 1) for _ in range(2))
    assert one == two
    assert make_dossier(kind, 6, 1).files != one.files


@pytest.mark.parametrize("degradation", ["clean", "flatbed", "photocopy", "fax", "photo"])
def test_a_dossier_has_the_pages_asked_for(degradation: Degradation) -> None:
    dossier = make_dossier("khai-sinh", 2, 4, degradation)
    ((_, content),) = dossier.files
    shown = images(content)
    assert len(shown) == len(dossier.pages) == 4
    assert dossier.documents[-1].last_page == 4
    for image, page in zip(shown, dossier.pages, strict=True):
        height, width = image.shape[:2]
        if degradation != "fax":  # its pixels are not square: the PDF page shows them at 200 dpi
            assert abs(height - page.height) <= 1 and abs(width - page.width) <= 1


def test_twenty_dossiers_for_load_are_all_different() -> None:
    dossiers = list(load_dossiers(5, pages=1))
    assert len({dossier.files[0][1] for dossier in dossiers}) == 5
    assert {dossier.kind for dossier in dossiers} == set(KINDS)


def test_samples_in_the_repository_are_what_the_command_makes(made: dict[str, SyntheticDossier]) -> None:
    assert {path.name for path in SAMPLES.iterdir() if path.suffix in (".pdf", ".zip")} == {
        name for dossier in made.values() for name, _ in dossier.files
    }
    for kind, dossier in made.items():
        kept = json.loads((SAMPLES / f"{kind}.truth.json").read_text(encoding="utf-8"))
        fresh = json.loads(to_json(dossier))
        assert kept["documents"] == fresh["documents"] and kept["pages"] == fresh["pages"], kind
        ((name, content),) = dossier.files
        before, now = images((SAMPLES / name).read_bytes()), images(content)
        assert [image.shape for image in before] == [image.shape for image in now]
        for one, two in zip(before, now, strict=True):
            # Other library versions and processors may round a pixel otherwise; they may not move anything.
            assert np.abs(one.astype(int) - two.astype(int)).mean() < 1.0, name


def test_samples_are_small_enough_to_keep(made: dict[str, SyntheticDossier]) -> None:
    assert sum(len(content) for dossier in made.values() for _, content in dossier.files) < 8_000_000
    assert 9 <= sum(len(dossier.pages) for dossier in made.values()) <= 12


def test_the_zip_has_vietnamese_names_one_in_nfd_and_photos_with_exif(made: dict[str, SyntheticDossier]) -> None:
    with zipfile.ZipFile(io.BytesIO(made["cu-tru"].files[0][1])) as archive:
        names = archive.namelist()
        turns = [Image.open(io.BytesIO(archive.read(name))).getexif().get(0x0112) for name in names]
    assert [unicodedata.is_normalized("NFC", name) for name in names] == [True, False, True]
    assert all(" " in name and not name.isascii() for name in names)
    assert turns == [1, 1, 6]
    assert [page.rotation for page in made["cu-tru"].pages] == [0, 180, 0]


def test_only_the_last_page_of_the_mixed_pdf_has_text_and_it_is_the_truth(made: dict[str, SyntheticDossier]) -> None:
    dossier = made["xay-dung"]
    with pypdfium2.PdfDocument(dossier.files[0][1]) as document:
        texts = [page.get_textpage().get_text_range() for page in document]
    assert [bool(text.strip()) for text in texts] == [number in dossier.text_pages for number in range(1, 6)]
    read = sorted(texts[-1].split())
    assert read == sorted(word for line in dossier.pages[-1].lines for word in line.text.split())
    assert texts[-1] == unicodedata.normalize("NFC", texts[-1])


def test_papers_of_one_dossier_agree_with_each_other(made: dict[str, SyntheticDossier]) -> None:
    pages = made["xay-dung"].pages
    form = made["xay-dung"].documents[0].fields
    later = " ".join(line.text for page in pages[2:] for line in page.lines)
    for key in ("owner_name", "lot_no", "lot_area", "site"):
        assert form[key].field.raw in later, key
