"""`python -m workers.courier`: deliver messages and, now and then, let the janitor through."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import psycopg
import structlog

from config.settings import Settings, settings
from dossiers.db import outbox
from dossiers.db.engine import Db, url_of
from dossiers.errors import HosoError
from dossiers.store import ObjectStore
from workers import janitor
from workers.courier import messages
from workers.courier.messages import Message
from workers.courier.sending import Failed, send
from workers.status import Status

log = structlog.get_logger("courier")
AT_ONCE = 8
BEAT_S, AWAY_S, CLEAN_EVERY_S = 10.0, 2.0, 600.0


class Courier:
    """One courier process. Several may run: a message goes to one at a time."""

    def __init__(self, configured: Settings, db: Db) -> None:
        self._settings, self._db = configured.webhooks, db
        self._threads = ThreadPoolExecutor(AT_ONCE, "send")
        self._held = 0

    def round(self) -> int:
        """Send what is due now; how many messages that were. Raises `DatabaseUnavailable`."""
        with self._db.transaction() as session:
            due = messages.take(session, AT_ONCE, self._settings)
        self._held = len(due)
        for outcome in self._threads.map(self._send, due):
            if isinstance(outcome, HosoError):
                raise outcome
        self._held = 0
        return len(due)

    def _send(self, message: Message) -> HosoError | None:
        code, final = "", False
        started = time.perf_counter()
        try:
            send(
                str(message.id),
                message.url,
                message.payload,
                message.secret,
                self._settings.timeout_s,
                self._settings.allow_private,
            )
        except Failed as error:
            code, final = error.code, error.final
        except Exception as error:  # one message that cannot be sent at all must not stop the others
            code = f"internal.{type(error).__name__}"
        dead = False
        try:
            with self._db.transaction() as session:
                if code:
                    dead = messages.failed(session, message, code, final, self._settings)
                else:
                    messages.delivered(session, message)
        except HosoError as error:
            return error
        spent = round((time.perf_counter() - started) * 1000)
        outcome = "dead" if dead else "failed" if code else "delivered"
        log.info(outcome, message=str(message.id), kind=message.kind, attempt=message.attempt, error=code, ms=spent)
        return None

    @property
    def held(self) -> int:
        return self._held

    def close(self) -> None:
        self._threads.shutdown()


def run(configured: Settings, stop: threading.Event) -> None:
    """Work until told to stop. Whatever is away is waited for."""
    db = Db.open(configured.database, "courier")
    store = ObjectStore(configured.store)
    status = Status(f"{socket.gethostname()}:{os.getpid()}", "courier")
    conninfo = url_of(configured.database).set(drivername="postgresql").render_as_string(hide_password=False)
    beaten, cleaned = 0.0, time.monotonic() - CLEAN_EVERY_S + 60
    with closing(db), closing(Courier(configured, db)) as courier:
        log.info("ready")
        while not stop.is_set():
            try:
                with psycopg.connect(conninfo, autocommit=True) as bell:
                    bell.execute(f"LISTEN {outbox.CHANNEL}")
                    while not stop.is_set():
                        if time.monotonic() - beaten > BEAT_S:
                            with db.transaction() as session:
                                status.write(session, courier.held, {})
                            beaten = time.monotonic()
                        if time.monotonic() - cleaned > CLEAN_EVERY_S:
                            cleaned = time.monotonic()
                            log.info("cleaned", **janitor.clean(db, store, configured).counts())
                        if courier.round() == 0:
                            for _ in bell.notifies(timeout=1.0, stop_after=1):
                                pass
            except (psycopg.Error, HosoError) as error:
                log.warning("away", error=getattr(error, "code", type(error).__name__))
                stop.wait(AWAY_S)


def main() -> None:
    structlog.configure(processors=[structlog.processors.TimeStamper("iso"), structlog.processors.JSONRenderer()])
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    run(settings(), stop)


if __name__ == "__main__":
    main()
