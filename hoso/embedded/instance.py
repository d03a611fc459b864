"""The folder of an embedded instance: secrets, ports, and one settings file for each kind of process.

Each kind gets the URL and the password of its own database role and nothing it does not need: only the signer's file
names the token's PIN, only the front's the key of access tokens. Everything secret is mode 0600 in a 0700 folder.
Calling `prepare` again keeps every secret and, where they are still free, every port.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from config.settings import Settings
from hoso.embedded import pki, ports, postgres, seaweed, token
from hoso.embedded.errors import CannotStart
from hoso.embedded.roles import ROLE_OF_KIND

KINDS = tuple(ROLE_OF_KIND)
DEFAULT_API_PORT = 8484
_SOCKET_PATH_LIMIT = 90  # the kernel's is 108, with the name of the socket


@dataclass(frozen=True, slots=True)
class Instance:
    """Where everything of one instance lies. `home` is absolute."""

    home: Path
    ports: dict[str, int] = field(default_factory=dict)

    @property
    def run(self) -> Path:
        return self.home / "run"

    @property
    def logs(self) -> Path:
        return self.home / "logs"

    @property
    def sockets(self) -> Path:
        """For Unix sockets; elsewhere when the path of the home is too long for one."""
        own = self.run / "sockets"
        return own if len(str(own)) < _SOCKET_PATH_LIMIT else self.scratch / "sockets"

    @property
    def scratch(self) -> Path:
        """A short path for Ray's session (its sockets have long names below it); removed when the instance stops."""
        return Path("/tmp") / f"hoso-{hashlib.sha256(str(self.home).encode()).hexdigest()[:10]}"  # noqa: S108

    def secret_file(self, name: str) -> Path:
        return self.home / "secrets" / name

    def secret(self, name: str) -> str:
        return self.secret_file(name).read_text(encoding="utf-8").strip()

    def password_file(self, role: str) -> Path:
        return self.secret_file(f"{role}.password")

    def config_file(self, kind: str) -> Path:
        """The settings file of a kind of process: owner, api, worker, signer."""
        return self.home / "config" / f"{kind}.yaml"

    def settings(self, kind: str) -> Settings:
        """The settings as that kind of process sees them (without this process's own environment)."""
        return Settings.model_validate(yaml.safe_load(self.config_file(kind).read_text(encoding="utf-8")))

    def environment(self, kind: str) -> dict[str, str]:
        """What a process of that kind needs in its environment."""
        root = str(Path(__file__).parents[2])  # so that parts start from a checkout that is not installed, too
        path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
        base = {"HOSO_CONFIG": str(self.config_file(kind)), "PYTHONPATH": path, "PYTHONUNBUFFERED": "1"}
        if kind == "worker":
            base["RAY_TMPDIR"] = str(self.scratch)
        return base | (token.environment(self.home) if kind == "signer" else {})

    @property
    def address(self) -> str:
        """Where the front listens."""
        return f"http://127.0.0.1:{self.ports['api']}"


def at(home: Path) -> Instance:
    """The instance at `home` as it is on disk, with the ports of its last start."""
    home = home.resolve()
    file = home / "instance.json"
    kept = json.loads(file.read_text(encoding="utf-8"))["ports"] if file.is_file() else {}
    return Instance(home, kept)


def prepare(home: Path, *, with_pki: bool = True) -> Instance:
    """Make or complete the folder. Takes some seconds the first time (keys). Raises `CannotStart`."""
    kept = at(home).ports
    names = (*seaweed.PORTS, "api")
    instance = Instance(home.resolve(), ports.assign(names, {"api": DEFAULT_API_PORT} | kept))
    try:
        for folder in (instance.home, instance.run, instance.home / "config", instance.home / "secrets"):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        instance.logs.mkdir(exist_ok=True)
        instance.scratch.mkdir(exist_ok=True, mode=0o700)
        if instance.scratch.is_symlink() or instance.scratch.stat().st_uid != os.geteuid():
            raise CannotStart(f"{instance.scratch} belongs to somebody else: remove it, or choose another --home")
        instance.sockets.mkdir(exist_ok=True, mode=0o700)
    except OSError as error:
        raise CannotStart(f"{home}: {error.strerror}") from error
    for role in ("postgres", *ROLE_OF_KIND.values()):
        _secret(instance.password_file(role))
    for name in ("s3-access-key", "s3-secret-key", "api-token-key"):
        _secret(instance.secret_file(name))
    identity = instance.home / "config" / "s3.json"
    seaweed.write_identity(identity, instance.secret("s3-access-key"), instance.secret("s3-secret-key"))
    if with_pki:
        pki.make_instance(instance.home)
    for kind in KINDS:
        _write(instance.config_file(kind), yaml.safe_dump(_settings_of(instance, kind, with_pki), sort_keys=False))
    _write(instance.home / "instance.json", json.dumps({"ports": instance.ports}, indent=1))
    return instance


def _settings_of(instance: Instance, kind: str, with_pki: bool) -> dict[str, Any]:
    role = ROLE_OF_KIND[kind]
    values: dict[str, Any] = {
        "home": str(instance.home),
        "database": {
            "url": postgres.url(instance.sockets, role),
            "password_file": str(instance.password_file(role)),
        },
        "store": {
            "endpoint": f"127.0.0.1:{instance.ports['s3']}",
            "access_key_file": str(instance.secret_file("s3-access-key")),
            "secret_key_file": str(instance.secret_file("s3-secret-key")),
        },
        "api": {"port": instance.ports["api"]},
    }
    if with_pki:
        values["signing"] = {
            "certificates": str(pki.trust_folder(instance.home)),
            "timestamp_url": pki.timestamp_url(instance.home),
            "demo_pki": True,
        }
    if with_pki and kind == "signer":
        values["signing"] |= {"module": str(token.module()), "token": token.TOKEN_LABEL}
        values["signing"]["pin_file"] = str(token.pin_file(instance.home))
    if kind == "api":
        values["api"]["token_key_file"] = str(instance.secret_file("api-token-key"))
    return values


def _secret(path: Path) -> None:
    if not path.is_file() or not path.read_text().strip():
        path.unlink(missing_ok=True)
        token.write_secret(path, secrets.token_urlsafe(32).encode())


def _write(path: Path, content: str) -> None:
    new = path.with_name(f".{path.name}.new")
    new.touch(mode=0o600)
    new.write_text(content, encoding="utf-8")
    new.replace(path)
