"""A reader in a process of its own, so that its speed and its peak memory are its own: a fresh one for every suite,
because a runtime keeps what it once took (100 MiB after pages), and the peak of the next suite would count it.

The parent asks, the station answers; one question at a time. Errors of the house cross the pipe and are raised in the
parent; a station that dies is a `StationLost`.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

import cv2
import numpy as np

from dossiers.errors import HosoError, InputError
from dossiers.page import Line, Polygon
from models.engines import Hardware
from models.evaluation.contender import Contender
from models.protocols import Image
from models.reader import Reader

Matrix = tuple[tuple[float, float, float], tuple[float, float, float], tuple[float, float, float]]
Text = tuple[str, float]
_MARGIN = 0.12  # of a line's height, around its ink: about what the detector leaves


class Prepared(Protocol):
    """A page made ready: `image` as it is to be read, `matrix` from given to ready pixels."""

    @property
    def image(self) -> Image: ...
    @property
    def rotation(self) -> int: ...
    @property
    def matrix(self) -> Matrix: ...
    @property
    def blank(self) -> bool: ...


class Prepare(Protocol):
    """What the system does to a page before it is read. Defined in a module, because it crosses to other processes."""

    def __call__(self, image: Image, orient: Callable[[Image], int]) -> Prepared: ...


class StationLost(HosoError):
    """The process that was measuring a model ended; `detail` names the model."""

    code = "evaluation.station_lost"
    vi = "Tiến trình đo mô hình đã dừng đột ngột, có thể do thiếu bộ nhớ. Hãy giải phóng bộ nhớ rồi chạy lại."
    en = "The process that measured a model ended, perhaps for lack of memory. Free some memory and run again."


class ModelUnfit(InputError):
    """A model cannot do what its role asks; `detail` names it and the error that it made."""

    code = "evaluation.model_unfit"
    vi = "Mô hình không làm được việc của vai trò này. Hãy kiểm tra tệp và vai trò (nhận dạng, tìm dòng)."
    en = "The model cannot do what its role asks. Check the file and its role (recogniser, detector)."


@dataclass(frozen=True, slots=True)
class ReadPage:
    """`lines` with polygons in pixels of `image`, the page as it was read; `matrix` leads there from the given page."""

    lines: tuple[Line, ...]
    image: Image
    matrix: Matrix
    seconds: float


class Station:
    """A `with` block in which one contender can be asked to read."""

    def __init__(self, contender: Contender, hardware: Hardware, prepare: Prepare | None = None) -> None:
        self.contender = contender
        context = get_context("spawn")
        self._pipe, self._theirs = context.Pipe()
        arguments = (self._theirs, contender, hardware, prepare)
        self._process = context.Process(target=_serve, args=arguments, daemon=True)

    def __enter__(self) -> Station:
        self._process.start()
        self._theirs.close()  # so that the pipe ends when the station does
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._pipe.close()
        self._process.join(10)
        if self._process.is_alive():
            self._process.terminate()

    def recognise(self, crops: Sequence[Image]) -> tuple[list[Text], float]:
        """(text, confidence) of each crop, and the seconds that reading them took."""
        found: tuple[list[Text], float] = self._ask("recognise", list(crops))
        return found

    def read(self, image: Image) -> ReadPage:
        """A whole page: prepared, its lines found and read."""
        found: ReadPage = self._ask("read", image)
        return found

    def reread(self, places: Sequence[Sequence[Polygon]]) -> list[Text]:
        """What the recogniser makes of places on the page that was read last, given in pixels of the page as given:
        one text for each, its parts joined."""
        found: list[Text] = self._ask("reread", [list(place) for place in places])
        return found

    def peak_mib(self) -> float:
        """The most memory that the station's process ever held, runtime and model included."""
        return float(self._ask("peak", None))

    def _ask(self, verb: str, what: Any) -> Any:
        try:
            self._pipe.send((verb, what))
            answer = self._pipe.recv()
        except (EOFError, OSError) as error:
            raise StationLost(self.contender.model) from error
        if isinstance(answer, HosoError):
            raise answer
        return answer


def _serve(pipe: Connection, contender: Contender, hardware: Hardware, prepare: Prepare | None) -> None:
    """Answer questions until the parent hangs up."""
    desk: _Desk | None = None
    while True:
        try:
            verb, what = pipe.recv()
        except EOFError:
            return
        try:
            desk = desk or _Desk(contender.reader(hardware), prepare)
            pipe.send(getattr(desk, verb)(what))
        except HosoError as error:
            pipe.send(error)
        except Exception as error:  # whatever a file that is no such model makes the runtime say
            pipe.send(ModelUnfit(f"{contender.model}: {type(error).__name__}: {error}"))


class _Desk:
    """What a station can be asked."""

    def __init__(self, reader: Reader, prepare: Prepare | None) -> None:
        self._reader, self._prepare = reader, prepare
        self._last: tuple[Image, Matrix] | None = None

    def recognise(self, crops: list[Image]) -> tuple[list[Text], float]:
        begun = time.perf_counter()
        texts = self._reader.recognise(crops)
        return texts, time.perf_counter() - begun

    def read(self, image: Image) -> ReadPage:
        if self._prepare is None:
            raise ValueError("a station that reads pages needs to know how they are prepared")
        begun = time.perf_counter()
        ready = self._prepare(image, self._reader.orient)
        polygons = [] if ready.blank else self._reader.detect(ready.image)
        texts = self._reader.recognise(self._reader.crop(ready.image, polygons))
        lines = tuple(
            Line(text, polygon, chance, self._reader.model)
            for polygon, (text, chance) in zip(polygons, texts, strict=True)
            if text
        )
        seconds = time.perf_counter() - begun
        self._last = ready.image, ready.matrix
        return ReadPage(lines, ready.image, ready.matrix, seconds)

    def reread(self, places: list[list[Polygon]]) -> list[Text]:
        if self._last is None:
            raise ValueError("no page was read")
        image, matrix = self._last
        parts = [(number, grown(moved(polygon, matrix))) for number, place in enumerate(places) for polygon in place]
        texts = self._reader.recognise(self._reader.crop(image, [polygon for _, polygon in parts]))
        joined: list[Text] = [("", 1.0)] * len(places)
        for (number, _), (text, chance) in zip(parts, texts, strict=True):
            before, held = joined[number]
            joined[number] = f"{before} {text}".strip(), held * chance
        return joined

    def peak(self, _: None) -> float:
        return peak_mib()


def moved(polygon: Polygon, matrix: Matrix) -> Polygon:
    """The corners under a perspective map."""
    a, b, c, d = cv2.perspectiveTransform(np.array([polygon], np.float64), np.array(matrix))[0].tolist()
    return tuple(a), tuple(b), tuple(c), tuple(d)


def grown(polygon: Polygon) -> Polygon:
    """A little larger than the ink on every side."""
    a, b, c, d = np.array(polygon, np.float64)
    down = (d - a) * _MARGIN
    along = (b - a) / max(float(np.linalg.norm(b - a)), 1e-6) * float(np.linalg.norm(down))
    corners = (a - along - down, b + along - down, c + along + down, d - along + down)
    first, second, third, fourth = ((float(x), float(y)) for x, y in corners)
    return first, second, third, fourth


def peak_mib() -> float:
    """The peak of this process's resident memory. Linux's own mark is preferred: `ru_maxrss` of a fresh process still
    counts what its parent held when it was made."""
    try:
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    except OSError:
        pass
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
