"""Uploads: what is accepted is whole and durable, what is refused leaves nothing."""

from __future__ import annotations

import hashlib
import json
import socket
import threading
import time
import unicodedata
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from sqlalchemy import func, select

from config.settings import Settings
from dossiers.db.engine import Db
from dossiers.db.people import NewClient
from dossiers.db.tables import DossierRow, StageRunRow
from dossiers.store import ObjectStore
from tests.api.conftest import PDF, changed, new_client, originals, serving, submit

MIB = 1024 * 1024


def test_a_dossier_is_accepted_and_its_originals_are_what_was_sent(
    http: httpx.Client, store: ObjectStore, database: Db, tmp_path: Path
) -> None:
    content = {"Tờ khai.pdf": PDF * 3, "Ảnh.jpg": bytes(range(256)) * 50_000}  # the second is 12.8 MB: several parts
    files = [("files", (name, data)) for name, data in content.items()]
    data = {"procedure": "khai-sinh", "reference": "MC-1", "priority": "3"}
    answer = http.post("/v1/dossiers", files=files, data=data)
    assert answer.status_code == 202
    receipt = answer.json()
    assert answer.headers["location"] == f"/v1/dossiers/{receipt['code']}"
    assert int(answer.headers["retry-after"]) > 0
    with database.transaction() as session:
        row = session.scalars(select(DossierRow).where(DossierRow.code == receipt["code"])).one()
        assert (row.priority, row.reference, row.due_at is not None) == (3, "MC-1", True)
        assert session.scalars(select(StageRunRow.stage).where(StageRunRow.dossier_id == row.id)).all() == ["ingest"]
        kept = {file.name: file for file in row.files}
    assert list(kept) == list(content)
    for name, data in content.items():
        assert kept[name].sha256 == hashlib.sha256(data).hexdigest()
        store.fetch_original(kept[name].object_key, kept[name].version_id, kept[name].sha256, tmp_path / "got")
        assert (tmp_path / "got").read_bytes() == data
    shown = http.get(answer.headers["location"]).json()
    assert [file["name"] for file in shown["files"]] == list(content)
    assert (shown["step"], shown["state"]) == ("receive", "processing")


def test_names_come_out_composed_and_without_folders(http: httpx.Client) -> None:
    decomposed = unicodedata.normalize("NFD", "Đơn đề nghị.pdf")
    names = [f["name"] for f in submit(http, decomposed, "../../etc/passwd", "C:\\quét\\trang 1.pdf").json()["files"]]
    assert names == ["Đơn đề nghị.pdf", "passwd", "trang 1.pdf"]


@pytest.fixture
def small(api_settings: Settings) -> Iterator[str]:
    limits = {"upload_bytes": 2 * MIB, "stalled_upload_s": 0.6, "uploads_at_once": 1, "files_per_dossier": 3}
    with serving(changed(api_settings, "limits", **limits)) as served:
        yield served


