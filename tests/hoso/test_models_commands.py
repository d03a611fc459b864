"""`hoso models` as an operator types it, against a real database and a real store: exit codes, JSON, what is said."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from dossiers.db import models
from dossiers.db.engine import Db
from dossiers.db.trust import AuditRow
from dossiers.store import ObjectStore
from hoso.embedded.instance import Instance
from models.evaluation.result import result_to_json
from models.weights import HERE, registry
from tests.conftest import database_settings
from tests.hoso.support import ROOT, said
from tests.models.test_promotion import result
from tests.models.versions import another_version

SHIPPED = registry()["recogniser"]
Hoso = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def db(postgres_server: Instance, own_database: str) -> Iterator[Db]:
    opened = Db.open(database_settings(postgres_server, "owner", own_database), "test")
    yield opened
    opened.close()


@pytest.fixture
def hoso(postgres_server: Instance, own_database: str, store: ObjectStore) -> Hoso:
    """Runs the command line as in production: `HOSO_CONFIG` names the settings."""
    url = database_settings(postgres_server, "owner", own_database).url
    env = {key: value for key, value in os.environ.items() if not key.startswith("HOSO_")}
    env |= postgres_server.environment("owner") | {"HOSO_DATABASE__URL": url, "PYTHONPATH": str(ROOT)}

    def run(*words: str | Path, lang: str = "en") -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", "from hoso.cli import main; main()", *map(str, words)]
        return subprocess.run(
            command, capture_output=True, text=True, timeout=120, env={**env, "HOSO_LANG": lang}, check=False
        )

    return run


def measured(db: Db, model: str, sha256: str, **more: object) -> None:
    with db.transaction() as session:
        models.keep_evaluation(session, result_to_json(result(model, sha256=sha256, **more)), "operator:test")


def champions(hoso: Hoso) -> list[str]:
    return [one["model"] for one in said(hoso("models", "list", "--json")) if one["champion"]]


def test_a_version_is_registered_measured_promoted_and_rolled_back(hoso: Hoso, db: Db, tmp_path: Path) -> None:
    weights = another_version(tmp_path, "5.0")
    (tmp_path / "card.md").write_text("# hoso-rec-vi 5.0\n\nTrained on nothing new.\n", encoding="utf-8")
    done = hoso("models", "register", tmp_path / weights.file, "--card", tmp_path / "card.md", "--json")
    assert said(done)["model"] == weights.identity
    assert hoso("models", "register", tmp_path / weights.file).returncode == 5

    held = hoso("models", "promote", "5.0", "--json")
    assert held.returncode == 5
    assert said(held)["promoted"] is False
    (gate,) = [gate for gate in said(held)["gates"] if not gate["passed"]]
    assert f"hoso evaluate {weights.identity} --against {SHIPPED.identity} --store" in gate["en"]
    assert champions(hoso) == [SHIPPED.identity, registry()["detector"].identity]

    measured(db, SHIPPED.identity, SHIPPED.sha256, cer=0.02)
    measured(db, weights.identity, weights.sha256, cer=0.01)
    measured(db, weights.identity, weights.sha256, cer=0.5, digest="of three", lines=3)
    assert [one["suites"] for one in said(hoso("models", "list", "--json")) if one["suites"]] == [["lines-print"]] * 2
    (row,) = said(hoso("models", "compare", "5.0", "shipped", "--json"))
    assert (row["suite"], row["better"]) == ("lines-print", weights.identity)
    with db.transaction() as session:
        lines = session.scalars(select(AuditRow).where(AuditRow.action == "model.measured")).all()
        assert [line.data["model"] for line in lines] == [SHIPPED.identity, weights.identity, weights.identity]
    shown = hoso("models", "show", "5.0").stdout
    assert "Trained on nothing new." in shown
    assert shown.count("lines-print") >= 2, "each edition"

    done = hoso("models", "promote", "5.0")
    assert done.returncode == 0, done.stdout + done.stderr
    assert champions(hoso) == [weights.identity, registry()["detector"].identity]
    assert said(hoso("models", "rollback", "--json"))["model"] == SHIPPED.identity
    assert champions(hoso)[0] == SHIPPED.identity
    assert hoso("models", "rollback").returncode == 5


def test_force_needs_a_reason_and_never_passes_a_charset(hoso: Hoso, db: Db, tmp_path: Path) -> None:
    lacking, whole = another_version(tmp_path, "5.1", without="Ữ"), another_version(tmp_path, "5.2")
    done = hoso("models", "register", tmp_path / lacking.file)
    assert done.returncode == 0
    assert "Ữ" in done.stdout
    assert hoso("models", "register", tmp_path / whole.file).returncode == 0
    assert hoso("models", "promote", "5.1", "--force").returncode == 2
    refused = hoso("models", "promote", "5.1", "--force", "--reason", "gấp", lang="vi")
    assert refused.returncode == 5
    assert "không viết được Ữ" in refused.stdout
    assert hoso("models", "promote", "5.2", "--force", "--reason", "gấp").returncode == 0
    assert champions(hoso)[0] == whole.identity
    with db.transaction() as session:
        (line,) = session.scalars(select(AuditRow).where(AuditRow.action == "model.promoted"))
        assert line.actor.startswith("operator:")
        assert (line.data["past"], line.data["why"]) == (["suites"], "gấp")


def test_neither_a_mute_letter_nor_a_file_of_another_role_is_put_to_use(hoso: Hoso, tmp_path: Path) -> None:
    mute = another_version(tmp_path, "5.4", mute="Ữ")
    assert hoso("models", "register", tmp_path / mute.file).returncode == 0
    refused = hoso("models", "promote", "5.4", "--force", "--reason", "gấp", lang="vi")
    assert refused.returncode == 5
    assert "không lần nào viết Ữ" in refused.stdout
    orienter = HERE / registry()["orienter"].file
    words = ("models", "register", orienter, "--role", "detector", "--name", "o", "--version", "1", "--json")
    assert (hoso(*words).returncode, said(hoso(*words))["error"]["code"]) == (2, "models.invalid")


def test_a_challenger_is_set_and_ended(hoso: Hoso, tmp_path: Path) -> None:
    weights = another_version(tmp_path, "5.3")
    assert hoso("models", "register", tmp_path / weights.file).returncode == 0
    started = said(hoso("models", "shadow", "5.3", "--share", "0.25", "--json"))
    assert (started["challenger"], started["champion"], started["share"]) == (weights.identity, SHIPPED.identity, 0.25)
    assert said(hoso("models", "shadow", "--off", "--json")) == {"ended": True}
    seen: dict[str, Any] = said(hoso("models", "disagreements", "--json"))
    assert seen["runs"][0]["ended_at"]
    assert "lines" not in seen, "lines are personal data and shown only when asked for"
    assert hoso("models", "shadow").returncode == 2


def test_names_that_fit_nothing_end_with_4_and_files_that_are_absent_with_2(hoso: Hoso, tmp_path: Path) -> None:
    assert hoso("models", "promote", "no-such@1").returncode == 4
    assert hoso("models", "register", tmp_path / "absent.onnx").returncode == 2
    assert hoso("models", "show", "shipped", "--role", "reader").returncode == 2
