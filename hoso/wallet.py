"""An officer's wallet: signs decision statements with a PKCS#12 file.

The demonstration's officers use it on the client side, as in production an officer's token or remote signing service
does; the server never sees the key.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from pyhanko.sign.signers import SimpleSigner

from dossiers.errors import InputError


class WalletUnusable(InputError):
    """The PKCS#12 cannot be opened."""

    code = "wallet.unusable"
    vi = "Không mở được tệp chứng thư PKCS#12. Hãy kiểm tra tệp và mật khẩu."
    en = "The PKCS#12 file cannot be opened. Check the file and its password."


def sign_statement(p12: Path, password: str, statement: bytes) -> bytes:
    """A detached CAdES-B signature (CMS, DER) over `statement`. Not to be called inside an event loop."""
    try:
        signer = SimpleSigner.load_pkcs12_data(p12.read_bytes(), other_certs=[], passphrase=password.encode())
    except (OSError, ValueError) as error:
        raise WalletUnusable(type(error).__name__) from error
    if signer is None:
        raise WalletUnusable("no key in the file, or a wrong password")
    signature = asyncio.run(
        signer.async_sign_general_data(statement, digest_algorithm="sha256", detached=True, use_cades=True)
    )
    return bytes(signature.dump())
