"""The token: one session, one thread, one process; and what to do when the device fails.

Guarantees:
- Raw bytes go in, a signature comes out; nothing here knows of PDF or of dossiers.
- The session is opened once. After a device error it is rebuilt from C_Finalize up (a session handle never survives
  the restart of an HSM), and after `FAILURES_TO_OPEN` failures in a row the circuit stays open for `COOL_DOWN_S`:
  calls fail at once instead of hammering a device that is ill.
- A refused PIN is never tried again: tokens lock after a few.
- The PIN is read from its file when the session is opened and is not kept.
- A call into the module cannot be interrupted from Python, so a call over its time ends the process (a watchdog in C);
  the supervisor starts a new one, and the intent's record says how far the last one came.
"""

from __future__ import annotations

import contextlib
import faulthandler
import hashlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import pkcs11
from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass
from pkcs11.util.ec import encode_ec_public_key, encode_ecdsa_signature
from pkcs11.util.rsa import encode_rsa_public_key

from workers.signing.errors import PinRefused, TokenUnavailable

FAILURES_TO_OPEN = 3
COOL_DOWN_S = 30.0
OPEN_ATTEMPTS = 5
_PIN_ERRORS = (pkcs11.PinIncorrect, pkcs11.PinLocked, pkcs11.PinInvalid, pkcs11.PinLenRange, pkcs11.PinExpired)
Result = TypeVar("Result")


class Token:
    """A PKCS#11 token. Not to be used by two threads, nor carried over a fork. `pin` reads the PIN when needed."""

    def __init__(self, module: Path, label: str, pin: Callable[[], str], timeout_s: float = 30.0) -> None:
        self._module, self._label, self._pin, self._timeout_s = module, label, pin, timeout_s
        self._library: Any = None
        self._session: Any = None
        self._keys: dict[str, Any] = {}
        self._failures, self._closed_until = 0, 0.0

    def sign(self, label: str, data: bytes) -> bytes:
        """PKCS#1 v1.5 or ECDSA signature over SHA-256 of `data`. Raises `TokenUnavailable`, `PinRefused`."""
        return self._guarded(lambda: self._sign(self._key(label), data))

    def public_key(self, label: str) -> bytes:
        """SubjectPublicKeyInfo parameters of the key: RSAPublicKey (DER) or the EC point, as the token has it."""
        return self._guarded(lambda: self._public(label))

    def attributes(self, label: str) -> dict[str, bool]:
        """What protects the private key: sensitive, extractable, never_extractable, local (made in the token)."""
        wanted = {
            "sensitive": Attribute.SENSITIVE,
            "extractable": Attribute.EXTRACTABLE,
            "never_extractable": Attribute.NEVER_EXTRACTABLE,
            "local": Attribute.LOCAL,
        }
        return self._guarded(lambda: {name: bool(self._key(label)[attribute]) for name, attribute in wanted.items()})

    def close(self) -> None:
        """Log out and finalise the module; the next call opens it again."""
        self._keys.clear()
        session, self._session = self._session, None
        library, self._library = self._library, None
        # A device that is gone answers with errors here; finalising is what counts, and is tried in any case.
        if session is not None:
            with contextlib.suppress(pkcs11.PKCS11Error):
                session.close()
        if library is not None:
            with contextlib.suppress(pkcs11.PKCS11Error):
                library.finalize()

    def _guarded(self, work: Callable[[], Result]) -> Result:
        """Run one piece of work with the watchdog, the circuit breaker and one re-initialisation."""
        if time.monotonic() < self._closed_until:
            raise TokenUnavailable("circuit open")
        faulthandler.dump_traceback_later(self._timeout_s, exit=True)
        try:
            try:
                result = work()
            except _PIN_ERRORS:
                raise
            except pkcs11.PKCS11Error:
                self.close()
                result = work()
        except _PIN_ERRORS as error:
            self.close()
            raise PinRefused(type(error).__name__) from error
        except pkcs11.PKCS11Error as error:
            self.close()
            self._failures += 1
            if self._failures >= FAILURES_TO_OPEN:
                self._closed_until = time.monotonic() + COOL_DOWN_S
            raise TokenUnavailable(type(error).__name__) from error
        finally:
            faulthandler.cancel_dump_traceback_later()
        self._failures = 0
        return result

    def _open(self) -> Any:
        if self._session is None:
            self._library = pkcs11.lib(str(self._module))
            token = self._find()
            self._session = token.open(user_pin=self._pin())
        return self._session

    def _find(self) -> Any:
        """The token by label. Modules now and then report no slot just after loading: a bounded number of tries."""
        for attempt in range(OPEN_ATTEMPTS):
            with contextlib.suppress(pkcs11.NoSuchToken):
                return self._library.get_token(token_label=self._label)
            time.sleep(0.05 * 2**attempt)
        raise pkcs11.NoSuchToken(self._label)

    def _key(self, label: str) -> Any:
        if label not in self._keys:
            self._keys[label] = self._one(ObjectClass.PRIVATE_KEY, label)
        return self._keys[label]

    def _one(self, kind: ObjectClass, label: str) -> Any:
        """The search is read to its end: one left open ends, with an error, only when the garbage is collected."""
        found = list(self._open().get_objects({Attribute.CLASS: kind, Attribute.LABEL: label}))
        if len(found) != 1:
            raise (pkcs11.MultipleObjectsReturned if found else pkcs11.NoSuchKey)(label)
        return found[0]

    def _public(self, label: str) -> bytes:
        key = self._one(ObjectClass.PUBLIC_KEY, label)
        encoded = encode_rsa_public_key(key) if key.key_type == KeyType.RSA else encode_ec_public_key(key)
        return bytes(encoded)

    @staticmethod
    def _sign(key: Any, data: bytes) -> bytes:
        if key.key_type == KeyType.RSA:
            return bytes(key.sign(data, mechanism=Mechanism.SHA256_RSA_PKCS))
        # SoftHSM and many tokens offer only the raw mechanism, so the hash is made here.
        raw = key.sign(hashlib.sha256(data).digest(), mechanism=Mechanism.ECDSA)
        return bytes(encode_ecdsa_signature(raw))
