"""Checks of a running instance: every part is asked, and what it promises is tried."""

from __future__ import annotations

import io
import json
import os
import secrets
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from minio.error import S3Error
from sqlalchemy import text

from dossiers.db import audit, migrate
from dossiers.db.engine import Db
from dossiers.store import ObjectStore
from hoso.cli.words import say
from hoso.client import Client
from hoso.doctor.check import Check, Finding, failed, ok, skipped, warning
from hoso.embedded import instance, plan, state
from hoso.embedded.instance import Instance

RESTART = say("run `hoso down` and `hoso up`", "chạy `hoso down` rồi `hoso up`")
FRESH_S = 30.0


def checks(home: Path) -> Iterator[tuple[str, Check, str]]:
    """(name, check, remedy if it breaks) of each."""
    now, at = state.read(home), instance.at(home)
    if not state.is_running(home):
        said = now.error or say("not running", "chưa chạy")
        yield "instance", lambda: skipped("instance", said, "hoso up"), "hoso up"
        return
    for part in plan.ALL:
        if part.name in now.parts:
            yield part.name, _part(home, part.name), f"{RESTART}; {at.logs / f'{part.name}.log'}"
    yield "database", lambda: database(at), f"{RESTART}; {at.logs / 'postgres.log'}"
    yield "object lock", lambda: object_lock(at), f"{RESTART}; {at.logs / 'store.log'}"
    yield "front", lambda: front(at), f"{RESTART}; {at.logs / 'api.log'}"
    yield "workers", lambda: workers(at), f"{RESTART}; {at.logs / 'dispatcher.log'}"
    yield "models", lambda: champions(at), "hoso models rollback"
    yield "token", lambda: token(at), f"{RESTART}; {at.logs / 'signer.log'}"
    yield "timestamp authority", lambda: timestamps(at), f"{RESTART}; {at.logs / 'pki.log'}"
    yield "audit", lambda: chain(at), say("keep everything as it is; ask security", "giữ nguyên hiện trạng")


def _part(home: Path, name: str) -> Check:
    def check() -> Finding:
        shown = state.read(home).parts[name]
        said = f"{shown.state}, pid {shown.pid}, {shown.restarts} {say('restarts', 'lần khởi động lại')}"
        log = home / "logs" / f"{name}.log"
        if shown.state != "up":
            remedy = say(f"it is being started again; see {log}", f"đang được khởi động lại; xem {log}")
            return failed(name, f"{said}; {say('last exit', 'mã thoát')} {shown.last_exit}", remedy)
        if shown.restarts >= 3:
            return warning(name, said, say(f"see why in {log}", f"xem nguyên nhân trong {log}"))
        return ok(name, said)

    return check


def database(at: Instance) -> Finding:
    db = Db.open(at.settings("owner").database, "doctor")
    try:
        if not migrate.present(db.engine):
            return failed("database", say("the schema is not the newest", "lược đồ chưa cập nhật"), RESTART)
        with db.transaction() as session:
            version = str(session.scalar(text("SHOW server_version")))
        return ok("database", f"PostgreSQL {version}, {say('schema present', 'lược đồ mới nhất')}")
    finally:
        db.close()


def object_lock(at: Instance) -> Finding:
    """Writes an original, locks it for a minute, and tries to remove that version: the store must refuse."""
    settings = at.settings("owner").store
    store = ObjectStore(settings)
    store.ensure_buckets()
    put = store.put_original(f"probe/{secrets.token_hex(8)}", io.BytesIO(b"doctor"))
    store.lock_original(put.key, put.version_id, datetime.now(UTC) + timedelta(seconds=60))
    try:
        store._client.remove_object(settings.originals_bucket, put.key, version_id=put.version_id)
    except S3Error:
        return ok("object lock", say("a locked original cannot be removed", "bản gốc bị khóa không xóa được"))
    return failed("object lock", say("a locked original was removed", "bản gốc bị khóa vẫn xóa được"), RESTART)


def front(at: Instance) -> Finding:
    if "api" not in state.read(at.home).parts:
        return skipped("front", say("not started", "không khởi động"))
    with Client(at.address, timeout_s=10) as client:
        ready = client.ready()
    if ready["status"] != "ok":
        return failed("front", json.dumps(ready["parts"]), RESTART)
    return ok("front", f"{at.address} {', '.join(ready['parts'])}")


