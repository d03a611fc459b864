"""Jobs of one page: from its file to an image, from the image to an upright one, and the ends of reading."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import cv2
import numpy as np

from dossiers.dossier import Stage
from dossiers.errors import InputError
from dossiers.page import Line, PageReading, Polygon, reading_to_json
from models.cropping import crop_lines
from models.protocols import Layout
from models.seals import without_seals
from workers.formats.images import photo_dpi
from workers.jobs.tools import Image, Tools
from workers.stages.prepare import prepare
from workers.stages.rasterise import rasterise

JPEG_QUALITY = 90


@dataclass(frozen=True, slots=True)
class PageOrder:
    """Which page of which file. `parent` is set for members of a ZIP, which lie among the artifacts."""

    dossier_id: UUID
    object_key: str
    version_id: str
    sha256: str
    member: bool
    media_type: str
    index: int
    use_text_layer: bool
    raster_key: str = ""
    image_key: str = ""
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True)
class Rasterised:
    """The page as an image; `lines_key` when its text layer was good enough to be used."""

    raster_key: str
    width: int
    height: int
    dpi: float
    lines_key: str | None
    line_count: int


@dataclass(frozen=True, slots=True)
class Prepared:
    """The page upright. `image_key` is the raster's when nothing had to be changed; `dpi` is set when it changed."""

    image_key: str
    width: int
    height: int
    rotation: int
    skew: float
    blank: bool
    dpi: float | None


class ImageUndecodable(InputError):
    """The page's image cannot be decoded."""

    code = "page.undecodable"
    vi = "Không giải mã được hình ảnh của trang. Hãy quét hoặc chụp lại trang này."
    en = "The page's image cannot be decoded. Scan or photograph this page again."


def rasterise_page(tools: Tools, order: PageOrder) -> Rasterised:
    """File to page image, stored."""
    if order.member:
        path = tools.sources.artifact(order.object_key)
    else:
        path = tools.sources.original(order.object_key, order.version_id, order.sha256)
    page = rasterise(path, order.media_type, order.index, tools.settings.limits, with_text=order.use_text_layer)
    height, width = page.image.shape[:2]
    lines_key = None
    if order.use_text_layer and page.text_lines:
        lines_key = keep_lines(tools, order.dossier_id, PageReading(page.text_lines, width, height))
    return Rasterised(
        _keep_image(tools, order.dossier_id, Stage.RASTERISE, page.image),
        width,
        height,
        page.dpi,
        lines_key,
        len(page.text_lines or ()),
    )


def prepare_page(tools: Tools, order: PageOrder) -> Prepared:
    """Page image to upright page image, stored when anything had to be changed."""
    image = load_image(tools, order.raster_key)
    page = prepare(image, tools.orient)
    changed = page.image is not image
    key = _keep_image(tools, order.dossier_id, Stage.PREPARE, page.image) if changed else order.raster_key
    height, width = page.image.shape[:2]
    # The page cut out of a photo fills an A4 sheet, whatever the photo's own resolution said.
    dpi = photo_dpi(max(width, height)) if page.cropped else None
    return Prepared(key, width, height, page.rotation, page.skew_degrees, page.blank, dpi)


def load_image(tools: Tools, key: str) -> Image:
    """The BGR pixels of a stored image. Raises `ImageUndecodable`."""
    image = cv2.imdecode(np.frombuffer(tools.store.get_artifact(key), np.uint8), cv2.IMREAD_COLOR)
    if image is None:
        raise ImageUndecodable(key)
    return np.asarray(image, np.uint8)


def page_to_read(tools: Tools, key: str) -> Image:
    """A prepared page without its seals, taken off once for its layout and its crops. Raises `ImageUndecodable`."""
    return without_seals(load_image(tools, key))


def crop_page(_tools: Tools, image: Image, polygons: Sequence[Polygon]) -> list[Image]:
    """The crops of a page's lines, for the recogniser."""
    return crop_lines(image, polygons)


def keep_lines(tools: Tools, dossier_id: UUID, reading: PageReading) -> str:
    """Store a reading; its key."""
    data = json.dumps(reading_to_json(reading), ensure_ascii=False, separators=(",", ":")).encode()
    return tools.store.put_artifact(dossier_id, Stage.READ.value, data, "json", "application/json").key


def lines_of(found: Layout, texts: Sequence[tuple[str, float]], model: str) -> tuple[Line, ...]:
    """What was found and what was read of it; what came out empty is no line."""
    return tuple(
        Line(text, polygon, confidence, model, cell)
        for polygon, cell, (text, confidence) in zip(found.polygons, found.cells, texts, strict=True)
        if text.strip()
    )


def _keep_image(tools: Tools, dossier_id: UUID, stage: Stage, image: np.ndarray[Any, Any]) -> str:
    done, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    if not done:
        raise ImageUndecodable("encode")
    return tools.store.put_artifact(dossier_id, stage.value, data.tobytes(), "jpg", "image/jpeg").key
