"""What is on a page: its size, its turn, its lines. Pixels are those of the page image *as given*.

A polygon is four (x, y) corners in pixels, clockwise from the corner that is top-left when the text is
upright. Text is always Unicode NFC.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

Point = tuple[float, float]
Polygon = tuple[Point, Point, Point, Point]


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a ruled table. `table` is its place in `PageReading.tables`, `row` and `column` are those of its upper
    left corner on the upright page; all count from 0. A merged cell takes several rows or columns of the grid."""

    table: int
    row: int
    column: int
    row_span: int = 1
    column_span: int = 1


@dataclass(frozen=True, slots=True)
class Table:
    """A ruled table: so many rows and columns has the grid that its rules make."""

    rows: int
    columns: int


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line. `confidence` is in 0..1; `model` is `name@version` of the recogniser that read it; `cell` is
    where it stands when that is in a table."""

    text: str
    polygon: Polygon
    confidence: float
    model: str = ""
    cell: Cell | None = None


@dataclass(frozen=True, slots=True)
class Box:
    """An upright rectangle on an image, in pixels: left, top, right, bottom."""

    left: float
    top: float
    right: float
    bottom: float

    @classmethod
    def of(cls, polygon: Polygon) -> Box:
        """The smallest upright rectangle that holds `polygon`."""
        xs, ys = [x for x, _ in polygon], [y for _, y in polygon]
        return cls(min(xs), min(ys), max(xs), max(ys))

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    def union(self, other: Box) -> Box:
        """The smallest rectangle that holds both."""
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )


@dataclass(frozen=True, slots=True)
class PageReading:
    """The lines of one page in reading order, and the ruled tables in which some of them stand.

    `width`, `height`: pixels of the page image as given. `rotation`: how many degrees clockwise (0, 90, 180,
    270) the image must be turned to stand upright. `seconds`: time spent reading, all models together.
    """

    lines: tuple[Line, ...]
    width: int
    height: int
    rotation: int = 0
    seconds: float = 0.0
    tables: tuple[Table, ...] = ()


def reading_to_json(reading: PageReading) -> dict[str, Any]:
    """The one JSON form of a reading: what is stored, what the API sends and what `hoso read` writes."""
    return {
        "lines": [
            {
                "text": line.text,
                "polygon": [[round(x, 1), round(y, 1)] for x, y in line.polygon],
                "confidence": round(line.confidence, 4),
                "model": line.model,
                **({"cell": asdict(line.cell)} if line.cell else {}),
            }
            for line in reading.lines
        ],
        "tables": [asdict(table) for table in reading.tables],
        "width": reading.width,
        "height": reading.height,
        "rotation": reading.rotation,
        "seconds": round(reading.seconds, 3),
    }


def reading_from_json(data: dict[str, Any]) -> PageReading:
    """The inverse of `reading_to_json` (coordinates to a tenth of a pixel); a reading of a time when tables were not
    stated has none, and keys that a later time has added are left."""
    lines = []
    for line in data["lines"]:
        a, b, c, d = ((float(x), float(y)) for x, y in line["polygon"])
        cell = _cell(at) if (at := line.get("cell")) else None
        lines.append(Line(line["text"], (a, b, c, d), float(line["confidence"]), line.get("model", ""), cell))
    tables = tuple(Table(table["rows"], table["columns"]) for table in data.get("tables") or ())
    return PageReading(tuple(lines), data["width"], data["height"], data["rotation"], data["seconds"], tables)


def _cell(at: dict[str, Any]) -> Cell:
    return Cell(at["table"], at["row"], at["column"], at["row_span"], at["column_span"])
