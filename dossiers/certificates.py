"""Which certificates this system trusts, read from one folder (`settings.signing.certificates`).

`roots/*.pem` are the trust anchors, `intermediates/*.pem` help to build paths, `keys/<label>.pem` are the certificates
of the keys in the signing token. Only public material: every process may read it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from asn1crypto import pem, x509

from dossiers.errors import Unavailable


class TrustMissing(Unavailable):
    """The folder of certificates is absent or holds no trust anchor."""

    code = "trust.missing"
    retryable = False
    vi = "Chưa cấu hình chứng thư gốc tin cậy. Hãy đặt chứng thư PEM vào thư mục `signing.certificates` (roots/)."
    en = "No trusted root certificate is configured. Put PEM files into `roots/` of the folder `signing.certificates`."


@dataclass(frozen=True, slots=True)
class Trust:
    """Anchors and helpers, and the certificates of the token's keys by key label."""

    roots: tuple[x509.Certificate, ...]
    intermediates: tuple[x509.Certificate, ...]
    keys: dict[str, x509.Certificate]

    @classmethod
    def load(cls, folder: Path) -> Trust:
        """Read the folder. Raises `TrustMissing` when it holds no anchor."""
        roots = _certificates(folder / "roots")
        if not roots:
            raise TrustMissing(str(folder))
        keys = {path.stem: load_pem(path.read_bytes()) for path in sorted((folder / "keys").glob("*.pem"))}
        return cls(roots, _certificates(folder / "intermediates"), keys)


def load_pem(data: bytes) -> x509.Certificate:
    """One certificate from PEM or DER."""
    if pem.detect(data):
        data = pem.unarmor(data)[2]
    return x509.Certificate.load(data)


def to_pem(certificate: x509.Certificate) -> str:
    """PEM of a certificate."""
    return bytes(pem.armor("CERTIFICATE", certificate.dump())).decode("ascii")


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 of the DER bytes, hex."""
    return hashlib.sha256(certificate.dump()).hexdigest()


def _certificates(folder: Path) -> tuple[x509.Certificate, ...]:
    return tuple(load_pem(path.read_bytes()) for path in sorted(folder.glob("*.pem")))
