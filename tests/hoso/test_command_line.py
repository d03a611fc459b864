"""The command line as people and scripts use it: exit codes, JSON, clear errors. Run as processes of their own."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from hoso.embedded import control, instance, state
from tests.hoso.support import ROOT, hoso, said

SAMPLE = ROOT / "samples" / "khai-sinh.pdf"


@pytest.fixture(scope="module")
def up() -> Iterator[Path]:
    """An instance whose front is up and whose workers are not."""
    home = Path(tempfile.mkdtemp(prefix="hoso-test-")).resolve()
    control.start(home, only=["api"])
    control.wait_up(home)
    yield home
    control.stop(home)
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="module")
def dossier(up: Path) -> str:
    """The code of a submitted dossier."""
    done = hoso("submit", SAMPLE, "--procedure", "khai-sinh", "--json", home=up)
    assert done.returncode == 0, done.stderr
    return str(said(done)["code"])


def test_help_names_the_exit_codes_in_both_languages() -> None:
    assert "3 a part is not available" in " ".join(hoso("--help").stdout.split())
    assert "Mã thoát" in hoso("--help", lang="vi").stdout
    assert "Mã thoát" in hoso("--lang", "vi", "--help").stdout


@pytest.mark.parametrize("command", [("show", "X"), ("submit", str(SAMPLE)), ("events", "X"), ("audit", "verify")])
def test_without_a_running_system_the_error_says_how_to_start_it(command: tuple[str, ...], tmp_path: Path) -> None:
    done = hoso(*command, home=tmp_path)
    assert done.returncode == 3
    assert "hoso up" in done.stderr


def test_errors_are_json_for_machines(tmp_path: Path) -> None:
    done = hoso("show", "X", "--json", home=tmp_path)
    assert done.returncode == 3
    assert said(done)["error"]["code"] == "instance.not_running"
    assert "hoso up" in said(done)["error"]["vi"]


def test_wrong_usage_and_missing_files_end_with_2(up: Path, tmp_path: Path) -> None:
    assert hoso("no-such-command").returncode == 2
    assert hoso("submit", tmp_path / "absent.pdf", home=up).returncode == 2
    (tmp_path / "empty").mkdir()
    assert hoso("submit", tmp_path / "empty", home=up).returncode == 2
    done = hoso("submit", SAMPLE, "--procedure", "no-such-procedure", home=up)
    assert done.returncode == 2
    assert "khai-sinh" in done.stderr  # the API's list of what there is


def test_a_dossier_is_accepted_shown_and_followed_while_workers_are_down(up: Path, dossier: str) -> None:
    view = said(hoso("show", dossier, "--json", home=up))
    assert (view["code"], view["state"], view["files"][0]["name"]) == (dossier, "processing", "khai-sinh.pdf")
    assert dossier in hoso("show", dossier, home=up).stdout
    events = [json.loads(line) for line in hoso("events", dossier, "--json", home=up).stdout.splitlines()]
    assert events[0]["kind"] == "dossier.accepted"


def test_an_unknown_dossier_ends_with_4(up: Path) -> None:
    done = hoso("show", "H49.01-20200101-00000000", "--json", home=up)
    assert (done.returncode, said(done)["error"]["code"]) == (4, "not_found")


def test_a_wrong_key_ends_with_6(up: Path, dossier: str, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("hoso_wrong")
    assert hoso("show", dossier, "--key-file", tmp_path / "key", home=up).returncode == 6


def test_cancelling_ends_the_dossier_and_retrying_it_is_a_conflict(up: Path) -> None:
    code = said(hoso("submit", SAMPLE, "--procedure", "khai-sinh", "--json", home=up))["code"]
    assert said(hoso("cancel", code, "--reason", "thử", "--json", home=up))["state"] == "cancelled"
    assert hoso("cancel", code, home=up).returncode == 0  # twice is no error
    assert hoso("retry", code, home=up).returncode == 5
    assert hoso("events", code, "--follow", home=up).stdout.count("dossier.moved") == 1  # and it ends by itself


def test_status_names_the_parts_and_ends_with_3_when_down(up: Path, tmp_path: Path) -> None:
    now = said(hoso("status", "--json", home=up))
    assert now["phase"] == "up"
    assert {"postgres", "store", "pki", "api"} <= set(now["parts"])
    assert now["front"]["status"] == "ok"
    assert hoso("status", home=tmp_path).returncode == 3


def test_up_on_a_running_instance_prints_the_addresses(up: Path) -> None:
    shown = said(hoso("up", "--json", home=up))
    assert shown["page"] == f"{instance.at(up).address}/"
    assert "canbo" in shown["officers"]


def test_down_when_nothing_runs_is_no_error(tmp_path: Path) -> None:
    done = hoso("down", "--json", home=tmp_path)
    assert (done.returncode, said(done)["stopped"]) == (0, False)


def test_operators_make_clients_and_officers_and_verify_the_audit_log(up: Path, dossier: str, tmp_path: Path) -> None:
    made = said(hoso("client", "create", "Một cửa thử", "--key-out", tmp_path / "key", "--json", home=up))
    assert made["webhook_secret"].startswith("whsec_")
    assert (tmp_path / "key").stat().st_mode & 0o077 == 0
    assert hoso("show", dossier, "--key-file", tmp_path / "key", home=up).returncode == 0

    assert hoso("client", "revoke", made["client_id"], home=up).returncode == 0
    assert hoso("show", dossier, "--key-file", tmp_path / "key", home=up).returncode == 6  # the key has ended
    assert hoso("client", "revoke", "00000000-0000-0000-0000-000000000000", home=up).returncode == 4

    (tmp_path / "password").write_text("mat-khau-thu")
    certificate = up / "pki" / "certs" / "canbo.crt"
    words = ["officer", "create", "nguoimoi", "--name", "Lê Thị Mới", "--position", "Công chức", "--role", "officer"]
    words += ["--certificate", str(certificate), "--password-file", str(tmp_path / "password")]
    assert hoso(*words, home=up).returncode == 0
    assert hoso(*words, home=up).returncode == 5  # the name is taken

    done = hoso("audit", "verify", "--json", home=up)
    assert done.returncode == 0
    assert said(done)["lines"] > 3


def test_forms_are_listed_without_a_system() -> None:
    listed = said(hoso("forms", "--json"))
    assert "to_khai_dang_ky_khai_sinh" in [form["id"] for form in listed["forms"]]
    assert "khai-sinh" in [procedure["code"] for procedure in listed["procedures"]]


def test_doctor_finds_everything_well_then_a_stopped_part_with_its_remedy(up: Path) -> None:
    done = hoso("doctor", "--json", home=up)
    health = {check["name"]: check["health"] for check in said(done)["checks"]}
    assert done.returncode == 0, done.stdout
    assert {health[name] for name in ("database", "object lock", "token", "timestamp authority", "audit")} == {"ok"}

    weights = ROOT / "models" / "weights"
    assert health["weights"] == "ok" and weights.is_dir()
    pid = state.read(up).parts["pki"].pid
    os.kill(pid, 19)  # SIGSTOP: it lives and does not answer
    try:
        done = hoso("doctor", "--json", home=up)
    finally:
        os.kill(pid, 18)
    checks = {check["name"]: check for check in said(done)["checks"]}
    assert done.returncode == 3
    assert checks["timestamp authority"]["health"] == "failed"
    assert "pki.log" in checks["timestamp authority"]["remedy"]
    assert checks["database"]["health"] == "ok"
