"""A promotion in the middle of a stream: every page is read by one model, both have their pages, none is lost."""

from __future__ import annotations

import asyncio
import io
import json
import uuid
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from minio import Minio
from PIL import Image as Picture
from sqlalchemy import func, select

from dossiers.db import audit, models, shadow
from dossiers.db.model_tables import ModelVersionRow, ShadowReadingRow, ShadowRunRow
from dossiers.db.tables import FieldRow, PageRow, StageRunRow
from dossiers.store import ObjectStore
from models import lifecycle
from models.weights import Weights, registry
from tests.laws.conftest import working
from tests.laws.house import House
from tests.models.conftest import draw_page
from tests.models.versions import another_version
from workers.pool import Pool

SHIPPED = registry()["recogniser"].identity
BY = "operator:test"
SWAPPED = (",", ";")
UNSWAP = str.maketrans(",;", ";,")


def pages_file(seed: int, pages: int) -> tuple[str, bytes]:
    """A PDF of small pages of print, each different, without a text layer."""
    drawn = [draw_page(seed + number, lines=4).image[100:600, 150:1550, ::-1] for number in range(pages)]
    pictures = [Picture.fromarray(np.ascontiguousarray(image)) for image in drawn]
    out = io.BytesIO()
    pictures[0].save(out, "PDF", save_all=True, append_images=pictures[1:], resolution=200)
    return f"{seed}.pdf", out.getvalue()


