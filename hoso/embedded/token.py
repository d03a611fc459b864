"""The demonstration token: SoftHSM2 in the instance folder, with the leader's and the seal's keys made inside it.

The private keys are generated in the token, SENSITIVE and never EXTRACTABLE; only their public halves come out, and
the demonstration CA certifies those. RSA-3072 with PKCS#1 v1.5 is chosen over P-256 for one reason that matters here:
it is deterministic. When a crash leaves it unknown whether the token answered, signing the same bytes again gives the
same signature, so two different signatures of one intent cannot exist (ECDSA would make another one each time). It is
also what the tokens and validators in use in Vietnam know best.

`python -m hoso.embedded.token --home DIR` makes the token. It is its own process because a PKCS#11 module reads its
configuration when it is loaded, and must never be carried over a fork.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import secrets
import shutil
import subprocess
import sys
from pathlib import Path

TOKEN_LABEL = "hoso"  # noqa: S105 - a label, not a secret
KEY_LABELS = ("leader", "seal")
KEY_BITS = 3072
_MODULES = (
    Path("/usr/lib/softhsm/libsofthsm2.so"),
    Path("/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so"),
    Path("/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so"),
)


def module() -> Path:
    """The SoftHSM2 library of this machine."""
    for path in _MODULES:
        if path.is_file():
            return path
    raise FileNotFoundError("SoftHSM2 is not installed: apt install softhsm2")


def pin_file(home: Path) -> Path:
    """Where the user PIN lies (mode 0600)."""
    return home / "secrets" / "token-pin"


def environment(home: Path) -> dict[str, str]:
    """What a process needs in its environment to see this token. Nothing secret: the PIN stays in its file."""
    return {"SOFTHSM2_CONF": str((home / "token" / "softhsm2.conf").resolve())}


def public_key_file(home: Path, label: str) -> Path:
    """Where `make_token` leaves the public key (PEM) for the CA to certify."""
    return home / "token" / f"{label}.public.pem"


def write_secret(path: Path, value: bytes) -> None:
    """Write a file that only its owner can read; never overwrites."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as handle:
        handle.write(value)


def make_token(home: Path) -> None:
    """Make the token and its keys once; a second call changes nothing. Runs in a child process."""
    if all(public_key_file(home, label).is_file() for label in KEY_LABELS):
        return
    command = [sys.executable, "-m", "hoso.embedded.token", "--home", str(home)]
    done = subprocess.run(command, env=os.environ | environment(home), capture_output=True, text=True, timeout=120)
    if done.returncode != 0:
        raise RuntimeError(f"the token could not be made: {done.stderr.strip()[-500:]}")


def _configure(home: Path) -> None:
    folder = (home / "token").resolve()
    shutil.rmtree(folder, ignore_errors=True)  # a half-made token holds no certified key
    (folder / "tokens").mkdir(parents=True, mode=0o700)
    folder.chmod(0o700)
    (folder / "softhsm2.conf").write_text(
        f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\n"
        "log.level = ERROR\nslots.removable = false\nslots.mechanisms = ALL\n",
        encoding="utf-8",
    )
    for name in ("token-pin", "token-so-pin"):
        (home / "secrets" / name).unlink(missing_ok=True)
        write_secret(home / "secrets" / name, secrets.token_hex(12).encode())


def _generate(home: Path) -> None:
    """Initialise the token through the module itself, so that no PIN ever stands on a command line."""
    import pkcs11
    from pkcs11 import Attribute
    from pkcs11.util.rsa import encode_rsa_public_key

    library = pkcs11.lib(str(module()))
    pins = {name: (home / "secrets" / name).read_text() for name in ("token-pin", "token-so-pin")}
    _initialise(library.get_slots()[0].slot_id, pins["token-so-pin"])
    library.reinitialize()  # SoftHSM gives an initialised token a new slot
    with library.get_token(token_label=TOKEN_LABEL).open(rw=True, so_pin=pins["token-so-pin"]) as session:
        session.init_pin(pins["token-pin"])
    with library.get_token(token_label=TOKEN_LABEL).open(rw=True, user_pin=pins["token-pin"]) as session:
        for label in KEY_LABELS:
            only_signs = {Attribute.DECRYPT: False, Attribute.UNWRAP: False, Attribute.SIGN_RECOVER: False}
            only_verifies = {Attribute.ENCRYPT: False, Attribute.WRAP: False, Attribute.VERIFY_RECOVER: False}
            public, _private = session.generate_keypair(
                pkcs11.KeyType.RSA,
                KEY_BITS,
                id=label.encode(),
                label=label,
                store=True,
                private_template=only_signs
                | {
                    Attribute.SENSITIVE: True,
                    Attribute.EXTRACTABLE: False,
                    Attribute.PRIVATE: True,
                    Attribute.SIGN: True,
                    Attribute.MODIFIABLE: False,
                },
                public_template=only_verifies | {Attribute.VERIFY: True, Attribute.MODIFIABLE: False},
            )
            public_key_file(home, label).write_bytes(_spki_pem(encode_rsa_public_key(public)))


def _initialise(slot: int, so_pin: str) -> None:
    """C_InitToken, which python-pkcs11 lacks, on the module that is already loaded and initialised."""
    pin = so_pin.encode()
    answer = ctypes.CDLL(str(module())).C_InitToken(
        ctypes.c_ulong(slot), pin, ctypes.c_ulong(len(pin)), TOKEN_LABEL.encode().ljust(32)
    )
    if answer != 0:
        raise RuntimeError(f"C_InitToken answered 0x{answer:08x}")


def _spki_pem(rsa_public_key: bytes) -> bytes:
    from asn1crypto import keys, pem

    info = keys.PublicKeyInfo.wrap(keys.RSAPublicKey.load(rsa_public_key), "rsa")
    return bytes(pem.armor("PUBLIC KEY", info.dump()))


def main() -> None:
    """Make the token of one instance folder."""
    parser = argparse.ArgumentParser(description="Make the demonstration token of an instance.")
    parser.add_argument("--home", type=Path, required=True)
    home = parser.parse_args().home
    _configure(home)
    _generate(home)


if __name__ == "__main__":
    main()
