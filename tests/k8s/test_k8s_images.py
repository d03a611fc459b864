"""What goes into the images: the Dockerfile agrees with the project, the probe tells a hung process from a live one."""

from __future__ import annotations

import os
import re
import secrets
import socket
import subprocess
import sys
import tomllib
from pathlib import Path

import yaml
from sqlalchemy import text

from config.settings import Settings
from dossiers.db import migrate
from dossiers.db.engine import Db, open_engine
from dossiers.store import ObjectStore
from hoso.embedded import postgres
from hoso.embedded.instance import Instance
from hoso.embedded.roles import OWNER
from tests.k8s.manifests import K8S, ROOT, Cluster

DOCKERFILE = (K8S / "images" / "Dockerfile").read_text(encoding="utf-8")


def makefile_words(name: str) -> set[str]:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8").replace("\\\n", " ")
    (value,) = re.findall(rf"^{name}\s*:=(.*)$", makefile, re.MULTILINE)
    return set(value.split())


def test_every_image_of_the_manifests_is_a_target(cluster: Cluster) -> None:
    targets = set(re.findall(r"^FROM \S+ AS (\S+)$", DOCKERFILE, re.MULTILINE))
    images = {c["image"].rsplit("/", 1)[-1].split(":")[0] for pod in cluster.pods() for c in pod.containers}
    assert images <= targets


def test_images_hold_the_debian_packages_that_running_needs() -> None:
    installed = {word for line in re.findall(r"no-install-recommends ([^\\\n]+)", DOCKERFILE) for word in line.split()}
    assert makefile_words("DEBIAN_RUN") <= installed


def test_images_are_pinned_run_unprivileged_and_install_what_was_tested() -> None:
    bases = set(re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE))
    outside = {base for base in bases if ":" in base}
    assert outside == {"python:3.11-slim-bookworm"}
    final = DOCKERFILE[DOCKERFILE.index("FROM system AS hoso\n") :]
    for stage in final.split("FROM system AS")[1:]:
        assert re.search(r"^USER 1000\d:1000\d$", stage, re.MULTILINE), stage
    for line in re.findall(r"pip install (?!--no-deps)([^\n]+)", DOCKERFILE):
        assert "-c constraints.txt" in line, line


def test_copied_folders_are_all_packages_of_the_distribution() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    included = {name.rstrip("*") for name in project["tool"]["setuptools"]["packages"]["find"]["include"]}
    assert set(re.findall(r"^COPY (\w+) \./\1$", DOCKERFILE, re.MULTILINE)) - {"LICENSE"} == included


def probe(kind: str, config: Path) -> int:
    """The exit code of the probe."""
    command = [sys.executable, str(K8S / "images" / "hoso-alive"), kind]
    environment = {**os.environ, "HOSO_CONFIG": str(config), "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, env=environment, capture_output=True, timeout=30, check=False).returncode


def set_last_seen(database: Db, kind: str, seconds_ago: float) -> None:
    with database.transaction() as session:
        session.execute(
            text("""
            INSERT INTO workers (owner, kind, since, held, replaced, seen_at)
            VALUES (:owner, :kind, now(), 0, '{}', now() - make_interval(secs => :ago))
            ON CONFLICT (owner) DO UPDATE SET seen_at = excluded.seen_at"""),
            {"owner": f"{socket.gethostname()}:1:{kind}", "kind": kind, "ago": seconds_ago},
        )


def test_a_hung_process_is_told_from_a_live_one(database: Db, settings: Settings, tmp_path: Path) -> None:
    config, kind = tmp_path / "settings.yaml", "probed"
    values = {"url": settings.database.url, "password_file": str(settings.database.password_file)}
    config.write_text(yaml.safe_dump({"database": values}), encoding="utf-8")
    assert probe(kind, config) == 0, "a process that has not begun is left alone"
    set_last_seen(database, kind, 5)
    assert probe(kind, config) == 0
    set_last_seen(database, kind, 600)
    assert probe(kind, config) == 1
    assert probe("another", config) == 0, "somebody else's silence is not ours"
    with database.transaction() as session:
        session.execute(text("DELETE FROM workers WHERE kind = :kind"), {"kind": kind})


def test_a_database_that_is_away_kills_nobody(tmp_path: Path) -> None:
    config = tmp_path / "settings.yaml"
    config.write_text("database: {url: 'postgresql+psycopg://hoso@127.0.0.1:9/hoso'}\n", encoding="utf-8")
    assert probe("dispatcher", config) == 0


def test_the_migrations_job_makes_an_empty_database_ready_and_may_run_again(
    postgres_server: Instance, store: ObjectStore, tmp_path: Path
) -> None:
    name = f"hoso_{secrets.token_hex(6)}"
    passwords = postgres_server.secret("postgres.password"), postgres_server.secret("hoso.password")
    postgres.ensure_owner_and_database(postgres_server.sockets, *passwords, database=name)
    owner = postgres_server.settings("owner")
    database = owner.database.model_copy(update={"url": postgres.url(postgres_server.sockets, OWNER, name)})
    values = owner.model_copy(update={"database": database}).model_dump(mode="json", include={"database", "store"})
    config = tmp_path / "settings.yaml"
    config.write_text(yaml.safe_dump(values), encoding="utf-8")
    environment = {**os.environ, "HOSO_CONFIG": str(config), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", "from hoso.cli import main; main()", "migrate", "--json"]
    engine = open_engine(database, "tests")
    try:
        assert not migrate.present(engine)
        for _ in range(2):
            done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
            assert done.returncode == 0, done.stderr
            assert migrate.present(engine)
    finally:
        engine.dispose()