@pytest.fixture(scope="module")
def second(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """It takes commas for semicolons: what it read can be told from what the shipped one read."""
    folder = tmp_path_factory.mktemp("second")
    return folder / another_version(folder, "0.9-second", swapped=SWAPPED).file


@pytest.fixture
def registered(house: House, store: ObjectStore, second: Path) -> Iterator[lifecycle.Known]:
    row = lifecycle.register(house.db, store, second, BY, card="# test")
    yield lifecycle.Known(lifecycle.weights_of(row), row)
    # The store is the session's: the next test registers the same bytes again.
    store.remove_weights(row.object_key)


def promote(house: House, store: ObjectStore, known: lifecycle.Known) -> None:
    lifecycle.promote(house.db, lifecycle.examine(house.db, store, known), BY, reason="test of the swap")


def pages_of(house: House, dossier_id: uuid.UUID) -> list[tuple[str, list[str]]]:
    """For each page in order: the one identity that its row and all its lines name, and the texts of its lines."""
    with house.db.transaction() as session:
        rows = session.scalars(select(PageRow).where(PageRow.dossier_id == dossier_id).order_by(PageRow.number)).all()
    found = []
    for row in rows:
        assert row.lines_key, f"page {row.number} was lost"
        lines = json.loads(house.store.get_artifact(row.lines_key))["lines"]
        assert len(lines) == row.line_count > 0
        assert {line["model"] for line in lines} == {row.model}, "one model reads a page from first line to last"
        assert row.detector == registry()["detector"].identity
        found.append((row.model, [line["text"] for line in lines]))
    return found


async def pages_read(house: House, dossier_id: uuid.UUID, at_least: int) -> None:
    for _ in range(1200):
        with house.db.transaction() as session:
            read = select(func.count()).where(PageRow.dossier_id == dossier_id, PageRow.lines_key.is_not(None))
            if (session.scalar(read) or 0) >= at_least:
                return
        await asyncio.sleep(0.02)
    raise AssertionError("no page was read")


async def test_promotion_and_rollback_in_a_stream_mix_no_page_and_lose_none(
    house: House, pool: Pool, store: ObjectStore, registered: lifecycle.Known
) -> None:
    async with working(house, pool):
        there = house.submit([pages_file(100, 24)])
        await pages_read(house, there.id, 4)
        promote(house, store, registered)
        await house.until([there.id])
        back = house.submit([pages_file(100, 24)])
        await pages_read(house, back.id, 4)
        with house.db.transaction() as session:
            assert models.rollback(session, "recogniser", BY).model == SHIPPED
        await house.until([back.id])
    first, second = pages_of(house, there.id), pages_of(house, back.id)
    assert len(first) == len(second) == 24
    for pages in (first, second):
        assert {model for model, _ in pages} == {SHIPPED, registered.identity}, "both had pages of the stream"
    # The same page twice: what is written beside each line is what really read it.
    assert [as_shipped(page) for page in first] == [as_shipped(page) for page in second]
    assert any(a[1] != b[1] for a, b in zip(first, second, strict=True)), "the two can be told apart"
    with house.db.transaction() as session:
        assert audit.verify(session).broken_at is None


def as_shipped(page: tuple[str, list[str]]) -> list[str]:
    """What the shipped model would have read, if the page's identity is true."""
    model, texts = page
    return texts if model == SHIPPED else [text.translate(UNSWAP) for text in texts]


async def test_a_page_waits_while_the_champion_in_the_store_is_damaged(
    house: House, pool: Pool, store: ObjectStore, second: Path, tmp_path: Path
) -> None:
    weights: Weights = another_version(tmp_path, "0.9-damaged")
    row = lifecycle.register(house.db, store, tmp_path / weights.file, BY)
    known = lifecycle.Known(lifecycle.weights_of(row), row)
    promote(house, store, known)
    spoil(house, row, (tmp_path / weights.file).read_bytes()[:1000])
    async with working(house, pool):
        dossier = house.submit([pages_file(300, 1)])
        for _ in range(600):
            if waiting := errors(house, dossier.id):
                break
            await asyncio.sleep(0.05)
        assert waiting == {("models.weights_unavailable", "read")}
        assert house.look(dossier.id).state == "processing", "the page is not at fault"
        assert lifecycle.examine(house.db, store, known).verdicts[0].gate == "sha256"
        assert not lifecycle.examine(house.db, store, known).verdicts[0].passed
        with house.db.transaction() as session:
            models.rollback(session, "recogniser", BY)
        await house.until([dossier.id])
    assert [model for model, _ in pages_of(house, dossier.id)] == [SHIPPED]


async def test_a_challenger_changes_nothing_and_what_it_read_otherwise_is_kept(
    house: House, pool: Pool, store: ObjectStore, tmp_path: Path
) -> None:
    worse = another_version(tmp_path, "0.9-worse", swapped=SWAPPED)
    row = lifecycle.register(house.db, store, tmp_path / worse.file, BY)
    known = lifecycle.Known(lifecycle.weights_of(row), row)
    async with working(house, pool):
        before = house.submit([pages_file(400, 2)])
        await house.until([before.id])
        run = lifecycle.start_shadow(house.db, known, 1.0, BY)
        beside = house.submit([pages_file(400, 2)])
        await house.until([beside.id])
        counted = await counts(house, run.id, 2)
        assert (counted.pages, counted.failed, counted.lines) == (2, 0, 8)
        assert house.outcome(before.id) == house.outcome(beside.id)
    assert [model for model, _ in pages_of(house, beside.id)] == [SHIPPED, SHIPPED]
    with house.db.transaction() as session:
        found = session.scalars(select(ShadowReadingRow)).all()
        assert len(found) == counted.differing > 0
        assert {(one.champion, one.challenger) for one in found} == {(SHIPPED, known.identity)}
        assert {one.dossier_id for one in found} == {beside.id}
        assert all(one.champion_text.translate(UNSWAP) == one.challenger_text for one in found)
        assert all(len(one.polygon) == 4 for one in found)
        fields = select(func.count()).where(FieldRow.dossier_id == beside.id, FieldRow.source == known.identity)
        assert session.scalar(fields) == 0


async def test_a_challenger_that_cannot_be_opened_fails_alone(
    house: House, pool: Pool, store: ObjectStore, tmp_path: Path
) -> None:
    broken = another_version(tmp_path, "0.9-broken", without="Ữ")
    row = lifecycle.register(house.db, store, tmp_path / broken.file, BY)
    run = lifecycle.start_shadow(house.db, lifecycle.Known(lifecycle.weights_of(row), row), 1.0, BY)
    async with working(house, pool):
        dossier = house.submit([pages_file(500, 2)])
        await house.until([dossier.id])
        counted = await counts(house, run.id, 2)
    assert (counted.failed, counted.pages) == (2, 0)
    assert [model for model, _ in pages_of(house, dossier.id)] == [SHIPPED, SHIPPED]
    assert errors(house, dossier.id) == set()
    with house.db.transaction() as session:
        shadow.end(session, "recogniser")


def spoil(house: House, row: ModelVersionRow, data: bytes) -> None:
    """Other bytes under the same key, as a fault of the store or somebody with its keys would leave them."""
    client: Minio = house.store._client
    bucket = house.settings.store.artifacts_bucket
    client.put_object(bucket_name=bucket, object_name=row.object_key, data=io.BytesIO(data), length=len(data))


def errors(house: House, dossier_id: uuid.UUID) -> set[tuple[str, str]]:
    """(error code, stage) of the dossier's runs that did not go well the last time."""
    with house.db.transaction() as session:
        runs = session.scalars(select(StageRunRow).where(StageRunRow.dossier_id == dossier_id)).all()
    return {(run.error_code, run.stage) for run in runs if run.error_code}


async def counts(house: House, run_id: int, pages: int) -> ShadowRunRow:
    """The run when so many pages were counted, whichever way."""
    for _ in range(1800):  # it is the nicest process of all, and tests beside it take the cores
        with house.db.transaction() as session:
            (run,) = [one for one in shadow.runs(session, "recogniser") if one.id == run_id]
        if run.pages + run.failed + run.skipped >= pages:
            return run
        await asyncio.sleep(0.1)
    raise AssertionError("the challenger was not counted")
