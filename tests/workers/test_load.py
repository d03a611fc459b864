"""What a stage is told: the number and the date of a result (Nghị định 30/2020/NĐ-CP art. 15.3)."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from dossiers.db.engine import Db
from dossiers.db.tables import DossierRow
from tests.dossiers.db.conftest import NewDossier, client, db, new_dossier  # noqa: F401 - fixtures
from workers import load

NEW_YEARS_EVE = datetime(2026, 12, 31, 16, 59, tzinfo=UTC)  # 23:59 in Vietnam
NEW_YEAR = datetime(2026, 12, 31, 17, 0, tzinfo=UTC)  # 00:00 in Vietnam


class Clock(datetime):
    """`datetime` whose now is set by the test."""

    moment = NEW_YEARS_EVE

    @classmethod
    def now(cls, tz: object = None) -> datetime:
        return cls.moment.astimezone(tz)  # type: ignore[arg-type]


def number_of(db: Db, dossier: DossierRow) -> tuple[int, date]:  # noqa: F811
    with db.transaction() as session:
        order = load.draft_order(session, dossier.id)
        return order.number, order.issued_on


def test_numbers_count_by_the_vietnamese_year_of_issue(
    db: Db,  # noqa: F811
    new_dossier: NewDossier,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The year of receipt does not matter; a number and its date stay with the dossier however often it is composed."""
    monkeypatch.setattr(load, "datetime", Clock)
    first, second, third, fourth = (new_dossier() for _ in range(4))
    assert number_of(db, first) == (1, date(2026, 12, 31))
    assert number_of(db, second) == (2, date(2026, 12, 31))
    monkeypatch.setattr(Clock, "moment", NEW_YEAR)
    assert number_of(db, third) == (1, date(2027, 1, 1)), "the first of the new year, received in the old one"
    assert number_of(db, first) == (1, date(2026, 12, 31)), "composed again"
    assert number_of(db, fourth) == (2, date(2027, 1, 1))
