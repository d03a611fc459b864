"""The embedded database and store: separate from each other's instances, guarded, and whole after a SIGKILL."""

from __future__ import annotations

import io
import signal
import tempfile
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from minio.error import S3Error
from sqlalchemy import text
from sqlalchemy.exc import OperationalError, ProgrammingError

from config.settings import Database
from dossiers.db.engine import Db, open_engine
from dossiers.store import ObjectStore
from hoso.embedded import instance as instances
from hoso.embedded import parts, postgres, process, provision
from hoso.embedded.instance import KINDS, Instance
from hoso.embedded.roles import ROLE_OF_KIND


@pytest.fixture
def own_instance() -> Iterator[Instance]:
    with tempfile.TemporaryDirectory(prefix="hoso-test-") as folder:
        yield instances.prepare(Path(folder), with_pki=False)
        process.sweep(Path(folder).resolve())


def test_each_kind_of_process_has_its_own_role_and_password(database: Db, instance: Instance) -> None:
    for kind in KINDS:
        engine = open_engine(instance.settings(kind).database, "tests")
        with engine.connect() as connection:
            assert connection.scalar(text("SELECT current_user")) == ROLE_OF_KIND[kind]
        engine.dispose()
    assert len({instance.secret(f"{role}.password") for role in ROLE_OF_KIND.values()}) == len(KINDS)


def test_a_worker_cannot_write_a_signing_intent_and_nobody_changes_the_audit(database: Db, instance: Instance) -> None:
    for kind, forbidden in (
        ("worker", "INSERT INTO signing_intents (id) VALUES (gen_random_uuid())"),
        ("signer", "DELETE FROM fields"),
        ("owner", "TRUNCATE audit"),
    ):
        engine = open_engine(instance.settings(kind).database, "tests")
        with pytest.raises(ProgrammingError), engine.begin() as connection:
            connection.execute(text(forbidden))
        engine.dispose()


def test_a_wrong_password_is_refused_even_on_the_socket(postgres_server: Instance, tmp_path: Path) -> None:
    wrong = tmp_path / "password"
    wrong.write_text("not it")
    url = postgres.url(postgres_server.sockets, "hoso")
    engine = open_engine(Database(url=url, password_file=wrong), "tests")
    with pytest.raises(OperationalError, match="password authentication failed"):
        engine.connect()


def test_secrets_are_readable_by_their_owner_only(instance: Instance) -> None:
    files = [*(instance.home / "secrets").iterdir(), *(instance.home / "config").iterdir()]
    assert len(files) > 8
    assert [file.name for file in files if file.stat().st_mode & 0o077] == []
    assert (instance.home / "secrets").stat().st_mode & 0o077 == 0


def test_only_the_signer_is_told_the_pin_and_only_the_front_the_token_key(instance: Instance) -> None:
    assert [kind for kind in KINDS if instance.settings(kind).signing.pin_file] == ["signer"]
    assert [kind for kind in KINDS if instance.settings(kind).api.token_key_file] == ["api"]


def test_preparing_again_keeps_secrets_and_ports(own_instance: Instance) -> None:
    secret = own_instance.secret("hoso.password")
    again = instances.prepare(own_instance.home, with_pki=False)
    assert again.ports == own_instance.ports
    assert again.secret("hoso.password") == secret


def test_two_instances_share_no_port(own_instance: Instance, store: ObjectStore, instance: Instance) -> None:
    assert not set(own_instance.ports.values()) & (set(instance.ports.values()) - {instance.ports["api"]})


def test_committed_rows_survive_a_killed_postgres(own_instance: Instance) -> None:
    password = own_instance.secret("postgres.password")
    server = parts.start_postgres(own_instance)
    parts.wait_until(lambda: parts.postgres_ready(own_instance), server, "postgres", 30)
    with postgres.connect(own_instance.sockets, password) as connection:
        connection.execute("CREATE TABLE kept (n int)")
        connection.execute("INSERT INTO kept SELECT generate_series(1, 1000)")
        server.send_signal(signal.SIGKILL)
        server.wait()
        with pytest.raises(psycopg.Error):
            for _ in range(100):
                connection.execute("SELECT pg_sleep(0.05)")
    process.sweep(own_instance.home, postgres.PART, grace_s=5)
    server = parts.start_postgres(own_instance)
    parts.wait_until(lambda: parts.postgres_ready(own_instance), server, "postgres", 30)
    with postgres.connect(own_instance.sockets, password) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (1000,)


def test_objects_and_their_lock_survive_a_killed_store_on_other_ports(own_instance: Instance) -> None:
    server = parts.start_store(own_instance)
    parts.wait_until(lambda: parts.store_ready(own_instance), server, "store", 60)
    first = provision.buckets(own_instance)
    data = b"\x00Hoso" * 500_000
    original = first.put_original("a/original.bin", io.BytesIO(data))
    first.lock_original("a/original.bin", original.version_id, datetime.now(UTC) + timedelta(days=1))
    artifact = first.put_artifact(uuid.uuid4(), "read", b"derived", "bin", "application/octet-stream")
    server.send_signal(signal.SIGKILL)
    server.wait()

    (own_instance.home / "instance.json").unlink()  # its ports are forgotten: all are chosen anew
    moved = instances.prepare(own_instance.home, with_pki=False)
    assert moved.ports["s3"] != own_instance.ports["s3"]
    server = parts.start_store(moved)
    parts.wait_until(lambda: parts.store_ready(moved), server, "store", 60)
    second = provision.buckets(moved)
    assert second.get_artifact(artifact.key) == b"derived"
    second.fetch_original("a/original.bin", original.version_id, original.sha256, moved.run / "copy")
    assert (moved.run / "copy").read_bytes() == data
    with pytest.raises(S3Error):
        second._client.remove_object("hoso-originals", "a/original.bin", version_id=original.version_id)
