"""Reading a line again: what stands on the paper, said by an officer; the machine's own reading stays as it was.

A correction is a row beside the stored reading. The ETag of a line names the reading and how often the line was read
again, so that nobody writes over somebody else's correction or into a page that the machine has read anew meanwhile.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api import views
from api.auth import Principal
from api.errors import EtagMismatch, LineNotCorrectable, LineTextInvalid, PageNotReady
from api.results import refuse_when_gone
from api.schemas.lines import LineView
from api.services import Services
from dossiers.db import audit, events, steps
from dossiers.db.data_set_tables import LineCorrectionRow
from dossiers.db.tables import DossierRow, PageRow
from dossiers.db.trust import OfficerRow
from dossiers.dossier import State, Step
from dossiers.errors import NotFound

LONGEST = 1000
DOUBTFUL = 0.96
"""Below this confidence a line asks for an officer's eye. With hoso-rec-vi 0.5 that is 13 % of the lines of real
pages with 82 % of the misread ones among them, 6 % of degraded pages with 95 %, 12 % of worn lines with 93 %
(`benchmarks/results/degradations.md`)."""


def may_correct(dossier: DossierRow) -> bool:
    """Whether lines can be corrected now: while the dossier waits for its appraisal."""
    return (dossier.step, dossier.state) == (Step.APPRAISE, State.WAITING)


def line_views(session: Session, page: PageRow, lines: Sequence[dict[str, Any]]) -> list[LineView]:
    """The lines of a page's reading with what officers made of them, in reading order."""
    rows = session.scalars(
        select(LineCorrectionRow)
        .where(LineCorrectionRow.page_id == page.id, LineCorrectionRow.lines_key == page.lines_key)
        .order_by(LineCorrectionRow.id)
    ).all()
    names = _names(session, {row.actor for row in rows})
    by_line: dict[int, list[LineCorrectionRow]] = {}
    for row in rows:
        by_line.setdefault(row.line, []).append(row)
    return [
        LineView(
            index=index,
            text=by_line[index][-1].after if index in by_line else line["text"],
            read=line["text"],
            confidence=line["confidence"],
            in_doubt=line["confidence"] < DOUBTFUL and index not in by_line,
            model=line.get("model", ""),
            polygon=line["polygon"],
            etag=_etag(page, len(by_line.get(index, ()))),
            corrections=[
                LineView.Correction(at=row.at, who=names.get(row.actor, row.actor), before=row.before, after=row.after)
                for row in by_line.get(index, ())
            ],
        )
        for index, line in enumerate(lines)
    ]


def _names(session: Session, actors: set[str]) -> dict[str, str]:
    """The full names of officers among `actors`."""
    ids = [actor.removeprefix("officer:") for actor in actors if actor.startswith("officer:")]
    found = session.execute(select(OfficerRow.id, OfficerRow.full_name).where(OfficerRow.id.in_(ids))) if ids else ()
    return {f"officer:{id_}": name for id_, name in found}


def _etag(page: PageRow, corrections: int) -> str:
    reading = (page.lines_key or "").rsplit("/", 1)[-1][:12]
    return f'"{reading}-{corrections}"'


def stored_lines(services: Services, key: str | None) -> list[dict[str, Any]]:
    """The lines of a stored reading, as its JSON has them; none without a key."""
    return list(json.loads(services.store.get_artifact(key))["lines"]) if key else []


def page_of(session: Session, dossier: DossierRow, number: int) -> PageRow:
    """The page of that number, already read. Raises `NotFound`, `PageNotReady`, `ResultGone`."""
    refuse_when_gone(dossier)
    page = session.scalars(select(PageRow).where(PageRow.dossier_id == dossier.id, PageRow.number == number)).first()
    if page is None:
        raise NotFound()
    if page.lines_key is None:
        raise PageNotReady()
    return page


def line_view(services: Services, principal: Principal, code: str, number: int, index: int) -> LineView:
    """One line. Raises `NotFound`, `PageNotReady`, `ResultGone`."""
    with services.db.transaction() as session:
        page = page_of(session, views.dossier_of(session, principal.agency, code), number)
    lines = stored_lines(services, page.lines_key)
    if not 0 <= index < len(lines):
        raise NotFound()
    with services.db.transaction() as session:
        return line_views(session, page, lines)[index]


def correct_line(
    services: Services, officer: Principal, code: str, number: int, index: int, text: str, if_match: str
) -> LineView:
    """Write down what stands in the line; the same text again confirms the reading, once.

    Raises `LineTextInvalid`, `LineNotCorrectable`, `EtagMismatch`, and what `line_view` raises.
    """
    text = valid_text(text)
    with services.db.transaction() as session:
        key = page_of(session, views.dossier_of(session, officer.agency, code), number).lines_key
    lines = stored_lines(services, key)
    if not 0 <= index < len(lines):
        raise NotFound()
    with services.db.transaction() as session:
        dossier = steps.lock(session, views.dossier_of(session, officer.agency, code).id)
        if not may_correct(dossier):
            raise LineNotCorrectable(f"{dossier.step}/{dossier.state}")
        page = page_of(session, dossier, number)
        if page.lines_key != key:  # read anew while we looked
            raise EtagMismatch()
        line = line_views(session, page, lines)[index]
        if if_match.strip() != line.etag:
            raise EtagMismatch()
        if text == line.text and line.corrections:
            return line
        row = LineCorrectionRow(
            dossier_id=dossier.id,
            page_id=page.id,
            lines_key=key,
            line=index,
            polygon=line.polygon,
            before=line.text,
            after=text,
            confidence=line.confidence,
            model=line.model,
            actor=officer.actor,
        )
        session.add(row)
        events.record(session, dossier.id, "line.corrected", page=number, line=index)
        audit.append(session, officer.actor, "line.corrected", dossier.code, page=number, line=index)
        session.flush()
        return line_views(session, page, lines)[index]


def valid_text(text: str) -> str:
    """NFC, one space between words. Raises `LineTextInvalid` when nothing is left or a sign cannot be printed."""
    text = " ".join(unicodedata.normalize("NFC", text).split())
    if not text:
        raise LineTextInvalid("empty")
    if len(text) > LONGEST:
        raise LineTextInvalid(f"longer than {LONGEST}")
    if hidden := sorted({character for character in text if not character.isprintable()}):
        raise LineTextInvalid(" ".join(f"U+{ord(character):04X}" for character in hidden))
    return text
