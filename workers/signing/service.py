"""The life of the signer: one process for one token, woken by NOTIFY, one intent after the other, no threads.

A session-level advisory lock makes it the only one; the connection that holds the lock also listens. When that
connection is lost the process starts over: whoever then gets the lock owns all leases of the token's keys, and fencing
tokens refuse the commits of any other.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import psycopg

from config.settings import Database, Settings, secret
from dossiers.certificates import Trust
from dossiers.db import audit, steps
from dossiers.db.engine import Db, url_of
from dossiers.errors import Cancelled, HosoError, LeaseLost
from dossiers.store import ObjectStore
from workers.signing import faults, intents, pipeline, selftest
from workers.signing.device import Token
from workers.signing.errors import PinRefused, SigningError, TokenBusy
from workers.signing.intents import Lease
from workers.signing.pipeline import Workshop
from workers.status import Status

log = logging.getLogger("hoso.signer")
LOCK_SPACE = 0x51676E
MAX_WAIT_S = 60.0
ALIVE_S = 10.0  # how often the sign of life is written
MAX_CRASHES = 5  # attempts that ended in an error nobody foresaw


class Signer:
    """Life cycle: `run` until `stop` (or SIGTERM)."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._owner = f"{socket.gethostname()}:{os.getpid()}"
        self._stopping = False
        signing = settings.signing
        self._keys = [signing.leader_key, signing.seal_key]
        token = Token(signing.module, signing.token, lambda: secret(signing.pin_file), signing.timeout_s)
        db = Db.open(settings.database, "signer")
        trust = Trust.load(signing.certificates)
        self._shop = Workshop(db, ObjectStore(settings.store), token, trust, signing)

    def stop(self, *_signal: int | FrameType | None) -> None:
        """End after the present intent."""
        self._stopping = True

    def run(self) -> None:
        """Serve. Raises `SelfTestFailed`, `PinRefused`, `TokenBusy`."""
        signal.signal(signal.SIGTERM, self.stop)
        signal.signal(signal.SIGINT, self.stop)
        log.info("self-test passed: %s", selftest.run(self._shop))
        while not self._stopping:
            try:
                with _sole(self._settings.database, self._settings.signing.token) as connection:
                    self._serve(connection)
            except (psycopg.Error, HosoError) as error:
                if isinstance(error, TokenBusy | PinRefused):
                    raise
                log.warning("starting over: %s", type(error).__name__)
                time.sleep(1)
        self._shop.token.close()
        self._shop.db.close()

    def _serve(self, connection: psycopg.Connection[tuple[object, ...]]) -> None:
        with self._shop.db.transaction() as session:
            freed = intents.free_orphans(session, self._keys)
        log.info("ready, %d leases of a former signer freed", freed)
        status, told = Status(self._owner, "signer"), 0.0
        while not self._stopping:
            if time.monotonic() - told > ALIVE_S:
                with self._shop.db.transaction() as session:
                    status.write(session, 0, {})
                told = time.monotonic()
            if not self.once():
                # `notifies` reads the socket in this thread; SIGTERM is seen at the latest after the poll time.
                for _notice in connection.notifies(timeout=self._settings.queue.poll_s, stop_after=1):
                    pass
            connection.execute("SELECT 1")  # the lock lives as long as this connection does

    def once(self) -> bool:
        """Work on one intent when there is one."""
        with self._shop.db.transaction() as session:
            lease = intents.lease(session, self._owner, self._keys, self._settings.signing.timeout_s * 3)
        if lease is None:
            return False
        began = time.monotonic()
        try:
            pipeline.work(self._shop, lease)
            log.info("intent %s published in %.2f s", lease.intent_id, time.monotonic() - began)
        except LeaseLost:
            log.warning("intent %s: lease lost", lease.intent_id)
        except Cancelled:
            self._end(lease, "cancelled", "cancelled", "")
        except HosoError as error:
            self._failed(lease, error)
        except TimeoutError:
            self._again(lease, "signing.timeout", "")
        except Exception as error:  # foreseen by nobody: tried a few times, then put before people
            log.exception("intent %s: %s", lease.intent_id, type(error).__name__)
            if lease.attempt >= MAX_CRASHES:
                self._end(lease, "failed", SigningError.code, type(error).__name__)
            else:
                self._again(lease, SigningError.code, type(error).__name__)
        return True

    def _failed(self, lease: Lease, error: HosoError) -> None:
        log.warning("intent %s: %s", lease.intent_id, error.code)
        if error.retryable:
            self._again(lease, error.code, error.detail)
        elif isinstance(error, PinRefused):
            self._again(lease, error.code, error.detail)  # the dossier is not at fault; the process must stop
            raise error
        else:
            self._end(lease, "failed", error.code, error.detail)

    def _again(self, lease: Lease, code: str, detail: str) -> None:
        wait = min(MAX_WAIT_S, 2.0 ** min(lease.attempt - 1, 10))
        with self._shop.db.transaction() as session:
            intents.release(session, lease, wait, code, detail)

    def _end(self, lease: Lease, state: str, code: str, detail: str) -> None:
        with self._shop.db.transaction() as session:
            intents.release(session, lease, 0, code, detail)
            row = intents.hold(session, lease)
            row.state = state
            session.flush()
            steps.signing_failed(session, row, code)
            dossier = intents.load(session, lease).case.dossier
            audit.append(session, pipeline.ACTOR, f"signature.{state}", dossier, reason=code, **intents.values(row))


@contextmanager
def _sole(database: Database, token: str) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """A connection that listens and holds the lock of this token. Raises `TokenBusy`."""
    url = url_of(database).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True, connect_timeout=10, application_name="hoso-signer-lock") as connection:
        key = (LOCK_SPACE, zlib.crc32(token.encode()) - 2**31)
        for attempt in range(10):  # the server may take a moment to notice that a killed signer is gone
            row = connection.execute("SELECT pg_try_advisory_lock(%s, %s)", key).fetchone()
            if row and row[0]:
                break
            time.sleep(min(0.1 * 2**attempt, 1.0))
        else:
            raise TokenBusy(token)
        connection.execute(f"LISTEN {intents.CHANNEL}")
        faults.point("listening")
        yield connection
