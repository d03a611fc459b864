"""Messages reach real receivers, signed; those that cannot are retried, then dead, then open to replay."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from sqlalchemy import select
from standardwebhooks.webhooks import Webhook

from config.settings import Queue, Webhooks
from dossiers.db import intake, outbox, people
from dossiers.db.engine import Db
from dossiers.db.intake import NewDossier, NewFile
from dossiers.db.tables import DossierRow
from dossiers.db.trust import OutboxRow
from dossiers.store import Stored
from hoso.embedded.instance import Instance
from tests.conftest import database_settings
from workers.courier import messages
from workers.courier.addresses import AddressRefused, is_public, resolve
from workers.courier.messages import wait_s
from workers.courier.sending import Failed, send

ROOT = Path(__file__).parents[3]
Answer = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def receiver(answer: Answer) -> Iterator[tuple[str, list[tuple[dict[str, str], bytes]]]]:
    """A client's web server; what it received."""
    received: list[tuple[dict[str, str], bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            received.append((dict(self.headers), body))
            answer(self)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/hoso?x=1", received
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def status(code: int, **headers: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(code)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


@pytest.fixture
def db(postgres_server: Instance, own_database: str) -> Iterator[Db]:
    """A database of the test's own with the rights of a worker."""
    opened = Db.open(database_settings(postgres_server, "worker", own_database), "tests")
    yield opened
    opened.close()


@pytest.fixture
def queue_for(postgres_server: Instance, own_database: str) -> Iterator[Callable[[str], tuple[uuid.UUID, str]]]:
    """Puts a message for an address into the outbox; returns its id and the client's secret."""
    owner = Db.open(database_settings(postgres_server, "owner", own_database), "tests")

    def put(url: str) -> tuple[uuid.UUID, str]:
        with owner.transaction() as session:
            client = people.create_client(session, "T1", "Một cửa")
            stored = NewFile("a.pdf", Stored("k", "0" * 64, 1))
            new = NewDossier(uuid.uuid4(), "T1", client.id, "chung", [stored], "0" * 64, callback_url=url)
            dossier, _ = intake.accept(session, new, Queue())
            outbox.enqueue(session, dossier, "dossier.completed")
            session.flush()
            found = session.scalars(select(OutboxRow.id).where(OutboxRow.dossier_id == dossier.id)).one()
            return found, client.webhook_secret

    yield put
    owner.close()


def row_of(db: Db, message_id: uuid.UUID) -> OutboxRow:
    with db.transaction() as session:
        return session.get_one(OutboxRow, message_id)


def due_now(db: Db) -> None:
    with db.transaction() as session:
        for row in session.scalars(select(OutboxRow)):
            row.next_at = datetime.now(UTC) - timedelta(seconds=1)


def test_a_delivered_message_verifies_with_the_library_of_the_standard(
    db: Db, queue_for: Callable[[str], tuple[uuid.UUID, str]]
) -> None:
    with receiver(status(204)) as (url, received):
        message_id, secret = queue_for(url)
        with db.transaction() as session:
            (message,) = messages.take(session, 5, Webhooks())
        send(str(message.id), message.url, message.payload, message.secret, 5, True)
        with db.transaction() as session:
            messages.delivered(session, message)
    headers, body = received[0]
    content = Webhook(secret).verify(body, headers)
    assert (content["type"], content["data"]["step"]) == ("dossier.completed", "receive")
    assert headers["webhook-id"] == str(message_id)
    with pytest.raises(Exception, match="No matching signature"):
        Webhook(secret).verify(body.replace(b"completed", b"cancelled"), headers)
    assert row_of(db, message_id).delivered_at is not None
    with db.transaction() as session:
        assert messages.take(session, 5, Webhooks()) == []


def test_a_message_that_keeps_failing_is_dead_after_its_attempts_and_then_left_alone(
    db: Db, queue_for: Callable[[str], tuple[uuid.UUID, str]]
) -> None:
    limits = Webhooks(max_attempts=3, backoff_s=5)
    message_id, _ = queue_for("http://127.0.0.1:1/")
    for attempt in (1, 2, 3):
        due_now(db)
        with db.transaction() as session:
            (message,) = messages.take(session, 5, limits)
        assert message.attempt == attempt
        with pytest.raises(Failed) as failure:
            send(str(message.id), message.url, message.payload, message.secret, 2, True)
        with db.transaction() as session:
            dead = messages.failed(session, message, failure.value.code, failure.value.final, limits)
        assert dead == (attempt == 3)
        row = row_of(db, message_id)
        assert (row.last_error, row.dead_at is not None) == ("connection", dead)
        if not dead:
            wait = (row.next_at - datetime.now(UTC)).total_seconds()
            assert 0.75 * 5 * 2 ** (attempt - 1) < wait < 1.25 * 5 * 2 ** (attempt - 1)
    due_now(db)
    with db.transaction() as session:
        assert messages.take(session, 5, limits) == []


def test_two_couriers_never_take_the_same_message_and_a_dead_ones_comes_back(
    db: Db, queue_for: Callable[[str], tuple[uuid.UUID, str]]
) -> None:
    for _ in range(4):
        queue_for("http://127.0.0.1:1/")
    with db.transaction() as one, db.transaction() as other:
        first, second = messages.take(one, 3, Webhooks()), messages.take(other, 3, Webhooks())
        assert len(first) == 3 and len(second) == 1
        assert not {m.id for m in first} & {m.id for m in second}
    due_now(db)  # its courier died: the time it had is over
    with db.transaction() as session:
        again = messages.take(session, 9, Webhooks())
        assert {m.attempt for m in again} == {2}
    with db.transaction() as session:
        messages.delivered(session, first[0])  # the dead one speaks after all: it is too late
    assert row_of(db, first[0].id).delivered_at is None


@pytest.mark.parametrize(
    ("answer", "code", "final"),
    [
        (status(503), "http.503", False),
        (status(302, Location="http://127.0.0.1/"), "redirect", False),
        (status(410), "http.410", True),
        (lambda handler: time.sleep(1.2), "timeout", False),
    ],
)
def test_what_a_receiver_may_answer(answer: Answer, code: str, final: bool) -> None:
    with receiver(answer) as (url, received):
        with pytest.raises(Failed) as failure:
            send("m", url, {}, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", 0.6, True)
        assert len(received) == 1, "redirects are not followed"
    assert failure.value.code in (code, "connection" if code == "timeout" else code)
    assert failure.value.final == final


def test_a_receiver_that_drips_cannot_hold_the_courier() -> None:
    def drip(handler: BaseHTTPRequestHandler) -> None:
        try:
            for byte in b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100:
                handler.wfile.write(bytes([byte]))
                handler.wfile.flush()
                time.sleep(0.05)
        except OSError:
            pass

    with receiver(drip) as (url, _):
        started = time.monotonic()
        with pytest.raises(Failed):
            send("m", url, {}, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", 0.5, True)
        assert time.monotonic() - started < 2


@pytest.mark.parametrize(
    "ip",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "::1", "fe80::1%eth0", "fd00::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "255.255.255.255",
    ],
)  # fmt: skip
def test_an_address_inside_is_refused_in_every_spelling(ip: str) -> None:
    assert not is_public(ip)
    host = f"[{ip.partition('%')[0]}]" if ":" in ip else ip
    with pytest.raises(AddressRefused):
        resolve(f"http://{host}/", allow_private=False)


def test_names_and_numbers_that_lead_inside_are_refused_and_never_connected_to() -> None:
    with receiver(status(200)) as (url, received):
        port = url.split(":")[2].split("/")[0]
        for host in ("localhost", "127.1", "2130706433", "0x7f000001"):
            with pytest.raises(Failed) as failure:
                send("m", f"http://{host}:{port}/", {}, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", 2, False)
            assert failure.value.code.startswith("address.")
    assert received == []
    for url in ("ftp://a.example/", "http://user@a.example/", "http:///x", "http://a.example:99999/"):
        with pytest.raises(AddressRefused):
            resolve(url, allow_private=True)


def test_a_public_address_is_let_through_and_pinned() -> None:
    target = resolve("https://93.184.216.34:8443/hook?a=b", allow_private=False)
    assert (target.ip, target.port, target.tls, target.path) == ("93.184.216.34", 8443, True, "/hook?a=b")


def test_waits_double_with_jitter_up_to_a_day() -> None:
    assert 0.8 * 5 <= wait_s(1, 5) <= 1.2 * 5
    assert 0.8 * 40 <= wait_s(4, 5) <= 1.2 * 40
    assert wait_s(40, 5) <= 1.2 * 86_400
    assert len({wait_s(3, 5) for _ in range(5)}) > 1


def test_the_process_delivers_what_a_replay_makes_due_and_stops_when_told(
    db: Db, queue_for: Callable[[str], tuple[uuid.UUID, str]], postgres_server: Instance, own_database: str,
    store: object, tmp_path: Path,
) -> None:  # fmt: skip
    """The real process: a dead message is replayed and arrives; SIGTERM ends it in order."""
    opened = threading.Event()
    with receiver(lambda handler: status(200 if opened.is_set() else 503)(handler)) as (url, received):
        message_id, _ = queue_for(url)
        environment = os.environ | {
            "HOSO_CONFIG": str(postgres_server.config_file("worker")),
            "HOSO_DATABASE__URL": database_settings(postgres_server, "worker", own_database).url,
            "HOSO_WEBHOOKS__ALLOW_PRIVATE": "true",
            "HOSO_WEBHOOKS__MAX_ATTEMPTS": "1",
        }
        log = tmp_path / "log"
        with log.open("wb") as out:
            process = subprocess.Popen(
                [sys.executable, "-m", "workers.courier"], cwd=ROOT, env=environment, stdout=out, stderr=out
            )
        try:
            _until(lambda: row_of(db, message_id).dead_at is not None, log)
            opened.set()
            with db.transaction() as session:  # as POST /v1/webhooks/messages/{id}/replay does
                row = session.get_one(OutboxRow, message_id)
                row.attempts, row.next_at, row.dead_at = 0, datetime.now(UTC), None
            _until(lambda: row_of(db, message_id).delivered_at is not None, log)
        finally:
            process.terminate()
            assert process.wait(15) == 0
    assert [headers["webhook-id"] for headers, _ in received] == [str(message_id)] * 2
    with db.transaction() as session:
        code = session.scalars(select(DossierRow.code)).one()
    assert code not in log.read_text() and '"event": "ready"' in log.read_text()


def _until(holds: Callable[[], bool], log: Path) -> None:
    limit = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < limit, log.read_text()
        time.sleep(0.1)
