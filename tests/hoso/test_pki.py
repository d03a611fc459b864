"""The demonstration PKI says what it is, keeps what it made, and holds no key it should not."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from hoso.embedded import pki
from hoso.embedded.instance import Instance
from hoso.embedded.pki_architecture import PEOPLE, SUBSCRIBERS


def certificates(home: Path) -> dict[str, x509.Certificate]:
    folder = home / "pki" / "certs"
    return {path.stem: x509.load_pem_x509_certificate(path.read_bytes()) for path in folder.glob("*.crt")}


def test_every_subject_says_that_it_is_a_demonstration(instance: Instance) -> None:
    for label, certificate in certificates(instance.home).items():
        name = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
        assert "DEMO" in name, label
        assert len(str(name).encode()) <= 64
        organisation = certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)[0].value
        assert "KHÔNG CÓ GIÁ TRỊ PHÁP LÝ" in str(organisation)


def test_making_it_again_changes_nothing(instance: Instance) -> None:
    before = {label: certificate.public_bytes(pki.serialization.Encoding.DER)
              for label, certificate in certificates(instance.home).items()}  # fmt: skip
    pki.make_instance(instance.home)
    after = certificates(instance.home)
    assert before == {label: found.public_bytes(pki.serialization.Encoding.DER) for label, found in after.items()}


def test_the_ca_holds_no_private_key_of_a_subscriber(instance: Instance) -> None:
    keys = instance.home / "pki" / "keys"
    for label in SUBSCRIBERS:
        assert b"PRIVATE" not in (keys / f"{label}.public.pem").read_bytes()
        assert not (keys / f"{label}.pem").exists()


def test_secret_files_are_for_the_owner_alone(instance: Instance) -> None:
    for person in PEOPLE:
        for path in pki.wallet(instance.home, person.username):
            assert path.stat().st_mode & 0o077 == 0
    for path in (instance.home / "pki" / "keys").glob("*.pem"):
        if b"PRIVATE" in path.read_bytes():
            assert path.stat().st_mode & 0o077 == 0


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_openssl_accepts_every_chain(instance: Instance) -> None:
    folder = instance.home / "pki" / "certs"
    for label in certificates(instance.home):
        chain = ["-CAfile", str(folder / "root.crt"), "-untrusted", str(folder / "issuing.crt")]
        done = subprocess.run(
            ["openssl", "verify", "-x509_strict", *chain, str(folder / f"{label}.crt")], capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
