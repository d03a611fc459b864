"""Access tokens of OAuth clients: short-lived JWTs (HS256) that any replica with the same key file can check."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt

from config.settings import secret
from dossiers.errors import Unavailable

_ISSUER, _AUDIENCE, _MIN_KEY = "hoso", "hoso-api", 32


class TokenKeyMissing(Unavailable):
    """The operator configured no key, or one that is too short."""

    code = "unavailable.token_key"
    retryable = False
    vi = "Chưa cấu hình khóa ký mã truy cập. Người vận hành cần đặt `api.token_key_file` (ít nhất 32 ký tự)."
    en = "No key for access tokens is configured. The operators must set `api.token_key_file` (32 characters or more)."


class Tokens:
    """Issues and reads access tokens."""

    def __init__(self, key_file: Path | None, life_s: int) -> None:
        self._key, self.life_s = secret(key_file), life_s

    def issue(self, client_id: uuid.UUID) -> str:
        """A token of this client. Raises `TokenKeyMissing`."""
        if len(self._key) < _MIN_KEY:
            raise TokenKeyMissing()
        now = datetime.now(UTC)
        claims = {
            "iss": _ISSUER,
            "aud": _AUDIENCE,
            "sub": str(client_id),
            "iat": now,
            "exp": now + timedelta(seconds=self.life_s),
            "jti": uuid.uuid4().hex,
        }
        return jwt.encode(claims, self._key, algorithm="HS256")

    def read(self, token: str) -> uuid.UUID | None:
        """The client of a token that we signed and that has not expired; None for anything else."""
        if len(self._key) < _MIN_KEY:
            return None
        try:
            claims = jwt.decode(
                token,
                self._key,
                algorithms=["HS256"],
                issuer=_ISSUER,
                audience=_AUDIENCE,
                options={"require": ["exp", "sub", "iat"]},
            )
            return uuid.UUID(claims["sub"])
        except (jwt.InvalidTokenError, ValueError):
            return None
