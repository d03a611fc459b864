"""What is measured: requests by route template and status, time to accept, the queue as the database sees it.

The queue is counted when it is scraped, so any replica gives the same answer and no counter can drift.
"""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import text

from dossiers.db.engine import Db
from dossiers.errors import Unavailable

_DEPTH = text(
    "SELECT stage, state, count(*) FROM stage_runs WHERE state IN ('pending', 'leased', 'quarantined') GROUP BY 1, 2"
)
_OLDEST = text(
    "SELECT stage, extract(epoch FROM now() - min(created_at)) FROM stage_runs WHERE state = 'pending' GROUP BY 1"
)
_DOSSIERS = text("SELECT step, state, count(*) FROM dossiers GROUP BY 1, 2")
_READERS = text("""
    SELECT owner, number - 1, (reader ->> 'busy')::float, (reader ->> 'fill')::float, (reader ->> 'waiting')::float
    FROM workers, jsonb_array_elements(readers) WITH ORDINALITY AS held(reader, number)
    WHERE seen_at > now() - interval '1 minute'""")
_OUTBOX = text("""
    SELECT count(*) FILTER (WHERE dead_at IS NULL), count(*) FILTER (WHERE dead_at IS NOT NULL)
    FROM outbox WHERE delivered_at IS NULL""")


class _Queue(Collector):
    def __init__(self, db: Db) -> None:
        self._db = db

    def describe(self) -> Iterable[Metric]:
        return []

    def collect(self) -> Iterable[Metric]:
        up = GaugeMetricFamily("hoso_database_up", "Whether the database answered this scrape")
        depth = GaugeMetricFamily("hoso_stage_runs", "Stage runs not done", labels=["stage", "state"])
        oldest = GaugeMetricFamily("hoso_oldest_pending_seconds", "Age of the oldest pending run", labels=["stage"])
        dossiers = GaugeMetricFamily("hoso_dossiers", "Dossiers", labels=["step", "state"])
        outbox = GaugeMetricFamily("hoso_outbox_messages", "Messages not delivered", labels=["state"])
        which = ["worker", "reader"]
        busy = GaugeMetricFamily("hoso_reader_busy_ratio", "Share of a reader's places for calls in use", labels=which)
        fill = GaugeMetricFamily("hoso_reader_batch_fill_ratio", "Lines over places of its batches", labels=which)
        lines = GaugeMetricFamily("hoso_reader_waiting_lines", "Lines that wait for a batch", labels=which)
        try:
            with self._db.transaction() as session:
                for stage, state, count in session.execute(_DEPTH):
                    depth.add_metric([stage, state], count)
                for stage, seconds in session.execute(_OLDEST):
                    oldest.add_metric([stage], float(seconds))
                for step, state, count in session.execute(_DOSSIERS):
                    dossiers.add_metric([step, state], count)
                for owner, number, *measured in session.execute(_READERS):
                    for family, value in zip((busy, fill, lines), measured, strict=True):
                        family.add_metric([owner, str(number)], value)
                waiting, dead = session.execute(_OUTBOX).one()
                outbox.add_metric(["waiting"], waiting)
                outbox.add_metric(["dead"], dead)
            up.add_metric([], 1)
        except Unavailable:
            up.add_metric([], 0)
            return [up]
        return [up, depth, oldest, dossiers, outbox, busy, fill, lines]


class Metrics:
    """The instruments of one process, in a registry of their own."""

    def __init__(self, db: Db) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter("hoso_http_requests", "Requests", ["method", "route", "status"], registry=self.registry)
        self.seconds = Histogram(
            "hoso_http_request_seconds", "Time to answer", ["method", "route"], registry=self.registry
        )
        self.accept = Histogram(
            "hoso_accept_seconds",
            "Time from the first byte of an upload to its durable acceptance",
            buckets=(0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60),
            registry=self.registry,
        )
        self.accepted_bytes = Counter("hoso_accepted_bytes", "Bytes of accepted originals", registry=self.registry)
        self.registry.register(_Queue(db))
