"""What officers corrected, as lines for a set: which lines count is decided first, crops are cut page by page after.

Guarantees that a crop is cut as the reader cuts it (seals of the page cleared), that one line of a page comes once
(what an officer wrote for the line itself goes before what follows from a field), and that every correction is either a
line or counted under the reason why it is none.
"""

from __future__ import annotations

import json
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from config.catalogue import forms
from dossiers.db import data_sets
from dossiers.db.engine import Db
from dossiers.page import Box, Line, Polygon, reading_from_json
from dossiers.store import ObjectDamaged, ObjectStore
from dossiers.values.personal import identifying
from models.cropping import crop_lines
from models.datasets.fields import FieldCorrection, FieldSkipped, line_of_field
from models.datasets.folder import clean_text, fault_of
from models.datasets.pixels import decode
from models.datasets.written import NewLine
from models.protocols import Image

TEXT_LAYER = "text-layer"  # what pages say that were not read from an image


@dataclass(slots=True)
class Chosen:
    """A line that counts. `place` is its index in the reading."""

    dossier_id: uuid.UUID
    image_key: str
    place: int
    polygon: Polygon
    text: str
    read: str
    model: str
    source: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Gathering:
    """The lines that count, and why the other corrections do not."""

    lines: list[Chosen]
    skipped: Counter[str]

    @property
    def dossiers(self) -> dict[str, uuid.UUID]:
        """The dossiers behind the lines, by provenance."""
        return {data_sets.provenance_of(line.dossier_id): line.dossier_id for line in self.lines}


def gather(db: Db, store: ObjectStore, agency: str, since: datetime | None = None, *, mask: bool = False) -> Gathering:
    """What the agency's officers corrected since then; with `mask` without lines that hold identifying numbers."""
    with db.transaction() as session:
        lines = data_sets.corrected_lines(session, agency, since)
        fields = data_sets.corrected_fields(session, agency, since)
    skipped: Counter[str] = Counter()
    chosen: dict[tuple[str, int], Chosen] = {}
    for row, page in lines:
        chosen[str(page.lines_key), row.line] = Chosen(
            dossier_id=row.dossier_id,
            image_key=str(page.image_key),
            place=row.line,
            polygon=_polygon(row.polygon),
            text=row.after,
            read="",
            model=row.model or TEXT_LAYER,
            source="line",
            at=row.at,
        )
    readings = _readings(store, {key for key, _ in chosen} | {str(found.page.lines_key) for found in fields})
    for (key, place), line in chosen.items():
        line.read = readings[key][place].text
    for found in fields:
        _add_field(found, readings[str(found.page.lines_key)], chosen, skipped)
    return Gathering(_usable(list(chosen.values()), skipped, mask), skipped)


def _readings(store: ObjectStore, keys: set[str]) -> dict[str, tuple[Line, ...]]:
    return {key: reading_from_json(json.loads(store.get_artifact(key))).lines for key in sorted(keys)}


def _polygon(corners: list[list[float]]) -> Polygon:
    return cast(Polygon, tuple((float(x), float(y)) for x, y in corners))


def _add_field(
    found: data_sets.CorrectedField,
    lines: tuple[Line, ...],
    chosen: dict[tuple[str, int], Chosen],
    skipped: Counter[str],
) -> None:
    key, field = str(found.page.lines_key), found.field
    form = forms().get(found.document_kind)
    known = form.field(field.key) if form else None
    # What an earlier field changed in the line stays: the next one is looked for in the text as it is by now.
    earlier = {i: chosen[key, i] for i in range(len(lines)) if (key, i) in chosen and chosen[key, i].source == "field"}
    now = [Line(earlier[i].text, line.polygon, 1.0) if i in earlier else line for i, line in enumerate(lines)]
    try:
        if field.box is None:
            raise FieldSkipped("field without a place on the page")
        kind = known.type if known else "text"
        place, text = line_of_field(FieldCorrection(kind, field.raw, found.read, field.value, Box(*field.box)), now)
        if (key, place) in chosen and chosen[key, place].source == "line":
            raise FieldSkipped("field in a line that was corrected itself")
    except FieldSkipped as reason:
        skipped[reason.reason] += 1
        return
    line = lines[place]
    chosen[key, place] = Chosen(
        dossier_id=field.dossier_id,
        image_key=str(found.page.image_key),
        place=place,
        polygon=line.polygon,
        text=text,
        read=line.text,
        model=line.model or TEXT_LAYER,
        source="field",
        at=found.at,
    )


def _usable(lines: list[Chosen], skipped: Counter[str], mask: bool) -> list[Chosen]:
    usable = []
    for line in lines:
        line.text = clean_text(line.text)
        box = Box.of(line.polygon)
        if fault := fault_of(line.text):
            skipped[fault] += 1
        elif mask and (kinds := identifying(line.text) | identifying(line.read)):
            skipped["masked: " + ", ".join(sorted(kinds))] += 1
        elif box.width < 2 or box.height < 2:
            skipped["no place on the page"] += 1
        else:
            usable.append(line)
    return usable


def cut(store: ObjectStore, lines: list[Chosen]) -> Iterator[NewLine]:
    """The lines with their crops, page by page: one page image is held at a time."""
    by_page: dict[str, list[Chosen]] = defaultdict(list)
    for line in lines:
        by_page[line.image_key].append(line)
    for key, of_page in by_page.items():
        for line, crop in zip(of_page, crop_lines(_image(store, key), [one.polygon for one in of_page]), strict=True):
            yield NewLine(
                crop=crop,
                text=line.text,
                source=line.source,
                provenance=data_sets.provenance_of(line.dossier_id),
                model_read=line.model,
                before=line.read,
                at=line.at.date().isoformat(),
            )


def _image(store: ObjectStore, key: str) -> Image:
    image = decode(store.get_artifact(key))
    if image is None:
        raise ObjectDamaged(key)
    return image
