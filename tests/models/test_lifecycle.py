"""Versions on a real database and a real store: what enters, what may be put to use, and the way back."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import onnx
import pytest
from sqlalchemy import select

from dossiers.db import audit, models, shadow
from dossiers.db.engine import Db
from dossiers.db.model_tables import ModelVersionRow
from dossiers.db.trust import AuditRow
from dossiers.errors import NotFound
from dossiers.store import ObjectStore
from hoso.embedded.instance import Instance
from models import lifecycle
from models.charset import CHARSET
from models.evaluation.result import SuiteResult, result_to_json
from models.lifecycle import Known
from models.training.notes import write_notes
from models.weights import HERE, WeightsRejected, registry
from models.weights.places import WeightsUnavailable, stored
from tests.conftest import database_settings
from tests.models.test_promotion import result
from tests.models.versions import another_version

BY = "operator:test"
SHIPPED = registry()["recogniser"]


@pytest.fixture
def db(postgres_server: Instance, own_database: str) -> Iterator[Db]:
    opened = Db.open(database_settings(postgres_server, "owner", own_database), "test")
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("versions")
    made = {version: another_version(folder, version) for version in ("7.1", "7.2")}
    made["7.3"] = another_version(folder, "7.3", without="Ữ")
    made["7.4"] = another_version(folder, "7.4", mute="Ữ")
    return {version: folder / weights.file for version, weights in made.items()}


def registered(db: Db, store: ObjectStore, file: Path) -> Known:
    row = lifecycle.register(db, store, file, BY, card="# card")
    return Known(lifecycle.weights_of(row), row)


def measure(db: Db, known: Known, **more: object) -> None:
    with db.transaction() as session:
        made: SuiteResult = result(known.identity, sha256=known.weights.sha256, **more)
        models.keep_evaluation(session, result_to_json(made), BY)


def now(db: Db) -> str:
    with db.transaction() as session:
        return lifecycle.choose(session).recogniser.identity


def promote(db: Db, store: ObjectStore, known: Known, reason: str = "") -> None:
    lifecycle.promote(db, lifecycle.examine(db, store, known), BY, reason)


def test_without_a_promotion_the_shipped_weights_read(db: Db) -> None:
    with db.transaction() as session:
        chosen = lifecycle.choose(session)
    assert (chosen.recogniser, chosen.detector) == (SHIPPED, registry()["detector"])
    assert chosen.challenger is None


def notes_of(path: Path) -> dict[str, str]:
    return {entry.key: entry.value for entry in onnx.load(str(path)).metadata_props}


def test_a_registered_file_keeps_its_facts_and_is_found_by_every_name(
    db: Db, store: ObjectStore, files: dict[str, Path]
) -> None:
    known = registered(db, store, files["7.1"])
    with db.transaction() as session:
        for said in ("7.1", f"{SHIPPED.name}@7.1", known.weights.sha256[:10], str(known.row.id if known.row else "")):
            assert lifecycle.find(session, said).weights == known.weights
        assert lifecycle.find(session, "shipped").weights == SHIPPED
        assert lifecycle.find(session, SHIPPED.identity).weights == SHIPPED
        with pytest.raises(NotFound):
            lifecycle.find(session, "9.9")
        (row,) = models.versions(session, "recogniser")
        assert (row.card, row.created_by, row.facts["seed"]) == ("# card", BY, notes_of(files["7.1"])["seed"])
    with stored(store)(known.weights) as folder:
        assert (folder / known.weights.file).read_bytes() == files["7.1"].read_bytes()
    assert not folder.exists(), "nothing of it stays on disk"


def test_a_version_or_a_file_enters_once(db: Db, store: ObjectStore, files: dict[str, Path]) -> None:
    registered(db, store, files["7.1"])
    with pytest.raises(models.AlreadyRegistered):
        registered(db, store, files["7.1"])
    with pytest.raises(models.AlreadyRegistered):
        lifecycle.register(db, store, files["7.2"], BY, said={"version": "7.1"})
    with pytest.raises(models.AlreadyRegistered, match="ships"):
        lifecycle.register(db, store, HERE / SHIPPED.file, BY, said={"name": "other", "version": "1"})


def test_what_no_runtime_can_load_is_refused(db: Db, store: ObjectStore, tmp_path: Path) -> None:
    (tmp_path / "x.onnx").write_bytes(b"not a graph")
    with pytest.raises(WeightsRejected):
        registered(db, store, tmp_path / "x.onnx")


def test_a_detector_is_named_by_its_options_and_promoted_in_its_own_role(
    db: Db, store: ObjectStore, tmp_path: Path
) -> None:
    import onnx

    graph = onnx.load(str(HERE / registry()["detector"].file))
    del graph.metadata_props[:]  # as a file from elsewhere says nothing of itself
    entry = graph.metadata_props.add()
    entry.key, entry.value = "note", "another"
    onnx.save(graph, str(tmp_path / "det.onnx"))
    with pytest.raises(lifecycle.ModelFileInvalid, match="--role"):
        registered(db, store, tmp_path / "det.onnx")
    with pytest.raises(lifecycle.ModelFileInvalid, match="--name --version"):
        lifecycle.register(db, store, tmp_path / "det.onnx", BY, said={"role": "detector"})
    said = {"role": "detector", "name": "det", "version": "8"}
    row = lifecycle.register(db, store, tmp_path / "det.onnx", BY, said=said)
    promote(db, store, Known(lifecycle.weights_of(row), row), "test")
    with db.transaction() as session:
        chosen = lifecycle.choose(session)
    assert (chosen.detector.identity, chosen.recogniser) == ("det@8", SHIPPED)


def test_gates_hold_until_both_were_measured_and_then_open(db: Db, store: ObjectStore, files: dict[str, Path]) -> None:
    known = registered(db, store, files["7.1"])
    with pytest.raises(lifecycle.GatesNotPassed, match="suites"):
        promote(db, store, known)
    measure(db, Known(SHIPPED, None))
    with pytest.raises(lifecycle.GatesNotPassed, match="lines-print"):
        promote(db, store, known)
    measure(db, known, cer=0.02)
    with pytest.raises(lifecycle.GatesNotPassed, match="lines-print"):
        promote(db, store, known)
    measure(db, known, cer=0.009)  # the newest counts
    for each in (Known(SHIPPED, None), known):  # unless it is of a handful of lines
        measure(db, each, cer=0.5, digest="of three", lines=3)
    promote(db, store, known)
    assert now(db) == known.identity
    with pytest.raises(lifecycle.AlreadyChampion):
        promote(db, store, known)


def test_a_model_that_cannot_write_a_letter_is_not_promoted_even_by_force(
    db: Db, store: ObjectStore, files: dict[str, Path]
) -> None:
    known = registered(db, store, files["7.3"])
    measure(db, Known(SHIPPED, None))
    measure(db, known, cer=0.001)
    with pytest.raises(lifecycle.GatesNotPassed, match="charset"):
        promote(db, store, known, reason="it scores so well")
    assert now(db) == SHIPPED.identity


def test_a_model_whose_charset_has_a_letter_that_it_never_writes_is_not_promoted_even_by_force(
    db: Db, store: ObjectStore, files: dict[str, Path]
) -> None:
    known = registered(db, store, files["7.4"])
    measure(db, Known(SHIPPED, None))
    measure(db, known, cer=0.001)
    with pytest.raises(lifecycle.GatesNotPassed, match=r"^letters$"):
        promote(db, store, known, reason="it scores so well")
    refused = next(verdict for verdict in lifecycle.examine(db, store, known).verdicts if not verdict.passed)
    assert "never wrote Ữ where" in refused.en
    assert now(db) == SHIPPED.identity


def annotated(source: Path, file: Path, **notes: str) -> Path:
    """`source` with other notes in it, as `file`."""
    file.write_bytes(source.read_bytes())
    write_notes(file, notes)
    return file


def test_a_file_that_does_not_give_what_its_role_is_asked_for_is_not_registered(
    db: Db, store: ObjectStore, files: dict[str, Path], tmp_path: Path
) -> None:
    charset = json.loads(notes_of(files["7.1"])["charset"])
    longer = annotated(files["7.1"], tmp_path / "more.onnx", charset=json.dumps([*charset, "Ω"], ensure_ascii=False))
    with pytest.raises(lifecycle.ModelFileInvalid, match=f"{len(charset) + 2}.*this file.*{len(charset) + 1}"):
        registered(db, store, longer)
    with pytest.raises(lifecycle.ModelFileInvalid, match="narrowed: 9"):
        registered(db, store, annotated(files["7.1"], tmp_path / "wide.onnx", narrowed="9"))
    said = {"role": "detector", "name": "det", "version": "8"}
    flat = annotated(HERE / registry()["detector"].file, tmp_path / "flat.onnx", narrowed="0.1")
    with pytest.raises(lifecycle.ModelFileInvalid, match=r"narrowed: 0\.1"):
        lifecycle.register(db, store, flat, BY, said=said)
    orienter = HERE / registry()["orienter"].file
    for file in (orienter, files["7.1"]):
        with pytest.raises(lifecycle.ModelFileInvalid, match="detector"):
            lifecycle.register(db, store, file, BY, said=said)
    notes = {"charset": json.dumps(CHARSET, ensure_ascii=False), "name": "orienter", "version": "8"}
    with pytest.raises(lifecycle.ModelFileInvalid, match=r"no recogniser|a recogniser gives"):
        registered(db, store, annotated(orienter, tmp_path / "reads.onnx", **notes))
    with db.transaction() as session:
        assert not models.versions(session)


def test_what_was_registered_before_files_were_tried_is_refused_when_it_is_examined(db: Db, store: ObjectStore) -> None:
    orienter = registry()["orienter"]
    kept = store.put_weights("detector", (HERE / orienter.file).read_bytes())
    row = ModelVersionRow(
        role="detector", name="det", version="8", sha256=kept.sha256, object_key=kept.key, size=kept.size, card="",
        facts={}, created_by=BY,
    )  # fmt: skip
    with db.transaction() as session:
        models.add_version(session, row)
    with pytest.raises(lifecycle.ModelFileInvalid, match=r"det@8: .*detector"):
        promote(db, store, Known(lifecycle.weights_of(row), row), reason="hurry")
    store.remove_weights(kept.key)


@pytest.mark.parametrize("damage", ["truncated", "one bit", "gone"])
def test_a_tampered_object_is_not_promoted_even_by_force_and_never_opened(
    db: Db, store: ObjectStore, files: dict[str, Path], damage: str
) -> None:
    known = registered(db, store, files["7.2"])
    data = bytearray(files["7.2"].read_bytes())
    if damage == "gone":
        store.remove_weights(known.weights.key)
    else:
        data[len(data) // 2] ^= 1
        spoiled = bytes(data if damage == "one bit" else data[: len(data) // 2])
        bucket = store._settings.artifacts_bucket
        store._client.put_object(
            bucket_name=bucket, object_name=known.weights.key, data=io.BytesIO(spoiled), length=len(spoiled)
        )
    with pytest.raises(lifecycle.GatesNotPassed, match="sha256"):
        promote(db, store, known, reason="hurry")
    with pytest.raises(WeightsUnavailable, match=r"7\.2"), stored(store)(known.weights):
        raise AssertionError("it was opened")


def test_force_needs_a_reason_and_the_audit_log_keeps_it(db: Db, store: ObjectStore, files: dict[str, Path]) -> None:
    known = registered(db, store, files["7.1"])
    promote(db, store, known, reason="the scanner of district 3")
    with db.transaction() as session:
        (line,) = session.scalars(select(AuditRow).where(AuditRow.action == "model.promoted"))
        assert line.actor == BY
        assert line.data["past"] == ["suites"]
        assert line.data["why"] == "the scanner of district 3"
        assert (line.data["before"], line.data["model"]) == (SHIPPED.identity, known.identity)
        assert models.history(session, "recogniser")[0].reason == "the scanner of district 3"
        assert audit.verify(session).broken_at is None


def test_two_rollbacks_go_back_two_steps(db: Db, store: ObjectStore, files: dict[str, Path]) -> None:
    first, second = (registered(db, store, files[version]) for version in ("7.1", "7.2"))
    for known in (first, second):
        promote(db, store, known, "test")
    seen = [now(db)]
    for _ in range(2):
        with db.transaction() as session:
            models.rollback(session, "recogniser", BY)
        seen.append(now(db))
    assert seen == [second.identity, first.identity, SHIPPED.identity]
    with pytest.raises(models.NothingBefore), db.transaction() as session:
        models.rollback(session, "recogniser", BY)
    promote(db, store, second, "test")
    with db.transaction() as session:
        models.rollback(session, "recogniser", BY)
    assert now(db) == SHIPPED.identity


def test_a_verdict_on_another_champion_is_worth_nothing(db: Db, store: ObjectStore, files: dict[str, Path]) -> None:
    first, second = (registered(db, store, files[version]) for version in ("7.1", "7.2"))
    examined = lifecycle.examine(db, store, second)
    promote(db, store, first, "somebody was faster")
    with pytest.raises(models.ChampionMoved):
        lifecycle.promote(db, examined, BY, "test")
    assert now(db) == first.identity


def test_the_shipped_weights_can_be_promoted_again(db: Db, store: ObjectStore, files: dict[str, Path]) -> None:
    promote(db, store, registered(db, store, files["7.1"]), "test")
    promote(db, store, Known(SHIPPED, None), "the release brought a better one")
    assert now(db) == SHIPPED.identity


def test_a_promotion_ends_the_challenge_and_one_challenges_at_a_time(
    db: Db, store: ObjectStore, files: dict[str, Path]
) -> None:
    first, second = (registered(db, store, files[version]) for version in ("7.1", "7.2"))
    lifecycle.start_shadow(db, first, 0.1, BY)
    run = lifecycle.start_shadow(db, second, 0.2, BY)
    with db.transaction() as session:
        chosen = lifecycle.choose(session).challenger
        assert chosen is not None
        assert (chosen.run_id, chosen.weights, chosen.share) == (run.id, second.weights, 0.2)
    promote(db, store, first, "test")
    with db.transaction() as session:
        assert lifecycle.choose(session).challenger is None
        assert all(one.ended_at for one in shadow.runs(session, "recogniser"))
    with pytest.raises(lifecycle.ModelFileInvalid, match="champion"):
        lifecycle.start_shadow(db, first, 0.1, BY)


def test_a_small_measurement_of_both_hides_no_large_one(db: Db, store: ObjectStore, files: dict[str, Path]) -> None:
    known = registered(db, store, files["7.1"])
    measure(db, Known(SHIPPED, None), cer=0.002)
    measure(db, known, cer=0.1)
    for each in (Known(SHIPPED, None), known):
        measure(db, each, cer=0.1, digest="of 120", lines=120)
    with pytest.raises(lifecycle.GatesNotPassed, match=r"^lines-print$"):
        promote(db, store, known)


def test_results_of_before_runs_had_names_are_read_and_compared_but_not_in_speed(
    db: Db, store: ObjectStore, files: dict[str, Path]
) -> None:
    known = registered(db, store, files["7.1"])
    for each in (Known(SHIPPED, None), known):
        held = result_to_json(result(each.identity, sha256=each.weights.sha256))
        with db.transaction() as session:
            models.keep_evaluation(session, {k: v for k, v in held.items() if k not in ("items", "version", "run")}, BY)
    with pytest.raises(lifecycle.GatesNotPassed, match=r"^speed$"):
        promote(db, store, known)
    promote(db, store, known, reason="measured a year ago")


def test_only_results_of_the_same_edition_are_compared() -> None:
    ours = [result("x@2"), result("x@2", suite="pages-fax"), result("x@2", suite="real", digest="other")]
    theirs = [result(), result(suite="pages-fax"), result(suite="real")]
    assert [a.suite for a, _ in lifecycle.compare(ours, theirs)] == ["lines-print", "pages-fax"]
