"""Lines of pages with their crops, for people to correct: what the recogniser saw, made of it, and how sure it was."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from config.settings import Settings
from dossiers.errors import InputError
from hoso.reading.pages import Page
from models.datasets.folder import LABELS, clean_text, encode
from models.datasets.labels import write_rows
from models.datasets.written import require_new
from models.protocols import Image
from models.reader import Reader
from workers.stages.prepare import prepare
from workers.stages.rasterise import rasterise


class NothingRead(InputError):
    """No page that could be opened has a line of text."""

    code = "data.nothing_read"
    vi = "Không đọc được dòng chữ nào. Hãy kiểm tra các trang có chữ và rõ nét, rồi chạy lại với các trang đó."
    en = "No line of text was read. Check that the pages hold text and are sharp, and run again with such pages."


@dataclass(frozen=True, slots=True)
class ReadCrop:
    """A crop, uint8 [h, w, 3] BGR, as the recogniser saw it, with its reading."""

    crop: Image
    text: str
    confidence: float
    model: str


class CropReader:
    """Reads pages into crops; opening it loads the models. A text layer is not looked at: the image is what is read."""

    def __init__(self, settings: Settings) -> None:
        self._limits = settings.limits
        self._reader = Reader.open(settings)

    def read(self, page: Page) -> Iterator[ReadCrop]:
        """The lines of a page in reading order. Raises `FileError` when it cannot be drawn."""
        ready = prepare(rasterise(page.path, page.media_type, page.index, self._limits).image, self._reader.orient)
        if ready.blank:
            return
        crops = self._reader.crop(ready.image, self._reader.detect(ready.image))
        for crop, (text, confidence) in zip(crops, self._reader.recognise(crops), strict=True):
            if text and crop.size:
                yield ReadCrop(crop, clean_text(text), confidence, self._reader.model)


def write_crops(lines: Sequence[ReadCrop], folder: Path, most: int) -> int:
    """Write `crops/NNNN.png` and `labels.tsv`, the most doubtful first, `most` of them (0: all); how many.

    `labels.tsv` has one line of text a row: a person corrects the second column and leaves the others.
    Raises `DataSetExists` when the folder holds something, `NothingRead` without a line.
    """
    require_new(folder)
    if not lines:
        raise NothingRead()
    chosen = sorted(lines, key=lambda line: line.confidence)[: most or None]
    folder.mkdir(parents=True, mode=0o700, exist_ok=True)
    (folder / "crops").mkdir()
    rows = []
    for number, line in enumerate(chosen, start=1):
        name = f"crops/{number:04d}.png"
        (folder / name).write_bytes(encode(line.crop))
        rows.append((name, line.text, f"{line.confidence:.3f}", line.text, line.model))
    (folder / LABELS).write_text(write_rows(rows), encoding="utf-8")
    return len(chosen)