def workers(at: Instance) -> Finding:
    """Ray and its actors are the dispatcher's; its heartbeat says that they answer."""
    if "dispatcher" not in state.read(at.home).parts:
        return skipped("workers", say("not started", "không khởi động"))
    db = Db.open(at.settings("worker").database, "doctor")
    try:
        with db.transaction() as session:
            query = (
                "SELECT owner, held, extract(epoch FROM now() - seen_at), models FROM workers "
                "WHERE kind = 'dispatcher' ORDER BY seen_at DESC LIMIT 1"
            )
            row = session.execute(text(query)).first()
    finally:
        db.close()
    if row is None or row[2] > FRESH_S:
        age = say("no heartbeat", "không có nhịp") if row is None else f"{row[2]:.0f} s"
        return failed("workers", age, RESTART)
    held = f"{row[1]} {say('runs held', 'việc đang giữ')}"
    reads = f"{say('reads with', 'đọc bằng')} {', '.join(row[3].values())}"
    return ok("workers", f"{row[0]}: {say('heartbeat', 'nhịp')} {row[2]:.0f} s, {held}, {reads}")


def champions(at: Instance) -> Finding:
    """The weight files of the champions are there and are the registered ones, in the installation or in the store."""
    from models import lifecycle
    from models.weights.places import stored

    settings = at.settings("owner")
    db = Db.open(settings.database, "doctor")
    try:
        with db.transaction() as session:
            chosen = lifecycle.choose(session)
    finally:
        db.close()
    for weights in (chosen.recogniser, chosen.detector):
        with stored(ObjectStore(settings.store))(weights) as folder:
            weights.path(folder)  # raises, as the fetch does, when it is another file
    return ok("models", ", ".join(chosen.identities.values()))


def token(at: Instance) -> Finding:
    """The signer's own self-test, in a process of its own: keys stay in the token, and fit their certificates."""
    env = {**os.environ, **at.environment("signer")}
    done = subprocess.run(
        [sys.executable, "-m", "hoso.doctor.token"], capture_output=True, text=True, timeout=60, env=env, cwd=at.run
    )
    said = done.stdout.strip().splitlines()[-1] if done.stdout.strip() else done.stderr.strip()[-200:]
    if done.returncode != 0:
        return failed("token", said, say(f"see {at.logs / 'signer.log'}", f"xem {at.logs / 'signer.log'}"))
    bad = {key: status for key, status in json.loads(said).items() if status != "good"}
    if bad:
        return failed("token", json.dumps(bad), say("is the PKI up, the certificate revoked?", "PKI chạy chưa?"))
    return ok("token", f"{say('keys inside, certificates good by OCSP', 'khóa trong token, chứng thư hợp lệ')}: {said}")


def timestamps(at: Instance) -> Finding:
    """Asks for a timestamp over a random hash (RFC 3161); the answer must be granted and carry that hash."""
    from asn1crypto import algos, tsp

    digest = secrets.token_bytes(32)
    imprint = tsp.MessageImprint(
        {"hash_algorithm": algos.DigestAlgorithm({"algorithm": "sha256"}), "hashed_message": digest}
    )
    query = tsp.TimeStampReq({"version": "v1", "message_imprint": imprint, "cert_req": True})
    request = urllib.request.Request(  # noqa: S310 - the instance's own authority
        at.settings("signer").signing.timestamp_url,
        data=query.dump(),
        headers={"Content-Type": "application/timestamp-query"},
    )
    with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310
        answer = tsp.TimeStampResp.load(response.read())
    status = answer["status"]["status"].native
    if status != "granted":
        return failed("timestamp authority", str(status), RESTART)
    info = answer["time_stamp_token"]["content"]["encap_content_info"]["content"].parsed
    if info["message_imprint"]["hashed_message"].native != digest:
        return failed("timestamp authority", say("another hash came back", "sai giá trị băm"), RESTART)
    return ok("timestamp authority", f"{info['gen_time'].native:%Y-%m-%d %H:%M:%S} UTC")


def chain(at: Instance) -> Finding:
    db = Db.open(at.settings("owner").database, "doctor")
    try:
        with db.transaction() as session:
            report = audit.verify(session)
    finally:
        db.close()
    if report.broken_at is not None:
        return failed("audit", f"{report.broken_at}: {report.reason}", say("ask security", "báo an toàn thông tin"))
    return ok("audit", f"{report.lines} {say('lines hold', 'dòng toàn vẹn')}")
