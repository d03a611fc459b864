"""The demonstration PKI: root and issuing CA, people, leader, seal, timestamp authority, OCSP and CRL on loopback.

`make_instance(home)` makes everything once and leaves it alone afterwards; certificates are issued at that moment and
then served from files, so a restart never changes them. `python -m hoso.embedded.pki serve --home DIR` answers OCSP,
CRL and RFC 3161 requests on the loopback port that stands in the certificates. `revoke` and `unrevoke` take effect in a
running server at its next OCSP answer.

It is a demonstration: CA keys lie in files. Production has the CA, TSA and OCSP of its certification authority and
needs only the folder `trust/` (anchors, intermediates, the certificates of the keys in its token).
"""

from __future__ import annotations

import argparse
import os
import secrets
import shutil
import socket
from collections import UserDict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from hoso.embedded import token
from hoso.embedded.pki_architecture import PEOPLE, SERVICE_KEYS, SUBSCRIBERS, TOKEN_KEYS, architecture

_CONFIG = "architecture.yaml"


def trust_folder(home: Path) -> Path:
    """What `settings.signing.certificates` names: `roots/`, `intermediates/`, `keys/<label>.pem`."""
    return home / "pki" / "trust"


def wallet(home: Path, username: str) -> tuple[Path, Path]:
    """The PKCS#12 of a demonstration officer and the file with its password."""
    folder = home / "wallets"
    return folder / f"{username}.p12", folder / f"{username}.password"


def certificate_of(home: Path, username: str) -> str:
    """The decision certificate of a demonstration officer, PEM: what the `officers` table holds."""
    return (home / "pki" / "certs" / f"{username}.crt").read_text(encoding="ascii")


def address(home: Path) -> tuple[str, int]:
    """Host and port that the certificates name."""
    url: str = _read(home)["external-url-prefix"]
    host, port = url.removeprefix("http://").split(":")
    return host, int(port)


def timestamp_url(home: Path) -> str:
    """Where the RFC 3161 authority listens."""
    return f"{_read(home)['external-url-prefix']}/demo/tsa/tsa"


def make_instance(home: Path) -> None:
    """Token, keys, certificates, wallets and configuration under `home`; what is there already stays as it is."""
    home.mkdir(parents=True, exist_ok=True)
    folder = home / "pki"
    if (folder / _CONFIG).is_file():
        return
    token.make_token(home)
    shutil.rmtree(folder, ignore_errors=True)  # left half-made by an interrupted start
    for name in ("keys", "certs", "trust/roots", "trust/intermediates", "trust/keys"):
        (folder / name).mkdir(parents=True)
    folder.chmod(0o700)
    personal = _make_keys(home)
    serials = {label: secrets.randbits(63) | 1 << 62 for label in (*SERVICE_KEYS, *SUBSCRIBERS)}
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
    url = f"http://127.0.0.1:{_free_port()}"
    _issue(folder, architecture(url, start, serials, issued=False))
    _lay_out(home, personal)
    _write(home, architecture(url, start, serials, issued=True))  # last: its presence says that all is made


def revoke(home: Path, label: str, reason: str = "key_compromise") -> None:
    """Revoke the certificate `label` (`leader`, `seal`, a username) from now on."""
    config = _read(home)
    since = datetime.now(UTC).replace(microsecond=0).isoformat()
    config["pki-architectures"]["demo"]["certs"][label]["revocation"] = {"revoked-since": since, "reason": reason}
    _write(home, config)


def unrevoke(home: Path, label: str) -> None:
    """Take a revocation back (only a demonstration can)."""
    config = _read(home)
    config["pki-architectures"]["demo"]["certs"][label].pop("revocation", None)
    _write(home, config)


