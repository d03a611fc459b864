"""For operators: documents, readiness, metrics, logs, and what the front must never load."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest

from api.app import create_app
from config.settings import Settings
from dossiers.db.engine import Db
from tests.api.conftest import changed, serving, submit
from workers.feeding import Load
from workers.status import Status

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    settings = Settings(database={"url": "postgresql+psycopg://nobody@127.0.0.1/none"})  # type: ignore[arg-type]
    return create_app(settings).openapi()


def _operations(document: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    methods = ("get", "post", "patch", "delete", "put")
    return [
        (f"{method} {path}", entry)
        for path, entries in document["paths"].items()
        for method, entry in entries.items()
        if method in methods
    ]


def test_the_documents_are_openapi_3_1_and_every_answer_and_body_has_an_example(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    operations = _operations(document)
    assert len({entry["operationId"] for _, entry in operations}) == len(operations) > 25
    schemas = document["components"]["schemas"]

    def has_example(content: dict[str, Any]) -> bool:
        schema = content.get("schema", {})
        name = schema.get("$ref", "").rsplit("/", 1)[-1]
        return bool("example" in content or content.get("examples") or schemas.get(name, {}).get("examples"))

    missing = []
    for name, entry in operations:
        assert entry.get("description"), name
        for status, answer in entry["responses"].items():
            for kind, content in answer.get("content", {}).items():
                if not has_example(content):
                    missing.append(f"{name} {status} {kind}")
        for kind, content in entry.get("requestBody", {}).get("content", {}).items():
            if not has_example(content):
                missing.append(f"{name} body {kind}")
    assert not missing


def test_every_reference_of_the_documents_leads_somewhere_and_examples_fit_their_schemas(
    document: dict[str, Any],
) -> None:
    text = json.dumps(document)
    for name in {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}:
        assert name in document["components"]["schemas"], name
    for name, schema in document["components"]["schemas"].items():
        jsonschema.Draft202012Validator.check_schema(schema)
        for example in schema.get("examples", []):
            whole = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
            jsonschema.Draft202012Validator(whole).validate(example)


def test_the_served_documents_load_nothing_from_elsewhere(address: str) -> None:
    page = httpx.get(f"{address}/docs").text
    assert "http://" not in page and "https://" not in page
    for path in ("/static/vendor/swagger-ui-bundle.js", "/static/vendor/swagger-ui.css", "/static/vendor/htmx.min.js"):
        assert path in page or "htmx" in path
        assert httpx.get(f"{address}{path}").status_code == 200
    codes = httpx.get(f"{address}/errors").text
    assert 'id="upload.stalled"' in codes and 'id="decision.four_eyes"' in codes


def test_the_front_loads_neither_ray_nor_models_nor_signer() -> None:
    program = (
        "import api.app, api.__main__, sys; "
        "bad = {'ray', 'torch', 'transformers', 'onnxruntime', 'pkcs11', 'models', 'workers', 'cv2'}; "
        "print(sorted(bad & {name.split('.')[0] for name in sys.modules}))"
    )
    out = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_readiness_names_the_part_that_is_away_and_health_does_not_care(address: str, api_settings: Settings) -> None:
    assert httpx.get(f"{address}/readyz").json()["status"] == "ok"
    away = changed(
        changed(api_settings, "store", endpoint="127.0.0.1:1"), "database", url="postgresql+psycopg://x@127.0.0.1:1/x"
    )
    with serving(away) as lonely:
        assert httpx.get(f"{lonely}/healthz").status_code == 200
        answer = httpx.get(f"{lonely}/readyz", timeout=30)
        assert answer.status_code == 503
        assert answer.json()["parts"] == {"database": "away", "schema": "away", "store": "away"}
        refused = httpx.get(f"{lonely}/v1/dossiers", headers={"X-API-Key": "hoso_x"})
        assert (refused.status_code, refused.json()["code"]) == (503, "unavailable.database")
        assert httpx.get(f"{lonely}/metrics").text.count("hoso_database_up 0.0") == 1


def test_metrics_name_routes_and_queue_but_no_dossier_and_no_person(http: httpx.Client, address: str) -> None:
    code = submit(http, "Nguyễn Văn A.pdf").json()["code"]
    http.get(f"/v1/dossiers/{code}")
    text = httpx.get(f"{address}/metrics").text
    assert 'hoso_http_requests_total{method="GET",route="/v1/dossiers/{code}",status="200"}' in text
    assert 'hoso_stage_runs{stage="ingest",state="pending"}' in text
    assert 'hoso_oldest_pending_seconds{stage="ingest"}' in text
    assert "hoso_accept_seconds_bucket" in text
    assert code not in text and "Nguyễn" not in text


def test_metrics_say_how_busy_the_readers_are(database: Db, address: str) -> None:
    with database.transaction() as session:
        Status("test:busy").write(session, 1, {}, {}, [Load(0.75, 0.5, 9, 120, 5.0), Load(0.25, 1.0, 0, 16, 5.0)])
    text = httpx.get(f"{address}/metrics").text
    assert 'hoso_reader_busy_ratio{reader="0",worker="test:busy"} 0.75' in text
    assert 'hoso_reader_batch_fill_ratio{reader="1",worker="test:busy"} 1.0' in text
    assert 'hoso_reader_waiting_lines{reader="0",worker="test:busy"} 9.0' in text


def test_logs_are_json_lines_without_names_and_addresses_of_dossiers(
    api_settings: Settings, instance: Any, tmp_path: Path, client: Any
) -> None:
    """The real process, as `hoso up` starts it."""
    port_file, log = tmp_path / "port", tmp_path / "log"
    environment = {"HOSO_CONFIG": str(instance.config_file("api")), "HOSO_API__PORT": "0", "PATH": "/usr/bin:/bin"}
    with log.open("wb") as out:
        command = [sys.executable, "-m", "api", "--port-file", str(port_file)]
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=subprocess.STDOUT)
        try:
            until = time.monotonic() + 20
            while not (port_file.is_file() and port_file.read_text()) and time.monotonic() < until:
                time.sleep(0.05)
            with httpx.Client(
                base_url=f"http://127.0.0.1:{port_file.read_text()}", headers={"X-API-Key": client.secret}
            ) as http:
                code = submit(http, "Nguyễn Văn A.pdf", reference="078201001234").json()["code"]
                http.get(f"/v1/dossiers/{code}", headers={"X-Request-Id": "theo-doi-1"})
                http.get("/v1/dossiers", params={"q": "078201001234"})
        finally:
            process.terminate()
            assert process.wait(15) in (0, -15)
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert any(line.get("trace_id") == "theo-doi-1" and line["route"] == "/v1/dossiers/{code}" for line in lines)
    for private in (code, "Nguyễn", "078201001234", client.secret):
        assert private not in log.read_text()


def test_an_unexpected_error_tells_the_sender_a_trace_id_and_nothing_else(
    http: httpx.Client, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    from api import views

    def broken(*_: object) -> None:
        raise RuntimeError("mật khẩu của Nguyễn Văn A")

    monkeypatch.setattr(views, "dossier_of", broken)
    answer = http.get("/v1/dossiers/X")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "Nguyễn" not in answer.text and answer.json()["trace_id"] == answer.headers["x-request-id"]
    assert "Nguyễn" not in capfd.readouterr().out
    logging.getLogger().info("done")


def test_a_stream_that_breaks_is_cut_and_its_message_is_written_nowhere(
    http: httpx.Client,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    from api.routes import events

    def broken(*_: object) -> None:
        raise RuntimeError("mật khẩu của Nguyễn Văn A")

    monkeypatch.setattr(events, "_after", broken)
    code = submit(http).json()["code"]
    with (
        http.stream("GET", f"/v1/dossiers/{code}/events") as stream,
        pytest.raises(httpx.RemoteProtocolError, match="peer closed connection"),
    ):
        assert stream.status_code == 200
        list(stream.iter_lines())
    written = "".join(capfd.readouterr())
    assert "request.crashed" in written and "RuntimeError" in written
    assert "Nguyễn" not in written + caplog.text
