"""The reading room's one door: a page image in, its lines with text, place and confidence out.

Guarantees that `read` equals its separate steps (`orient`, `detect`, `crop`, `recognise`) put together, that the
same page reads the same whatever was read before or beside it, and that polygons are in pixels of the image as
given even when it had to be turned. A reader that was opened may be called from several threads at once.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence

from config.settings import Settings
from dossiers.page import Line, PageReading, Polygon
from models.cropping import crop_lines
from models.engines import Hardware
from models.opened import OpenModels
from models.orientation.orienter import OnnxOrienter
from models.orientation.proof import best_turn
from models.orientation.turning import turn, untouched_polygon
from models.protocols import Detector, Image, Layout, Recogniser
from models.seals import without_seals
from models.weights import Weights, registry
from models.weights.places import Place, shipped

IN_DOUBT = 0.75
"""Below this chance the orienter is not believed alone (it answers 0.92 on a clear page and never more)."""


class Reader:
    """Reads with one set of weights; each engine is opened, and its weights checked, when it is first needed.

    `weights` by role, those that ship with Hoso unless told; `place` says where their files lie.
    """

    def __init__(
        self, hardware: Hardware, weights: Mapping[str, Weights] | None = None, place: Place = shipped
    ) -> None:
        self._weights = {**registry(), **(weights or {})}
        self._models = OpenModels(hardware, place)

    @classmethod
    def open(cls, settings: Settings, threads: int | None = None, calls: int = 1) -> Reader:
        """A reader with all engines opened; `threads` of one call (`pool.reader_threads` unless told), `calls` at once.

        With `pool.engine: paddleocr` it is PaddleOCR's pipeline. Raises `WeightsRejected`, `CharsetIncomplete` if an
        engine cannot be trusted, `EngineMissing`.
        """
        pool = settings.pool
        kind = cls
        if pool.engine == "paddleocr":
            from models.paddle.reader import PaddleReader

            kind = PaddleReader
        reader = kind(Hardware(threads or pool.reader_threads, pool.reader_gpus > 0, calls, pool.engine))
        _ = reader._orienter, reader._detector, reader._recogniser
        return reader

    @classmethod
    def orienter(cls, settings: Settings) -> Callable[[Image], int]:
        """Only `orient`, on one CPU thread; the other engines are opened when a page is first in doubt."""
        return cls(Hardware(threads=1)).orient

    @property
    def _orienter(self) -> OnnxOrienter:
        return self._models.orienter(self._weights["orienter"])

    @property
    def _detector(self) -> Detector:
        return self._models.detector(self._weights["detector"])

    @property
    def _recogniser(self) -> Recogniser:
        return self._models.recogniser(self._weights["recogniser"])

    @property
    def model(self) -> str:
        """`name@version` of the recogniser, recorded with every line."""
        return self._weights["recogniser"].identity

    @property
    def models(self) -> dict[str, str]:
        """`name@version` of each engine by role."""
        return {role: weights.identity for role, weights in self._weights.items()}

    def orient(self, image: Image) -> int:
        """Degrees clockwise (0, 90, 180, 270) that turn `image` upright."""
        chances = self._orienter.chances(image)
        turns = sorted(chances, key=lambda degrees: -chances[degrees])
        if chances[turns[0]] >= IN_DOUBT:
            return turns[0]
        return best_turn(image, turns, self._detector, self._recogniser)

    def detect(self, image: Image) -> list[Polygon]:
        """Line polygons of an upright page, in its pixels, in reading order."""
        return self._detector.detect(image)

    def layout(self, image: Image) -> Layout:
        """Lines of an upright page, in its pixels, in reading order, and the tables in which they stand."""
        return self._detector.layout(image)

    def crop(self, image: Image, polygons: Sequence[Polygon]) -> list[Image]:
        """The crops of the lines, upright."""
        return crop_lines(image, polygons)

    def bucket(self, crop: Image) -> int:
        """The width bucket of a crop; only crops of one bucket share a batch."""
        return self._recogniser.bucket(crop)

    def recognise(self, crops: Sequence[Image]) -> list[tuple[str, float]]:
        """(NFC text, confidence in 0..1) of each crop, in order."""
        return self._recogniser.recognise(crops)

    def read(self, image: Image) -> PageReading:
        """Everything on a page that came as it is: a scan or a photo, any way up. uint8 [h, w, 3] BGR."""
        started = time.perf_counter()
        height, width = image.shape[:2]
        rotation = self.orient(image)
        upright = without_seals(turn(image, rotation))  # once for both steps
        found = self.layout(upright)
        texts = self.recognise(self.crop(upright, found.polygons))
        lines = tuple(
            Line(text, untouched_polygon(polygon, rotation, width, height), confidence, self.model, cell)
            for polygon, cell, (text, confidence) in zip(found.polygons, found.cells, texts, strict=True)
            if text
        )
        return PageReading(lines, width, height, rotation, time.perf_counter() - started, found.tables)