def _read(home: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((home / "pki" / _CONFIG).read_text(encoding="utf-8"))
    return loaded


def _write(home: Path, config: dict[str, Any]) -> None:
    new = home / "pki" / f"{_CONFIG}.new"
    new.write_text(yaml.safe_dump(config, allow_unicode=True, sort_keys=False), encoding="utf-8")
    new.replace(home / "pki" / _CONFIG)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _make_keys(home: Path) -> dict[str, ec.EllipticCurvePrivateKey]:
    """Keys of the services as files; those of the people are returned, to go into their wallets and nowhere else."""
    folder = home / "pki" / "keys"
    for label, kind in SERVICE_KEYS.items():
        key = rsa.generate_private_key(65537, 3072) if kind == "rsa" else ec.generate_private_key(ec.SECP256R1())
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        token.write_secret(folder / f"{label}.pem", pem)
    for label in TOKEN_KEYS:
        shutil.copy(token.public_key_file(home, label), folder / f"{label}.public.pem")
    personal = {person.username: ec.generate_private_key(ec.SECP256R1()) for person in PEOPLE}
    for username, private in personal.items():
        public = private.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        (folder / f"{username}.public.pem").write_bytes(public)
    return personal


def _architectures(folder: Path, config: dict[str, Any]) -> dict[Any, Any]:
    from certomancer.registry import CertomancerConfig

    made = CertomancerConfig(config, key_search_dir=str(folder), config_search_dir=str(folder))
    archs: dict[Any, Any] = made.pki_archs
    return archs


def _issue(folder: Path, config: dict[str, Any]) -> None:
    from asn1crypto import pem
    from certomancer.registry import ArchLabel, CertLabel

    arch = _architectures(folder, config)[ArchLabel("demo")]
    for label in (*SERVICE_KEYS, *SUBSCRIBERS):
        armoured = pem.armor("CERTIFICATE", arch.get_cert(CertLabel(label)).dump())
        (folder / "certs" / f"{label}.crt").write_bytes(armoured)


def _lay_out(home: Path, personal: dict[str, ec.EllipticCurvePrivateKey]) -> None:
    """Copy what each process needs, and no more, to where it looks for it."""
    certs, trust = home / "pki" / "certs", trust_folder(home)
    shutil.copy(certs / "root.crt", trust / "roots" / "root.pem")
    shutil.copy(certs / "issuing.crt", trust / "intermediates" / "issuing.pem")
    for label in TOKEN_KEYS:
        shutil.copy(certs / f"{label}.crt", trust / "keys" / f"{label}.pem")
    shutil.rmtree(home / "wallets", ignore_errors=True)
    for person in PEOPLE:
        p12, password_file = wallet(home, person.username)
        password = secrets.token_urlsafe(18).encode()
        certificate = x509.load_pem_x509_certificate((certs / f"{person.username}.crt").read_bytes())
        chain = [x509.load_pem_x509_certificate((certs / "issuing.crt").read_bytes())]
        sealed = pkcs12.serialize_key_and_certificates(
            person.username.encode(),
            personal[person.username],
            certificate,
            chain,
            serialization.BestAvailableEncryption(password),
        )
        token.write_secret(p12, sealed)
        token.write_secret(password_file, password)


class _Reloading(UserDict[Any, Any]):
    """The architectures as the configuration file says now, so that a revocation needs no restart."""

    def __init__(self, home: Path) -> None:
        super().__init__()
        self._home = home
        self._read_at = 0

    def __getitem__(self, label: Any) -> Any:
        changed = (self._home / "pki" / _CONFIG).stat().st_mtime_ns
        if changed != self._read_at:
            self.data = _architectures(self._home / "pki", _read(self._home))
            self._read_at = changed
        return self.data[label]


def serve(home: Path) -> None:
    """Answer until the process is ended."""
    from aiohttp import web
    from certomancer.integrations.aiohttp_animator import build_animator_app

    host, port = address(home)
    app = build_animator_app(_Reloading(home), with_web_ui=False, allow_time_override=False)

    async def healthy(_request: web.Request) -> web.Response:
        return web.json_response({"demo_pki": "up"})

    app.router.add_get("/healthz", healthy)
    web.run_app(app, host=host, port=port, print=None, access_log=None, shutdown_timeout=2)


def main() -> None:
    """`make`, `serve`, `revoke LABEL` or `unrevoke LABEL` for one instance folder."""
    parser = argparse.ArgumentParser(description="The demonstration PKI of an instance. It has no legal value.")
    parser.add_argument("action", choices=("make", "serve", "revoke", "unrevoke"))
    parser.add_argument("label", nargs="?", default="", help="leader, seal or a username")
    parser.add_argument("--home", type=Path, default=Path(os.environ.get("HOSO_HOME", ".hoso")))
    given = parser.parse_args()
    home: Path = given.home.resolve()
    if given.action in ("make", "serve"):
        make_instance(home)
    if given.action == "serve":
        serve(home)
    elif given.action == "revoke":
        revoke(home, given.label)
    elif given.action == "unrevoke":
        unrevoke(home, given.label)


if __name__ == "__main__":
    main()
