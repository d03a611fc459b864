"""LISTEN in a thread of its own: calls back on every NOTIFY, and comes back by itself when the database was away.

A missed notification costs nothing but time: whoever listens also polls.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

import psycopg
from psycopg import sql

from config.settings import Database
from dossiers.db.engine import url_of

RETRY_S = 1.0


class Listener:
    """`callback(payload)` runs in the listener's thread."""

    def __init__(self, database: Database, channel: str, callback: Callable[[str], None]) -> None:
        url = url_of(database).set(drivername="postgresql")
        self._conninfo = url.render_as_string(hide_password=False)
        self._channel, self._callback = channel, callback
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._serve, name=f"listen-{channel}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Returns when the thread has ended (within about a second)."""
        self._stop.set()
        self._thread.join(timeout=5)

    def _serve(self) -> None:
        while not self._stop.is_set():
            try:
                with psycopg.connect(self._conninfo, autocommit=True, connect_timeout=5) as connection:
                    connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(self._channel)))
                    # What was notified while nobody listened is found by looking once.
                    self._callback("")
                    while not self._stop.is_set():
                        for notice in connection.notifies(timeout=0.5):
                            self._callback(notice.payload)
            except psycopg.Error:
                self._stop.wait(RETRY_S)
