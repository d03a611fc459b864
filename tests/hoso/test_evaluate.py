"""`hoso evaluate` as a person runs it."""

from __future__ import annotations

from pathlib import Path

import cv2

from dossiers.db import models
from dossiers.db.engine import Db
from dossiers.store import ObjectStore
from hoso.embedded.errors import NotRunning
from hoso.embedded.instance import Instance
from models.evaluation.result import result_from_json
from models.synthesis.lines import sample_line
from models.weights import HERE, registry
from tests.conftest import database_settings
from tests.hoso.support import hoso, said
from tests.models.versions import another_version


def test_two_models_are_measured_side_by_side_and_reported(tmp_path: Path) -> None:
    file = HERE / registry()["recogniser"].file
    done = hoso(
        "evaluate", file, "--against", "recogniser", "--suite", "lines-hand", "--size", "4", "--threads", "1",
        "--out", tmp_path / "out", "--json",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    results = [result_from_json(held) for held in said(done)]
    assert [result.suite for result in results] == ["lines-hand", "lines-hand"]
    assert results[0].digest == results[1].digest
    assert results[0].sha256 == results[1].sha256
    assert results[0].beside(results[1]), "one machine, one runtime: their speeds compare"
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "no real handwriting was measured" in page
    assert (tmp_path / "out" / "results.json").is_file()


def test_a_person_is_told_that_handwriting_was_not_measured() -> None:
    done = hoso("evaluate", "--suite", "lines-hand", "--size", "2", "--threads", "1", lang="vi")
    assert done.returncode == 0, done.stderr
    assert "chưa đo chữ viết tay thật" in done.stdout


def test_what_would_lose_the_figures_is_said_before_anything_is_measured(tmp_path: Path) -> None:
    (tmp_path / "report").write_text("a file", encoding="utf-8")
    words = ("evaluate", "--suite", "lines-print", "--size", "100000", "--json")
    done = hoso(*words, "--out", tmp_path / "report")
    assert (done.returncode, said(done)["error"]["code"]) == (2, "evaluation.folder_unusable")
    done = hoso(*words, "--store", "--home", tmp_path / "nothing-runs")
    assert said(done)["error"]["code"] == NotRunning.code


def test_an_unknown_suite_names_those_there_are() -> None:
    done = hoso("evaluate", "--suite", "lines-nothing", "--json")
    assert done.returncode == 2
    assert said(done)["error"]["code"] == "evaluation.suite_unknown"
    assert "pages-phone" in said(done)["error"]["detail"]


def test_the_engine_that_is_configured_is_measured_and_named() -> None:
    words = ("evaluate", "--suite", "lines-print", "--size", "2", "--threads", "1", "--json")
    done = hoso(*words, env={"HOSO_POOL__ENGINE": "onnxruntime"})
    assert done.returncode == 0, done.stderr
    assert said(done)[0]["engine"] == "onnxruntime"


def test_an_engine_that_is_configured_and_not_installed_is_not_replaced_by_another(tmp_path: Path) -> None:
    (tmp_path / "paddleocr.py").write_text("raise ImportError('as if it were not installed')", encoding="utf-8")
    env = {"HOSO_POOL__ENGINE": "paddleocr", "PYTHONPATH": str(tmp_path)}
    done = hoso("evaluate", "--suite", "lines-print", "--size", "2", "--json", env=env)
    assert done.returncode != 0
    assert said(done)["error"]["code"] == "models.engine_missing"


def test_results_of_a_registered_model_are_kept_for_its_promotion(
    postgres_server: Instance, own_database: str, store: ObjectStore, tmp_path: Path
) -> None:
    url = database_settings(postgres_server, "owner", own_database).url
    env = postgres_server.environment("owner") | {"HOSO_DATABASE__URL": url}
    ours = another_version(tmp_path, "9.1", swapped=("ế", "ề"))
    registered = hoso("models", "register", tmp_path / ours.file, env=env)
    assert registered.returncode == 0, registered.stdout + registered.stderr
    mine = tmp_path / "mine"
    mine.mkdir()
    rows = []
    for number in range(20):
        image, text = sample_line(6, number, strength=0.0, by_hand=0.0)
        cv2.imwrite(str(mine / f"{number}.png"), image)
        rows.append(f"{number}.png\t{text}\n")
    (mine / "labels.tsv").write_text("".join(rows), encoding="utf-8")
    taken = hoso("data", "import", mine, "own", "--permission", "drawn for tests", env=env)
    assert taken.returncode == 0, taken.stdout + taken.stderr
    done = hoso(
        "evaluate", ours.identity, "--against", "shipped", "--suite", "set:own@v1", "--size", "4", "--threads", "1",
        "--store", "--json", env=env,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    results = [result_from_json(held) for held in said(done)]
    assert [result.model for result in results] == [ours.identity, registry()["recogniser"].identity]
    assert {result.suite for result in results} == {"set:own@v1"}, "as the gates of a promotion ask for it"
    db = Db.open(database_settings(postgres_server, "owner", own_database), "test")
    try:
        with db.transaction() as session:
            for result in results:
                assert [result_from_json(held) for held in models.evaluations(session, result.sha256)] == [result]
    finally:
        db.close()
