"""A reader's memory does not grow with the pages it has read."""

from __future__ import annotations

import os
from pathlib import Path

import cv2
import numpy as np
import pytest

from config.settings import Settings
from models.reader import Reader
from models.synthesis.dossiers import make_dossier
from workers.actors import resident_mib
from workers.stages.rasterise import rasterise

PAGES = int(os.environ.get("HOSO_SOAK_PAGES", "400"))
WARM = PAGES // 5
MOST_MIB_A_PAGE = 0.1


@pytest.mark.soak
def test_a_reader_does_not_grow_with_the_pages_it_has_read(tmp_path: Path) -> None:
    settings = Settings()
    ((name, data),) = make_dossier("khai-sinh", 77, pages=4).files
    path = tmp_path / name
    path.write_bytes(data)
    pages = [rasterise(path, "application/pdf", index, settings.limits).image for index in range(4)]
    reader, held = Reader.open(settings), list[int]()
    for number in range(PAGES):
        # Different sizes, as real pages have: caches by shape would show here.
        scale = 0.8 + 0.05 * (number % 5)
        reader.read(np.asarray(cv2.resize(pages[number % 4], None, fx=scale, fy=scale), np.uint8))
        held.append(resident_mib())
    slope = float(np.polyfit(range(WARM, PAGES), held[WARM:], 1)[0])
    print(f"{PAGES} pages: {held[WARM]} MiB after {WARM}, {held[-1]} MiB at the end, slope {slope:.3f} MiB a page")
    assert slope < MOST_MIB_A_PAGE