def _head(client: NewClient, length: str) -> bytes:
    lines = [
        "POST /v1/dossiers HTTP/1.1",
        "Host: hoso",
        f"X-API-Key: {client.secret}",
        "Content-Type: multipart/form-data; boundary=x",
        length,
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


_PART = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.pdf"\r\n\r\n'


def _answer(connection: socket.socket) -> tuple[int, dict[str, object]]:
    connection.settimeout(10)
    received = b""
    while chunk := connection.recv(65536):
        received += chunk
        head, _, body = received.partition(b"\r\n\r\n")
        lengths = [line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")]
        if lengths and len(body) >= int(lengths[0].split(b":")[1]):
            break
    return int(received.split(b" ", 2)[1]), json.loads(received.partition(b"\r\n\r\n")[2])


def _connect(address: str) -> socket.socket:
    parts = urlsplit(address)
    return socket.create_connection((parts.hostname, parts.port), timeout=10)


def test_an_upload_over_the_limit_is_413_and_leaves_nothing(small: str, client: NewClient, store: ObjectStore) -> None:
    before = originals(store)
    answer = httpx.post(
        f"{small}/v1/dossiers",
        files=[("files", ("big.bin", b"x" * 3 * MIB))],
        data={"procedure": "chung"},
        headers={"X-API-Key": client.secret},
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "upload.too_large")
    assert originals(store) == before


def test_a_chunked_upload_over_the_limit_is_413_and_the_files_before_it_are_removed(
    small: str, client: NewClient, store: ObjectStore
) -> None:
    before = originals(store)

    def body() -> Iterator[bytes]:
        yield _PART + PDF + b"\r\n"  # a whole small file first
        yield _PART
        for _ in range(24):
            yield b"y" * (MIB // 8)

    headers = {"X-API-Key": client.secret, "Content-Type": "multipart/form-data; boundary=x"}
    answer = httpx.post(f"{small}/v1/dossiers", content=body(), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "upload.too_large")
    assert originals(store) == before


def test_a_stalled_upload_is_408_and_leaves_nothing(small: str, client: NewClient, store: ObjectStore) -> None:
    before = originals(store)
    with _connect(small) as connection:
        connection.sendall(_head(client, "Content-Length: 100000") + _PART + PDF + b"\r\n" + _PART + b"half of it")
        status, problem = _answer(connection)
    assert (status, problem["code"], problem["retryable"]) == (408, "upload.stalled", True)
    assert originals(store) == before


def test_an_upload_that_is_cut_off_leaves_nothing_and_frees_its_place(
    small: str, client: NewClient, store: ObjectStore, database: Db, agency: str
) -> None:
    before = originals(store)
    with _connect(small) as connection:
        connection.sendall(_head(client, "Content-Length: 100000") + _PART + PDF + b"\r\n" + _PART + b"half")
        time.sleep(0.2)
    until = time.monotonic() + 5
    while (answer := _small_upload(small, client)).status_code == 503 and time.monotonic() < until:
        time.sleep(0.1)
    assert answer.status_code == 202
    assert {key.split("/")[0] for key in originals(store) - before} == {_dossier_id(database, answer.json()["code"])}


def _small_upload(address: str, client: NewClient) -> httpx.Response:
    with httpx.Client(base_url=address, headers={"X-API-Key": client.secret}) as http:
        return submit(http)


def _dossier_id(database: Db, code: str) -> str:
    with database.transaction() as session:
        return str(session.scalars(select(DossierRow.id).where(DossierRow.code == code)).one())


def test_one_upload_too_many_is_503_at_once_with_retry_after(small: str, client: NewClient) -> None:
    with _connect(small) as connection:
        connection.sendall(_head(client, "Content-Length: 100000") + _PART + b"slow")
        time.sleep(0.2)
        answer = _small_upload(small, client)
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable.uploads")
    assert int(answer.headers["retry-after"]) > 0


def test_too_many_files_and_no_files_are_refused(small: str, client: NewClient, store: ObjectStore) -> None:
    before = originals(store)
    with httpx.Client(base_url=small, headers={"X-API-Key": client.secret}) as http:
        assert submit(http, "1.pdf", "2.pdf", "3.pdf", "4.pdf").json()["code"] == "upload.too_many_files"
        empty = http.post("/v1/dossiers", data={"procedure": "chung"}, files={"procedure": (None, "chung")})
        assert (empty.status_code, empty.json()["code"]) == (422, "upload.no_files")
    assert originals(store) == before


@pytest.mark.parametrize(
    ("content_type", "body", "code"),
    [
        ("multipart/form-data", b"--x", "upload.broken"),
        ("multipart/form-data; boundary=x", b"this is not multipart", "upload.broken"),
        ("multipart/form-data; boundary=x", _PART + b"never ended", "upload.broken"),
        ("application/pdf", PDF, "media_type.unsupported"),
        ("application/json", b"{", "input.invalid"),
        ("application/json", b'{"procedure": "chung"}', "upload.no_files"),
        ("application/json", b'{"procedure": "khong-co"}', "input.invalid"),
        ("application/json", b'{"procedure": "chung", "surprise": 1}', "input.invalid"),
        ("application/json", b'{"procedure": "chung", "callback_url": "ftp://x"}', "input.invalid"),
    ],
)
def test_a_malformed_request_is_a_clear_problem(http: httpx.Client, content_type: str, body: bytes, code: str) -> None:
    answer = http.post("/v1/dossiers", content=body, headers={"Content-Type": content_type})
    problem = answer.json()
    assert (answer.headers["content-type"], problem["code"]) == ("application/problem+json", code)
    assert 400 <= answer.status_code < 500 and problem["vi"] and problem["en"]
    assert problem["trace_id"] == answer.headers["x-request-id"]


def test_the_same_key_and_body_is_the_same_dossier_and_another_body_is_409(
    http: httpx.Client, store: ObjectStore
) -> None:
    first = submit(http, "don.pdf", key="k1", reference="A")
    before = originals(store)
    again = submit(http, "don.pdf", key="k1", reference="A")
    assert (again.status_code, again.json()["code"]) == (202, first.json()["code"])
    assert again.headers["idempotency-replayed"] == "true"
    for other in (submit(http, "khac.pdf", key="k1", reference="A"), submit(http, "don.pdf", key="k1", reference="B")):
        assert (other.status_code, other.json()["code"]) == (409, "idempotency.conflict")
    assert originals(store) == before, "the files of repeated and refused requests are removed"


def test_the_same_key_at_the_same_time_makes_one_dossier(
    http: httpx.Client, database: Db, agency: str, store: ObjectStore
) -> None:
    start = threading.Barrier(6)

    def send(_: int) -> str:
        start.wait()
        answer = submit(http, "don.pdf", key="race")
        assert answer.status_code == 202, answer.text
        return str(answer.json()["code"])

    with ThreadPoolExecutor(6) as threads:
        codes = set(threads.map(send, range(6)))
    assert len(codes) == 1
    with database.transaction() as session:
        count = select(func.count()).select_from(DossierRow).where(DossierRow.agency == agency)
        assert session.scalar(count) == 1


def test_one_key_of_two_clients_is_two_dossiers(http: httpx.Client, address: str, database: Db, agency: str) -> None:
    other = new_client(database, agency)
    with httpx.Client(base_url=address, headers={"X-API-Key": other.secret}) as second:
        assert submit(http, key="k").json()["code"] != submit(second, key="k").json()["code"]


def test_a_large_file_goes_straight_to_the_store_and_its_id_into_one_dossier(
    http: httpx.Client, address: str, database: Db, agency: str
) -> None:
    upload = http.post("/v1/uploads", json={"name": "Bản vẽ.pdf"}).json()
    order = {"procedure": "chung", "uploads": [upload["id"]]}
    early = http.post("/v1/dossiers", json=order)
    assert (early.status_code, early.json()["code"]) == (409, "upload.unusable")
    data = PDF * 1000
    httpx.put(upload["url"], content=data).raise_for_status()
    stranger = new_client(database, agency)
    with httpx.Client(base_url=address, headers={"X-API-Key": stranger.secret}) as other:
        assert other.post("/v1/dossiers", json=order).json()["code"] == "upload.unusable"
    answer = http.post("/v1/dossiers", json=order, headers={"Idempotency-Key": "up"})
    assert answer.status_code == 202
    assert answer.json()["files"] == [
        {"name": "Bản vẽ.pdf", "sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
    ]
    again = http.post("/v1/dossiers", json=order, headers={"Idempotency-Key": "up"})
    assert again.json()["code"] == answer.json()["code"]
    assert http.post("/v1/dossiers", json=order).json()["code"] == "upload.unusable", "one upload, one dossier"


def test_memory_stays_bounded_while_the_store_is_slower_than_the_sender() -> None:
    import asyncio

    from api.pipe import LIMIT, Pipe

    async def go() -> tuple[int, int]:
        pipe, fed, most = Pipe(asyncio.get_running_loop()), 0, 0

        def reader() -> int:
            total = 0
            while chunk := pipe.read(64 * 1024):
                total += len(chunk)
                time.sleep(0.0005)
            return total

        task = asyncio.get_running_loop().run_in_executor(None, reader)
        for _ in range(256):
            await pipe.feed(b"z" * 65536)
            fed += 65536
            most = max(most, pipe._waiting)
        pipe.end()
        assert await task == fed
        return fed, most

    fed, most = asyncio.run(go())
    assert fed > 4 * LIMIT
    assert most <= LIMIT + 65536
