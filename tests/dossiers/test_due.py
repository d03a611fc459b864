"""Due dates: working days of Vietnamese offices."""

from __future__ import annotations

from datetime import datetime

import pytest

from dossiers.due import VIETNAM, due_at


@pytest.mark.parametrize(
    ("received", "days", "due"),
    [
        ("2026-11-24 08:00", 1, "2026-11-25 17:00"),
        ("2026-11-24 23:30", 1, "2026-11-25 17:00"),
        ("2026-11-27 09:00", 1, "2026-11-30 17:00"),  # Friday to Monday
        ("2026-11-24 09:00", 0, "2026-11-24 17:00"),  # on the day itself
        ("2026-11-24 15:00", 0, "2026-11-25 17:00"),  # too late for that
        ("2026-11-28 09:00", 0, "2026-11-30 17:00"),  # received on a Saturday
        ("2026-04-29 09:00", 1, "2026-05-04 17:00"),  # two holidays and a weekend
        ("2026-11-24 09:00", 7, "2026-12-03 17:00"),
    ],
)
def test_days_off_do_not_count(received: str, days: int, due: str) -> None:
    moment = datetime.fromisoformat(received).replace(tzinfo=VIETNAM)
    assert due_at(moment, days).astimezone(VIETNAM).strftime("%Y-%m-%d %H:%M") == due
