"""The journey of the samples: submit, follow the event streams, let the officers decide, until all have ended."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from dossiers.dossier import TERMINAL, State
from dossiers.errors import HosoError
from hoso.client import Client
from hoso.demo.officers import Officer
from hoso.demo.samples import Sample

REFRESH_S = 0.25
PATIENCE_S = 600.0


@dataclass
class Journey:
    """One dossier on its way. Threads write it; the screen reads it."""

    sample: Sample
    began: float
    code: str = ""
    view: dict[str, Any] | None = None
    note: str = ""
    seconds: float = 0.0
    read_seconds: float = 0.0  # from the upload until the machine handed over to the officer
    error: HosoError | None = None
    stale: threading.Event = field(default_factory=threading.Event)

    @property
    def ended(self) -> bool:
        return self.error is not None or (self.view is not None and self.view["state"] in TERMINAL)


class Travel:
    """All dossiers of the demonstration. `said(journey, sentence)` is told of what people and machine do."""

    def __init__(
        self,
        make_client: Callable[[], Client],
        officers: dict[str, Officer],
        said: Callable[[Journey, str], None],
    ) -> None:
        self._make_client, self._officers, self._said = make_client, officers, said
        self.journeys: list[Journey] = []

    def begin(self, samples: tuple[Sample, ...]) -> None:
        """Submit all, then follow each by its event stream."""
        for sample in samples:
            journey = Journey(sample, time.monotonic())
            self.journeys.append(journey)
            with self._make_client() as client:
                journey.code = client.submit(sample.procedure, sample.files, reference=f"DEMO-{sample.name}")["code"]
            journey.stale.set()
            threading.Thread(target=self._listen, args=(journey,), daemon=True).start()

    def _listen(self, journey: Journey) -> None:
        """Each event of the stream makes what the screen shows out of date."""
        try:
            with self._make_client() as client:
                for _event in client.events(journey.code):
                    journey.stale.set()
                    if journey.ended:
                        return
        except HosoError as error:
            journey.error = journey.error or error

    def advance(self, client: Client) -> bool:
        """Take in what happened, act where an officer is awaited. Whether all journeys have ended."""
        for journey in self.journeys:
            if journey.ended:
                continue
            journey.seconds = time.monotonic() - journey.began
            if journey.stale.is_set():
                journey.stale.clear()
                journey.view = client.show(journey.code)
                self._act(journey, journey.view)
            elif journey.seconds > PATIENCE_S:
                journey.error = HosoError(f"{journey.code}: no end after {PATIENCE_S:.0f} s")
        return all(journey.ended for journey in self.journeys)

    def _act(self, journey: Journey, view: dict[str, Any]) -> None:
        if view["state"] != State.WAITING:
            journey.note = ""
            return
        officer = self._officers.get(view["step"])
        if officer is None:
            return
        if view["step"] == "appraise":
            journey.read_seconds = journey.seconds
        journey.note = officer.name
        self._said(journey, f"{view['step']}: {officer.name}")
        try:
            officer.accept(journey.code)
        except HosoError as error:
            journey.error = error
        journey.stale.set()
