"""What a signer proves about itself before it takes the first intent."""

from __future__ import annotations

import asyncio
import secrets
import unicodedata

from workers.pdfa.fonts import tinos
from workers.signing.authorities import connected
from workers.signing.errors import CertificateUnusable, SelfTestFailed, SigningError, StatusUnknown
from workers.signing.pipeline import TokenAnswerWrong, Workshop, check_answer

# The 134 letters that Vietnamese adds to ASCII: 12 vowels in 6 tones, and đ, in both cases, without the plain ones.
_SYLLABIC = {
    unicodedata.normalize("NFC", v + t) for v in "aăâeêioôơuưy" for t in ("", *"\u0300\u0301\u0303\u0309\u0323")
}
LETTERS = sorted(c for letter in _SYLLABIC | {"đ"} for c in (letter, letter.upper()) if not c.isascii())


def run(shop: Workshop) -> dict[str, str]:
    """Check every configured key. Returns the status of its certificate by key label: `good`, or the code of what is
    wrong; that stops no start (services may be away), but nothing is signed until it is good.

    Raises `SelfTestFailed` for what no waiting cures: a key that is not in the token, can leave it, or does not fit its
    certificate; a font that cannot write Vietnamese. Raises `TokenUnavailable`, `PinRefused`.
    """
    for style in ("Regular", "Bold"):
        lacking = sum(ord(letter) not in tinos(style).glyphs for letter in LETTERS)
        if lacking:
            raise SelfTestFailed(f"font {style} lacks {lacking} Vietnamese letters")
    labels = (shop.settings.leader_key, shop.settings.seal_key)
    for label in labels:
        _check_key(shop, label)
    return asyncio.run(_statuses(shop, labels))


def _check_key(shop: Workshop, label: str) -> None:
    protection = shop.token.attributes(label)
    if protection["extractable"] or not protection["sensitive"]:
        raise SelfTestFailed(f"the key {label} could leave the token")
    try:
        certificate = shop.certificate(label)
        challenge = b"hoso self-test " + secrets.token_bytes(32)
        check_answer(certificate.dump(), challenge, shop.token.sign(label, challenge))
    except (CertificateUnusable, TokenAnswerWrong) as error:
        raise SelfTestFailed(f"{label}: {error.detail}") from error


async def _statuses(shop: Workshop, labels: tuple[str, ...]) -> dict[str, str]:
    found = {}
    async with connected(shop.trust, shop.settings.timestamp_url, shop.settings.timeout_s / 3) as authorities:
        for label in labels:
            try:
                await authorities.check_status(shop.certificate(label))
                found[label] = "good"
            except (SigningError, StatusUnknown) as error:
                found[label] = error.code
    return found
