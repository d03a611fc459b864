"""The token: keys that cannot leave, a session that is rebuilt, a circuit that opens, a PIN tried once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pkcs11
import pytest
from pkcs11 import Attribute, ObjectClass

from hoso.embedded import token as softhsm
from hoso.embedded.instance import Instance
from workers.signing import device
from workers.signing.device import Token
from workers.signing.errors import PinRefused, TokenUnavailable


@pytest.mark.parametrize("label", softhsm.KEY_LABELS)
def test_a_key_was_made_in_the_token_and_cannot_leave_it(token: Token, label: str) -> None:
    assert token.attributes(label) == {
        "sensitive": True, "extractable": False, "never_extractable": True, "local": True,
    }  # fmt: skip
    key = token._one(ObjectClass.PRIVATE_KEY, label)
    with pytest.raises(pkcs11.AttributeSensitive):
        _ = key[Attribute.PRIVATE_EXPONENT]
    for forbidden in (Attribute.DECRYPT, Attribute.UNWRAP, Attribute.SIGN_RECOVER):
        assert key[forbidden] is False, "a signing key does nothing but sign"


def test_signing_the_same_bytes_again_gives_the_same_signature(token: Token) -> None:
    """Why RSA with PKCS#1 v1.5: a repetition after a crash cannot make a second, different signature."""
    assert token.sign("leader", b"the same bytes") == token.sign("leader", b"the same bytes")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # searches of the session that is gone
def test_a_lost_session_is_rebuilt(token: Token) -> None:
    before = token.sign("seal", b"x")
    token._session.close()
    token._keys.clear()
    assert token.sign("seal", b"x") == before


def test_an_absent_token_is_retryable_and_opens_the_circuit(
    instance: Instance, token: Token, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(device, "OPEN_ATTEMPTS", 1)
    absent = Token(softhsm.module(), "no such token", lambda: "0000")
    for _ in range(device.FAILURES_TO_OPEN):
        with pytest.raises(TokenUnavailable, match="NoSuchToken"):
            absent.sign("leader", b"x")
    with pytest.raises(TokenUnavailable, match="circuit open"):
        absent.sign("leader", b"x")
    assert TokenUnavailable.retryable
    token.close()  # the module is one for the process: the other Token finalised it


WRONG_PIN = """
import sys
from pathlib import Path
from workers.signing.device import Token
from workers.signing.errors import PinRefused
asked = []
token = Token(Path(sys.argv[1]), "hoso", lambda: asked.append(1) or "wrong-pin")
try:
    token.sign("leader", b"x")
except PinRefused as error:
    print(error.detail, len(asked))
"""


def test_a_wrong_pin_is_tried_once_and_no_more(instance: Instance, tmp_path: Path) -> None:
    import os

    done = subprocess.run(
        [sys.executable, "-c", WRONG_PIN, str(softhsm.module())],
        env=os.environ | softhsm.environment(instance.home) | {"PYTHONPATH": str(Path.cwd())},
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.stdout.split() == ["PinIncorrect", "1"], done.stderr
    assert not PinRefused.retryable


def test_secrets_of_the_token_are_readable_by_the_owner_alone(instance: Instance) -> None:
    for name in ("token-pin", "token-so-pin"):
        assert (instance.home / "secrets" / name).stat().st_mode & 0o077 == 0
    assert (instance.home / "token").stat().st_mode & 0o077 == 0
