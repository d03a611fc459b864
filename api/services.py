"""What the routes work with: opened once for a process, shared by all its requests. No dossier's state."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import lru_cache
from typing import Annotated

from fastapi import Depends, Request

from api.errors import TooManyAttempts, TooManyUploads
from api.listener import Listener
from api.metrics import Metrics
from api.rendering import templates
from api.tokens import Tokens
from config.settings import Settings
from dossiers.certificates import Trust
from dossiers.db.engine import Db
from dossiers.store import ObjectStore

_ATTEMPTS, _WINDOW_S = 10, 300.0


class UploadGate:
    """At most so many uploads at once in this process; one more is refused at once, so that it can go elsewhere."""

    def __init__(self, places: int) -> None:
        self._free = places

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold one place. Raises `TooManyUploads`."""
        if self._free <= 0:
            raise TooManyUploads()
        self._free -= 1
        try:
            yield
        finally:
            self._free += 1


class LoginBrake:
    """Slows down guessing: so many failures for one name or address in five minutes, then `TooManyAttempts`.

    Kept by each process for itself: with n replicas a guesser gets n times as many tries, which a 429 every
    five minutes still makes useless against argon2id.
    """

    def __init__(self) -> None:
        self._failures: dict[str, deque[float]] = {}

    def check(self, *names: str) -> None:
        now = time.monotonic()
        if len(self._failures) > 10_000:
            self._failures = {k: v for k, v in self._failures.items() if now - v[-1] < _WINDOW_S}
        for name in names:
            failures = self._failures.get(name, deque())
            while failures and now - failures[0] > _WINDOW_S:
                failures.popleft()
            if len(failures) >= _ATTEMPTS:
                raise TooManyAttempts()

    def failed(self, *names: str) -> None:
        for name in names:
            self._failures.setdefault(name, deque(maxlen=_ATTEMPTS)).append(time.monotonic())


class Services:
    """Opened without a connection: the front starts while database and store are still down."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.db = Db.open(settings.database, "api")
        self.store = ObjectStore(settings.store)
        self.tokens = Tokens(settings.api.token_key_file, settings.api.token_s)
        self.metrics = Metrics(self.db)
        self.uploads = UploadGate(settings.limits.uploads_at_once)
        self.upload_threads = ThreadPoolExecutor(settings.limits.uploads_at_once, "upload")
        self.logins = LoginBrake()
        self.templates = templates()
        self.listener = Listener(settings.database)
        self._trust = lru_cache(maxsize=1)(lambda: Trust.load(settings.signing.certificates))

    @property
    def trust(self) -> Trust:
        """Anchors for decisions. Raises `TrustMissing` (and tries again the next time)."""
        return self._trust()

    def close(self) -> None:
        self.upload_threads.shutdown(wait=False, cancel_futures=True)
        self.db.close()


def services_of(request: Request) -> Services:
    """The services of this process."""
    services: Services = request.app.state.services
    return services


Use = Annotated[Services, Depends(services_of)]
